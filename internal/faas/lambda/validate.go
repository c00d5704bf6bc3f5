package lambda

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/labbox/labbox/internal/faas/lambda/runtime"
)

const (
	packageZip   = "Zip"
	packageImage = "Image"
	architecture = "x86_64"
	maxVariables = 4 << 10
)

// settings are the fields that creating a function and updating its configuration
// share; nil is what a request does not say.
type settings struct {
	Runtime          *string
	Role             *string
	Handler          *string
	Description      *string
	Timeout          *int
	MemorySize       *int
	Environment      *Environment
	DeadLetterConfig *DeadLetterConfig
	TracingConfig    *TracingConfig
	EphemeralStorage *EphemeralStorage
	ImageConfig      *ImageConfig
	Layers           []json.RawMessage
	FileSystems      []json.RawMessage `json:"FileSystemConfigs"`
	RevisionID       string            `json:"RevisionId"`
}

// apply checks the settings and writes them into v.
func (s *settings) apply(v *Version, python string) error {
	if err := s.check(); err != nil {
		return err
	}
	set(&v.Role, s.Role)
	set(&v.Description, s.Description)
	set(&v.Timeout, s.Timeout)
	set(&v.MemorySize, s.MemorySize)
	set(&v.TracingConfig, s.TracingConfig)
	set(&v.EphemeralStorage, s.EphemeralStorage)
	if s.Environment != nil {
		v.Environment = s.Environment
		if len(s.Environment.Variables) == 0 {
			v.Environment = nil
		}
	}
	if s.DeadLetterConfig != nil {
		v.DeadLetterConfig = s.DeadLetterConfig
		if s.DeadLetterConfig.TargetArn == "" {
			v.DeadLetterConfig = nil
		}
	}
	if v.PackageType == packageImage {
		if s.Runtime != nil || s.Handler != nil {
			return invalid("Please don't provide Handler or Runtime or Layers when the intended function PackageType is Image.")
		}
		if s.ImageConfig != nil {
			v.ImageConfigResponse = &ImageConfigResponse{*s.ImageConfig}
		}
		return nil
	}
	if s.ImageConfig != nil {
		return invalid("ImageConfig is supported for functions of PackageType Image only.")
	}
	set(&v.Runtime, s.Runtime)
	set(&v.Handler, s.Handler)
	if v.Runtime == "" || v.Handler == "" {
		return invalid("Runtime and Handler are mandatory parameters for functions created with deployment packages.")
	}
	return runtimeOf(v, python)
}

func set[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}

func (s *settings) check() error {
	switch {
	case s.Role != nil && !roleOK.MatchString(*s.Role):
		return breach("role", *s.Role, "Member must satisfy regular expression pattern: "+roleOK.String())
	case s.Handler != nil && (len(*s.Handler) > 128 || strings.ContainsAny(*s.Handler, " \t\n\r")):
		return breach("handler", *s.Handler, "Member must have length less than or equal to 128 and no white space")
	case s.Description != nil && utf8.RuneCountInString(*s.Description) > 256:
		return breach("description", *s.Description, "Member must have length less than or equal to 256")
	case s.Timeout != nil && (*s.Timeout < 1 || *s.Timeout > 900):
		return breach("timeout", *s.Timeout, "Member must have value from 1 to 900")
	case s.MemorySize != nil && (*s.MemorySize < 128 || *s.MemorySize > 10240):
		return breach("memorySize", *s.MemorySize, "Member must have value from 128 to 10240")
	case s.EphemeralStorage != nil && (s.EphemeralStorage.Size < 512 || s.EphemeralStorage.Size > 10240):
		return breach("ephemeralStorage.size", s.EphemeralStorage.Size, "Member must have value from 512 to 10240")
	case s.TracingConfig != nil && s.TracingConfig.Mode != "PassThrough" && s.TracingConfig.Mode != "Active":
		return breach("tracingConfig.mode", s.TracingConfig.Mode, "Member must satisfy enum value set: [Active, PassThrough]")
	case len(s.Layers) > 0 || len(s.FileSystems) > 0:
		return invalid("Layers and file systems are not available in this lab: put what the function needs into its zip file.")
	case s.DeadLetterConfig != nil && s.DeadLetterConfig.TargetArn != "":
		if err := lambdaTarget(s.DeadLetterConfig.TargetArn); err != nil {
			return err
		}
	}
	return s.Environment.check()
}

func (e *Environment) check() error {
	if e == nil {
		return nil
	}
	text, _ := json.Marshal(e.Variables)
	if len(e.Variables) > 0 && len(text) > maxVariables {
		return invalid("Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit. Your environment variables took up %d bytes.", len(text))
	}
	for name, value := range e.Variables {
		if !envNameOK.MatchString(name) {
			return breach("environment.variables", name, "Map keys must satisfy constraint: [Member must satisfy regular expression pattern: "+envNameOK.String()+"]")
		}
		if slices.Contains(runtime.Reserved(), name) {
			return invalid("Lambda was unable to configure your environment variables because the environment variables you have provided contains reserved keys that are currently not supported for modification. Reserved keys used in this request: %s", name)
		}
		if strings.ContainsRune(value, 0) || !utf8.ValidString(value) {
			return invalid("The environment variable %s holds bytes that are no text.", name)
		}
	}
	return nil
}

// runtimeOf checks the runtime's name and notes what it stands for here.
func runtimeOf(v *Version, python string) error {
	v.RuntimeVersionConfig = nil
	switch v.Runtime {
	case "provided.al2023", "provided.al2":
		return nil
	case "python3.8", "python3.9", "python3.10", "python3.11", "python3.12", "python3.13", "python3.14", "python3.15":
		v.RuntimeVersionConfig = &RuntimeVersionConfig{"arn:aws:lambda:" + Region + "::runtime:labbox-python" + python}
		return nil
	case "go1.x", "python2.7", "python3.6", "python3.7", "provided":
		return invalid("The runtime parameter of %s is no longer supported for creating or updating AWS Lambda functions. In this lab there are provided.al2023, provided.al2 and Python (python3.8 and later, all of which run Python %s).", v.Runtime, python)
	}
	return invalid("Value %s at 'runtime' failed to satisfy constraint: In this lab there are provided.al2023, provided.al2 and Python (python3.8 and later, all of which run Python %s); others run as images or with a bootstrap of their own.", shorten(v.Runtime), python)
}

// lambdaTarget: only functions can be told of events here.
func lambdaTarget(text string) error {
	if _, err := parseName(text, ""); err != nil || !strings.HasPrefix(text, "arn:") {
		return invalid("The destination %s is not available in this lab: destinations are functions, by their ARN.", shorten(text))
	}
	return nil
}

func checkArchitectures(list []string) error {
	if len(list) > 1 || len(list) == 1 && list[0] != architecture {
		return invalid("This lab runs the architecture %s only, not %s.", architecture, shorten(fmt.Sprint(list)))
	}
	return nil
}

// checkRevision compares what the client thinks it changes with what there is.
func checkRevision(want, have string) error {
	if want != "" && want != have {
		return fail(http.StatusPreconditionFailed, "PreconditionFailedException", "The RevisionId provided does not match the latest RevisionId. Call the GetFunction/GetAlias API to retrieve the latest RevisionId")
	}
	return nil
}

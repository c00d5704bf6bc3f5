package lambda

import "time"

// Configuration is what Lambda tells of one version of a function. The names are
// those of its API, and of the state that is kept.
type Configuration struct {
	FunctionName               string
	FunctionArn                string
	Runtime                    string `json:",omitempty"`
	Role                       string
	Handler                    string `json:",omitempty"`
	CodeSize                   int64
	Description                string
	Timeout                    int
	MemorySize                 int
	LastModified               string
	CodeSha256                 string
	Version                    string
	Environment                *Environment      `json:",omitempty"`
	DeadLetterConfig           *DeadLetterConfig `json:",omitempty"`
	TracingConfig              TracingConfig
	RevisionID                 string `json:"RevisionId"`
	State                      string
	StateReason                string `json:",omitempty"`
	StateReasonCode            string `json:",omitempty"`
	LastUpdateStatus           string `json:",omitempty"`
	LastUpdateStatusReason     string `json:",omitempty"`
	LastUpdateStatusReasonCode string `json:",omitempty"`
	PackageType                string
	ImageConfigResponse        *ImageConfigResponse `json:",omitempty"`
	Architectures              []string
	EphemeralStorage           EphemeralStorage
	SnapStart                  SnapStart
	RuntimeVersionConfig       *RuntimeVersionConfig `json:",omitempty"`
	LoggingConfig              LoggingConfig
}

// Environment is the user's part of a function's environment.
type Environment struct{ Variables map[string]string }

// DeadLetterConfig says where events go that could not be delivered.
type DeadLetterConfig struct{ TargetArn string }

// TracingConfig is accepted and has no effect.
type TracingConfig struct{ Mode string }

// ImageConfig overrides what an image says of its start.
type ImageConfig struct {
	EntryPoint       []string `json:",omitempty"`
	Command          []string `json:",omitempty"`
	WorkingDirectory string   `json:",omitempty"`
}

// ImageConfigResponse wraps ImageConfig in answers.
type ImageConfigResponse struct{ ImageConfig ImageConfig }

// EphemeralStorage is the size of /tmp in MB.
type EphemeralStorage struct{ Size int }

// SnapStart is never on.
type SnapStart struct{ ApplyOn, OptimizationStatus string }

// RuntimeVersionConfig tells what a runtime's name really stands for.
type RuntimeVersionConfig struct{ RuntimeVersionArn string }

// LoggingConfig is fixed.
type LoggingConfig struct{ LogFormat, LogGroup string }

// Version is one version of a function as it is kept.
type Version struct {
	Configuration
	// CodeSum is the hexadecimal sha256 of the zip file; empty for images.
	CodeSum  string
	ImageURI string
	// Deployment is the name of its Deployment and Service.
	Deployment string
}

// Alias is a name for a version, or for two of them by weight.
type Alias struct {
	AliasArn        string
	Name            string
	FunctionVersion string
	Description     string
	RoutingConfig   *RoutingConfig `json:",omitempty"`
	RevisionID      string         `json:"RevisionId"`
}

// RoutingConfig gives a part of an alias' calls, from 0 to 1, to another version.
type RoutingConfig struct{ AdditionalVersionWeights map[string]float64 }

// Statement is one permission of a policy.
type Statement struct {
	Sid       string
	Effect    string
	Principal any
	Action    string
	Resource  string
	Condition map[string]map[string]string `json:",omitempty"`
}

// Policy is the permissions of a function, a version or an alias. They are kept and
// shown; the lab has no identities that they could bind.
type Policy struct {
	Statements []Statement
	RevisionID string `json:"RevisionId"`
}

// Cors is what a function URL tells browsers.
type Cors struct {
	AllowCredentials bool     `json:",omitempty"`
	AllowHeaders     []string `json:",omitempty"`
	AllowMethods     []string `json:",omitempty"`
	AllowOrigins     []string `json:",omitempty"`
	ExposeHeaders    []string `json:",omitempty"`
	MaxAge           int      `json:",omitempty"`
}

// URL is a function URL.
type URL struct {
	ID           string
	AuthType     string
	InvokeMode   string
	Cors         *Cors `json:",omitempty"`
	Created      time.Time
	LastModified time.Time
}

// EventConfig says how events of asynchronous invocations are delivered.
type EventConfig struct {
	MaximumRetryAttempts     *int               `json:",omitempty"`
	MaximumEventAgeInSeconds *int               `json:",omitempty"`
	DestinationConfig        *DestinationConfig `json:",omitempty"`
	LastModified             float64
}

// DestinationConfig names functions that are told how an event ended.
type DestinationConfig struct {
	OnSuccess *Destination `json:",omitempty"`
	OnFailure *Destination `json:",omitempty"`
}

// Destination is an ARN.
type Destination struct {
	Destination string `json:",omitempty"`
}

// Function is all that is kept of a function. Values in the registry are shared and
// never changed; change works on a copy.
type Function struct {
	Name   string
	Object string
	// Token lets the function's pods have its code.
	Token     string
	Latest    *Version
	Published []*Version
	Next      int
	Aliases   map[string]*Alias
	Policies  map[string]*Policy
	URLs      map[string]*URL
	Events    map[string]*EventConfig
	Tags      map[string]string
	// Reserved concurrency; nil when none is.
	Reserved *int
}

// versions returns all versions, $LATEST first.
func (f *Function) versions() []*Version { return append([]*Version{f.Latest}, f.Published...) }

// version returns one by its number or as $LATEST; nil if there is none.
func (f *Function) version(name string) *Version {
	for _, v := range f.versions() {
		if v.Version == name {
			return v
		}
	}
	return nil
}

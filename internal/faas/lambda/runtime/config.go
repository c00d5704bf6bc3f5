package runtime

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
)

// Config is one version of one function, as the gateway writes it for its pods.
type Config struct {
	// Function and Version name it; ARN names the version in full.
	Function string `json:"function"`
	Version  string `json:"version"`
	ARN      string `json:"arn"`
	Region   string `json:"region"`
	// Runtime is Lambda's name of it, Handler what it is given.
	Runtime string `json:"runtime"`
	Handler string `json:"handler"`
	// Timeout is in seconds, Memory in MB.
	Timeout int `json:"timeout"`
	Memory  int `json:"memory"`
	// Environment is the user's; it never replaces a variable of Lambda's own.
	Environment map[string]string `json:"environment,omitempty"`
	// CodeURL is asked for the code with Token; the answer has the sum CodeSHA256
	// (hexadecimal).
	CodeURL    string `json:"codeURL,omitempty"`
	CodeSHA256 string `json:"codeSHA256,omitempty"`
	Token      string `json:"token,omitempty"`
	// Image: the process runs in another container of the pod, which shares its
	// network and its process ids.
	Image bool `json:"image,omitempty"`
	// AccessKey and SecretKey become the function's credentials.
	AccessKey string `json:"accessKey,omitempty"`
	SecretKey string `json:"secretKey,omitempty"`
}

// Read reads a Config from a file.
func Read(path string) (Config, error) {
	var c Config
	text, err := os.ReadFile(path)
	if err != nil {
		return c, fmt.Errorf("read the function's configuration: %w", err)
	}
	if err := json.Unmarshal(text, &c); err != nil {
		return c, fmt.Errorf("read the function's configuration %s: %w", path, err)
	}
	if c.Timeout < 1 {
		c.Timeout = 3
	}
	return c, nil
}

// Python says whether the function runs under Lambda's Python client.
func (c Config) Python() bool { return strings.HasPrefix(c.Runtime, "python") }

// Reserved are the variables that the user's environment may not set.
func Reserved() []string {
	return []string{
		"_HANDLER", "_X_AMZN_TRACE_ID", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_EXECUTION_ENV",
		"AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_VERSION",
		"AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME",
		"AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
		"AWS_LAMBDA_RUNTIME_API", "AWS_LAMBDA_MAX_CONCURRENCY", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR",
	}
}

// Variables returns what Lambda itself sets in the function's environment. Pods of
// image functions are given the same.
func (c Config) Variables(api string) map[string]string {
	v := map[string]string{
		"_HANDLER": c.Handler, "AWS_REGION": c.Region, "AWS_DEFAULT_REGION": c.Region,
		"AWS_LAMBDA_FUNCTION_NAME": c.Function, "AWS_LAMBDA_FUNCTION_VERSION": c.Version,
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": strconv.Itoa(c.Memory), "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
		"AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/" + c.Function,
		"AWS_ACCESS_KEY_ID":         c.AccessKey, "AWS_SECRET_ACCESS_KEY": c.SecretKey, "AWS_SESSION_TOKEN": "labbox",
		"AWS_LAMBDA_RUNTIME_API": api, "LAMBDA_TASK_ROOT": "/var/task", "LAMBDA_RUNTIME_DIR": "/var/runtime", "TZ": ":UTC",
	}
	if c.AccessKey == "" {
		v["AWS_ACCESS_KEY_ID"], v["AWS_SECRET_ACCESS_KEY"] = "labbox", "labbox"
	}
	return v
}

// environ is the environment of the process, as exec takes it. stream names its log.
func (b *sandbox) environ(stream string) []string {
	v := map[string]string{"PATH": b.options.Path, "LANG": "en_US.UTF-8"}
	maps.Copy(v, b.config.Environment)
	maps.Copy(v, b.config.Variables(b.apiAddress))
	v["AWS_LAMBDA_LOG_STREAM_NAME"] = stream
	v["LAMBDA_TASK_ROOT"], v["LAMBDA_RUNTIME_DIR"] = b.options.TaskRoot, b.options.RuntimeDir
	if b.config.Python() {
		v["AWS_EXECUTION_ENV"] = "AWS_Lambda_" + b.config.Runtime
	}
	var out []string
	for _, name := range slices.Sorted(maps.Keys(v)) {
		out = append(out, name+"="+v[name])
	}
	return out
}

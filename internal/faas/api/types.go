// Package api is the wire language of the function gateway: the JSON that
// OpenFaaS's clients send and expect, declared here from the published interface.
//
// It imports the standard library only. Every field that a published client sends is
// declared, the old ones too; the gateway refuses others, so that a slip of the pen is
// seen. What a client does not know is never needed on the way out.
package api

import "time"

// Deployment is the body of POST and PUT /system/functions.
type Deployment struct {
	// Service is the function's name, an RFC 1123 label.
	Service   string `json:"service"`
	Image     string `json:"image"`
	Namespace string `json:"namespace,omitempty"`
	// EnvProcess is the command that the watchdog runs; it becomes fprocess.
	EnvProcess string            `json:"envProcess,omitempty"`
	EnvVars    map[string]string `json:"envVars,omitempty"`
	// Constraints are node labels, "key=value" each.
	Constraints []string `json:"constraints,omitempty"`
	// Secrets are names of secrets, each a file below /var/openfaas/secrets.
	Secrets                []string          `json:"secrets,omitempty"`
	Labels                 map[string]string `json:"labels,omitempty"`
	Annotations            map[string]string `json:"annotations,omitempty"`
	Limits                 map[string]string `json:"limits,omitempty"`
	Requests               map[string]string `json:"requests,omitempty"`
	ReadOnlyRootFilesystem bool              `json:"readOnlyRootFilesystem,omitempty"`
	// Network and RegistryAuth come from old clients. They mean nothing here.
	Network      string `json:"network,omitempty"`
	RegistryAuth string `json:"registryAuth,omitempty"`
}

// FunctionStatus is what listing and describing answer.
type FunctionStatus struct {
	Name                   string            `json:"name"`
	Image                  string            `json:"image"`
	Namespace              string            `json:"namespace,omitempty"`
	EnvProcess             string            `json:"envProcess,omitempty"`
	EnvVars                map[string]string `json:"envVars,omitempty"`
	Constraints            []string          `json:"constraints,omitempty"`
	Secrets                []string          `json:"secrets,omitempty"`
	Labels                 map[string]string `json:"labels,omitempty"`
	Annotations            map[string]string `json:"annotations,omitempty"`
	Limits                 map[string]string `json:"limits,omitempty"`
	Requests               map[string]string `json:"requests,omitempty"`
	ReadOnlyRootFilesystem bool              `json:"readOnlyRootFilesystem,omitempty"`
	// InvocationCount is the number of calls since the gateway started.
	InvocationCount   float64   `json:"invocationCount"`
	Replicas          uint64    `json:"replicas"`
	AvailableReplicas uint64    `json:"availableReplicas"`
	CreatedAt         time.Time `json:"createdAt"`
	// Usage is set when it was asked for and the cluster measures it.
	Usage *Usage `json:"usage,omitempty"`
}

// Usage is what all replicas of a function use together.
type Usage struct {
	// CPU is in thousandths of a core.
	CPU              float64 `json:"cpu"`
	TotalMemoryBytes float64 `json:"totalMemoryBytes"`
}

// DeleteRequest is the body of DELETE /system/functions.
type DeleteRequest struct {
	FunctionName string `json:"functionName"`
	Namespace    string `json:"namespace,omitempty"`
}

// ScaleRequest is the body of POST /system/scale-function/{name}.
type ScaleRequest struct {
	ServiceName string `json:"serviceName"`
	Namespace   string `json:"namespace,omitempty"`
	// Replicas is required; a pointer tells a missing number from zero.
	Replicas *int64 `json:"replicas"`
}

// Secret is the body of the secret calls. Answers never carry a value.
type Secret struct {
	Name      string `json:"name"`
	Namespace string `json:"namespace,omitempty"`
	Value     string `json:"value,omitempty"`
	// RawValue is base64 in JSON and wins over Value.
	RawValue Base64 `json:"rawValue,omitempty"`
}

// LogLine is one line of GET /system/logs.
type LogLine struct {
	Name      string    `json:"name"`
	Namespace string    `json:"namespace"`
	Instance  string    `json:"instance"`
	Timestamp time.Time `json:"timestamp"`
	Text      string    `json:"text"`
}

// Info is the answer of GET /system/info. Clients need both versions set.
type Info struct {
	Arch     string   `json:"arch"`
	Provider Provider `json:"provider"`
	Version  *Version `json:"version"`
}

// Provider says what runs the functions.
type Provider struct {
	Provider      string   `json:"provider"`
	Orchestration string   `json:"orchestration"`
	Version       *Version `json:"version"`
}

// Version is a release and the commit it was built from.
type Version struct {
	Release       string `json:"release"`
	SHA           string `json:"sha"`
	CommitMessage string `json:"commit_message,omitempty"`
}

package lesson

import "encoding/json"

// Watch says what a name in the expressions of a task stands for: exactly one of its
// fields is set.
type Watch struct {
	Kubernetes *KubernetesWatch `json:"kubernetes,omitempty"`
	Git        *GitWatch        `json:"git,omitempty"`
	Prometheus *PrometheusWatch `json:"prometheus,omitempty"`
	HTTP       *HTTPWatch       `json:"http,omitempty"`
	Module     *ModuleWatch     `json:"module,omitempty"`
}

// KubernetesWatch is an object by its name, or a list of objects.
type KubernetesWatch struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	// Namespace is empty for cluster-wide kinds, and for lists over all namespaces.
	Namespace string `json:"namespace,omitempty"`
	// Name chooses one object; empty means a list.
	Name     string `json:"name,omitempty"`
	Selector string `json:"selector,omitempty"`
}

// GitWatch is a repository of the lab's git server.
type GitWatch struct {
	Repository string `json:"repository"`
	// Branch is main when empty.
	Branch string   `json:"branch,omitempty"`
	Files  []string `json:"files,omitempty"`
}

// PrometheusWatch is an instant query.
type PrometheusWatch struct {
	Query string `json:"query"`
}

// HTTPWatch is a request to a system of the lab.
type HTTPWatch struct {
	Endpoint string `json:"endpoint"`
	// Method is GET when empty.
	Method string `json:"method,omitempty"`
	Path   string `json:"path"`
	// Body is sent as JSON; nil sends none.
	Body any `json:"body,omitempty"`
	// First is asked before; nil asks nothing.
	First *FirstRequest `json:"first,omitempty"`
}

// FirstRequest is a question whose answer the next one needs, such as an id by a name.
type FirstRequest struct {
	// Path is asked by GET.
	Path string `json:"path"`
	// Take is the way through the answer: the names of keys and the numbers of places,
	// with dots between them. What is there replaces ${first} in the next question.
	Take string `json:"take"`
}

// ModuleWatch is what a module's Verify says about a step.
type ModuleWatch struct {
	// Module is the lesson's own trend; a lesson cannot ask another one.
	Module string `json:"module"`
	Step   string `json:"step"`
}

// key is the same for two watches of the same thing.
func (w Watch) key() string {
	text, err := json.Marshal(w)
	if err != nil {
		return "" // a Watch is made from JSON
	}
	return string(text)
}

// kind is the name of the source that reads it.
func (w Watch) kind() string {
	switch {
	case w.Kubernetes != nil:
		return "kubernetes"
	case w.Git != nil:
		return "git"
	case w.Prometheus != nil:
		return "prometheus"
	case w.HTTP != nil:
		return "http"
	}
	return "module"
}

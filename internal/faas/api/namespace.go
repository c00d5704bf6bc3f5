package api

import (
	"errors"
	"fmt"
	"strings"
)

// Mark is the label or annotation that makes a namespace one for functions; its
// value is MarkValue.
const (
	Mark      = "openfaas"
	MarkValue = "1"
)

// Namespace is the body of the namespace calls, and what GET /system/namespace/{ns}
// answers.
type Namespace struct {
	Name        string            `json:"name"`
	Annotations map[string]string `json:"annotations,omitempty"`
	Labels      map[string]string `json:"labels,omitempty"`
}

// Marked says whether labels or annotations make a namespace one for functions.
func Marked(labels, annotations map[string]string) bool {
	return labels[Mark] == MarkValue || annotations[Mark] == MarkValue
}

// Validate returns every fault of n.
func (n *Namespace) Validate() error {
	faults := append([]error{ValidName("name", n.Name)}, validMeta(n.Labels, n.Annotations)...)
	if !Marked(n.Labels, n.Annotations) {
		faults = append(faults, fmt.Errorf("a namespace for functions needs the label or annotation %s=%s", Mark, MarkValue))
	}
	for _, all := range []map[string]string{n.Labels, n.Annotations} {
		for k := range all {
			if Reserved(k) {
				faults = append(faults, fmt.Errorf("%q is not for clients to set", k))
			}
		}
	}
	return errors.Join(faults...)
}

// Reserved says whether a label or annotation belongs to Kubernetes, Helm or labbox:
// some of them loosen what pods may do.
func Reserved(name string) bool {
	domain, _, found := strings.Cut(name, "/")
	if !found {
		return false
	}
	for _, d := range []string{"kubernetes.io", "k8s.io", "helm.sh", "labbox.dev"} {
		if domain == d || strings.HasSuffix(domain, "."+d) {
			return true
		}
	}
	return false
}

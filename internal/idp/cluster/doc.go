// Package cluster is a plain HTTP client of the Kubernetes API: read, create, apply,
// patch and delete objects as JSON, with the pod's own token. It knows no types, so
// that the program stays small.
package cluster

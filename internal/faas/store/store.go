// Package store keeps functions as Kubernetes objects: a function is a Deployment
// and a Service of its name that carry the label faas_function. There is no other
// state, so whoever writes such objects (the gateway, Argo CD from git) deploys a
// function.
//
// Reads for people go to the API server and are exact; the Table that calls are
// routed by is fed by watches and lags by milliseconds.
package store

import (
	"errors"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

// LabelFunction marks the objects of a function; its value is the function's name.
const LabelFunction = "faas_function"

// What a call can fail with, beside a cluster that does not answer.
var (
	// ErrNotFound: no such function, secret or namespace.
	ErrNotFound = errors.New("not found")
	// ErrExists: there is one of that name already.
	ErrExists = errors.New("exists already")
	// ErrForbidden: the cluster does not let the gateway do that.
	ErrForbidden = errors.New("not allowed")
	// ErrConflict: what was asked for does not go with what happens at the moment.
	ErrConflict = errors.New("conflict")
	// ErrUnavailable: the cluster cannot answer now; later it may.
	ErrUnavailable = errors.New("the cluster is not available")
)

// Invalid is an error that the caller's input is to blame for.
type Invalid struct{ Message string }

// Error returns the message.
func (e *Invalid) Error() string { return e.Message }

func invalidf(format string, args ...any) error {
	return &Invalid{Message: fmt.Sprintf(format, args...)}
}

// Config is what an operator may choose.
type Config struct {
	// Namespaces may hold functions; the first is the default.
	Namespaces []string
	// Watched are namespaces whose functions are routed to and scaled like all others,
	// but belong to somebody else: they are never listed, nor deployed to.
	Watched []string
	// PullPolicy of images outside labbox.local/: Never, IfNotPresent or Always.
	PullPolicy string
	// UserID is the user that functions run as.
	UserID int64
	// NamespaceRole is the ClusterRole that the gateway binds itself to where a
	// namespace becomes one for functions. Empty: there are those of Namespaces only.
	NamespaceRole string
	// Account is the gateway's own service account.
	Account Key
}

// Key names a function.
type Key struct{ Namespace, Name string }

// String returns "name.namespace", the form that metrics and URLs use.
func (k Key) String() string { return k.Name + "." + k.Namespace }

// Store creates, reads and changes functions and secrets.
type Store struct {
	client *Client
	config Config
	spaces *spaces
}

// New returns a Store. It does not talk to the cluster.
func New(client *Client, config Config) *Store {
	return &Store{client: client, config: config, spaces: newSpaces()}
}

// translate turns an error of the API server into one of this package.
func translate(attempt string, err error) error {
	switch {
	case err == nil:
		return nil
	case apierrors.IsNotFound(err):
		return fmt.Errorf("%s: %w", attempt, ErrNotFound)
	case apierrors.IsAlreadyExists(err):
		return fmt.Errorf("%s: %w", attempt, ErrExists)
	case apierrors.IsInvalid(err), apierrors.IsBadRequest(err), apierrors.IsRequestEntityTooLargeError(err):
		return invalidf("%s: %s", attempt, err)
	case apierrors.HasStatusCause(err, corev1.NamespaceTerminatingCause):
		return fmt.Errorf("%s: the namespace is being deleted: %w", attempt, ErrConflict)
	case apierrors.IsConflict(err):
		return fmt.Errorf("%s: %w: %w", attempt, ErrConflict, err)
	case apierrors.IsForbidden(err):
		return fmt.Errorf("%s: %w: %w", attempt, ErrForbidden, err)
	case apierrors.IsServerTimeout(err), apierrors.IsTimeout(err), apierrors.IsTooManyRequests(err), apierrors.IsServiceUnavailable(err):
		return fmt.Errorf("%s: %w: %w", attempt, ErrUnavailable, err)
	}
	return fmt.Errorf("%s: %w", attempt, err)
}

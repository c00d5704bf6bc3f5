package store

import (
	"context"
	"fmt"
	"maps"
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/util/retry"

	"github.com/labbox/labbox/internal/faas/api"
)

// errFixed: the chart gives the gateway no rights on namespaces.
var errFixed = fmt.Errorf("namespaces are fixed in this installation: %w", ErrForbidden)

// CreateNamespace makes a namespace for functions and the gateway's rights in it;
// ErrExists when there is one of that name, whatever it is for.
func (s *Store) CreateNamespace(ctx context.Context, in *api.Namespace) error {
	if err := in.Validate(); err != nil {
		return invalidLines(err)
	}
	attempt := "create namespace " + in.Name
	if s.config.NamespaceRole == "" {
		return fmt.Errorf("%s: %w", attempt, errFixed)
	}
	labels := maps.Clone(in.Labels)
	if labels == nil {
		labels = map[string]string{}
	}
	labels[managedBy] = "labbox"
	_, err := s.client.Namespaces().Create(ctx, &corev1.Namespace{
		ObjectMeta: metav1.ObjectMeta{Name: in.Name, Labels: labels, Annotations: in.Annotations},
	}, metav1.CreateOptions{})
	if err != nil {
		return translate(attempt, err)
	}
	if err := s.bind(ctx, in.Name); err != nil {
		// A namespace that nothing can be deployed to is worse than none.
		_ = s.client.Namespaces().Delete(context.WithoutCancel(ctx), in.Name, metav1.DeleteOptions{})
		return fmt.Errorf("%s: %w", attempt, err)
	}
	s.spaces.set(in.Name, true)
	return nil
}

// UpdateNamespace replaces the labels and annotations that clients may set;
// ErrNotFound when it is no namespace for functions.
func (s *Store) UpdateNamespace(ctx context.Context, in *api.Namespace) error {
	if err := in.Validate(); err != nil {
		return invalidLines(err)
	}
	err := retry.RetryOnConflict(retry.DefaultRetry, func() error {
		have, err := s.space(ctx, in.Name)
		if err != nil {
			return err
		}
		next := have.DeepCopy()
		next.Labels, next.Annotations = exchange(have.Labels, in.Labels), exchange(have.Annotations, in.Annotations)
		_, err = s.client.Namespaces().Update(ctx, next, metav1.UpdateOptions{})
		return err
	})
	return translate("update namespace "+in.Name, err)
}

// exchange returns want with what in have is not for clients to set.
func exchange(have, want map[string]string) map[string]string {
	out := map[string]string{}
	for k, v := range have {
		if api.Reserved(k) {
			out[k] = v
		}
	}
	maps.Copy(out, want)
	return out
}

// DeleteNamespace removes a namespace with all functions and secrets in it;
// ErrNotFound when it is none for functions, Invalid for those of the configuration.
func (s *Store) DeleteNamespace(ctx context.Context, name string) error {
	if slices.Contains(s.config.Namespaces, name) {
		return invalidf("namespace %q belongs to the gateway itself and stays", name)
	}
	if _, err := s.space(ctx, name); err != nil {
		return err
	}
	if err := s.client.Namespaces().Delete(ctx, name, metav1.DeleteOptions{}); err != nil {
		return translate("delete namespace "+name, err)
	}
	s.spaces.set(name, false)
	return nil
}

// GetNamespace returns a namespace for functions, without what is Kubernetes' own.
func (s *Store) GetNamespace(ctx context.Context, name string) (api.Namespace, error) {
	have, err := s.space(ctx, name)
	if err != nil {
		return api.Namespace{}, err
	}
	return api.Namespace{Name: have.Name, Labels: own(have.Labels), Annotations: own(have.Annotations)}, nil
}

func own(all map[string]string) map[string]string {
	out := map[string]string{}
	for k, v := range all {
		if !api.Reserved(k) {
			out[k] = v
		}
	}
	return out
}

// space reads a namespace for functions that is not being deleted.
func (s *Store) space(ctx context.Context, name string) (*corev1.Namespace, error) {
	if s.config.NamespaceRole == "" {
		return nil, fmt.Errorf("namespace %s: %w", name, errFixed)
	}
	have, err := s.client.Namespaces().Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		return nil, translate("namespace "+name, err)
	}
	configured := slices.Contains(s.config.Namespaces, name)
	if have.DeletionTimestamp != nil || !configured && !api.Marked(have.Labels, have.Annotations) {
		return nil, fmt.Errorf("namespace %s: %w", name, ErrNotFound)
	}
	return have, nil
}

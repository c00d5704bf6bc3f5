package store

import (
	"context"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/labbox/labbox/internal/faas/api"
)

// Only secrets with this label are ever shown, changed or removed through the
// gateway: others in the namespace are none of its business.
const secretManager = "openfaas"

// Secrets returns the names of a namespace's secrets, never their values.
func (s *Store) Secrets(ctx context.Context, namespace string) ([]api.Secret, error) {
	list, err := s.client.Secrets(namespace).List(ctx, metav1.ListOptions{LabelSelector: managedBy + "=" + secretManager})
	if err != nil {
		return nil, translate("list secrets", err)
	}
	out := make([]api.Secret, 0, len(list.Items))
	for _, item := range list.Items {
		out = append(out, api.Secret{Name: item.Name, Namespace: item.Namespace})
	}
	slices.SortFunc(out, func(a, b api.Secret) int { return cmpString(a.Name, b.Name) })
	return out, nil
}

// CreateSecret stores a new secret; ErrExists when there is one of that name.
func (s *Store) CreateSecret(ctx context.Context, in api.Secret) error {
	data, err := secretData(in)
	if err != nil {
		return err
	}
	_, err = s.client.Secrets(in.Namespace).Create(ctx, &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Name: in.Name, Namespace: in.Namespace, Labels: map[string]string{managedBy: secretManager}},
		Type:       corev1.SecretTypeOpaque,
		Data:       data,
	}, metav1.CreateOptions{})
	return translate("create secret "+in.Name, err)
}

// UpdateSecret replaces a secret's value; running functions see it within a minute.
func (s *Store) UpdateSecret(ctx context.Context, in api.Secret) error {
	data, err := secretData(in)
	if err != nil {
		return err
	}
	have, err := s.secret(ctx, in.Namespace, in.Name)
	if err != nil {
		return err
	}
	next := have.DeepCopy()
	next.Data = data
	_, err = s.client.Secrets(in.Namespace).Update(ctx, next, metav1.UpdateOptions{})
	return translate("update secret "+in.Name, err)
}

// DeleteSecret removes a secret; ErrNotFound when there is none.
func (s *Store) DeleteSecret(ctx context.Context, namespace, name string) error {
	if _, err := s.secret(ctx, namespace, name); err != nil {
		return err
	}
	return translate("delete secret "+name, s.client.Secrets(namespace).Delete(ctx, name, metav1.DeleteOptions{}))
}

func (s *Store) secret(ctx context.Context, namespace, name string) (*corev1.Secret, error) {
	have, err := s.client.Secrets(namespace).Get(ctx, name, metav1.GetOptions{})
	if err != nil {
		return nil, translate("secret "+name, err)
	}
	if have.Labels[managedBy] != secretManager {
		return nil, fmt.Errorf("secret %s: %w", name, ErrNotFound)
	}
	return have, nil
}

// secretData is one key, named as the secret, so that it becomes one file.
func secretData(in api.Secret) (map[string][]byte, error) {
	if err := api.ValidObjectName("name", in.Name); err != nil {
		return nil, invalidf("%s", err)
	}
	value := in.RawValue
	if len(value) == 0 {
		value = []byte(in.Value)
	}
	if len(value) == 0 {
		return nil, invalidf("secret %s: value or rawValue is required", in.Name)
	}
	if len(value) > 1<<20-1024 {
		return nil, invalidf("secret %s: %d bytes are more than the limit of 1 MiB", in.Name, len(value))
	}
	return map[string][]byte{in.Name: value}, nil
}

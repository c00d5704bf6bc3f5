package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// ensureService gives the function its Service, from which its endpoints follow, and
// says whether it made one. One of that name that is not a function's is ErrExists.
func (s *Store) ensureService(ctx context.Context, d *appsv1.Deployment) (made bool, err error) {
	attempt := "create service " + d.Name
	_, err = s.client.Services(d.Namespace).Create(ctx, serviceOf(d), metav1.CreateOptions{})
	if !apierrors.IsAlreadyExists(err) {
		return err == nil, translate(attempt, err)
	}
	have, err := s.client.Services(d.Namespace).Get(ctx, d.Name, metav1.GetOptions{})
	if err != nil {
		return false, translate(attempt, err)
	}
	if have.Labels[LabelFunction] != d.Name {
		return false, fmt.Errorf("%s: there is one that is not a function's: %w", attempt, ErrExists)
	}
	return false, nil
}

// undoService removes a Service that was just made, even if the client has left;
// unless there is a function after all, made by another client or by a request whose
// answer was lost.
func (s *Store) undoService(ctx context.Context, d *appsv1.Deployment) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	if _, err := s.function(ctx, Key{d.Namespace, d.Name}); errors.Is(err, ErrNotFound) {
		_ = s.client.Services(d.Namespace).Delete(ctx, d.Name, metav1.DeleteOptions{})
	}
}

func serviceOf(d *appsv1.Deployment) *corev1.Service {
	return &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Name: d.Name, Namespace: d.Namespace, Labels: map[string]string{LabelFunction: d.Name, managedBy: "labbox"}},
		Spec: corev1.ServiceSpec{
			Type:     corev1.ServiceTypeClusterIP,
			Selector: map[string]string{LabelFunction: d.Name},
			Ports:    []corev1.ServicePort{{Name: "http", Port: functPort, TargetPort: intstr.FromInt32(functPort), Protocol: corev1.ProtocolTCP}},
		},
	}
}

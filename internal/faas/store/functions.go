package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/client-go/util/retry"

	"github.com/labbox/labbox/internal/faas/api"
)

const managedBy = "app.kubernetes.io/managed-by"

// Create deploys a new function; ErrExists when there is one of that name. Where it
// fails, nothing is left: the Service comes first, since it shows nowhere without its
// Deployment, and goes again when that cannot be made.
func (s *Store) Create(ctx context.Context, d *api.Deployment) error {
	want, err := s.deployment(ctx, d)
	if err != nil {
		return err
	}
	made, err := s.ensureService(ctx, want)
	if err != nil {
		return err
	}
	_, err = s.client.Deployments(want.Namespace).Create(ctx, want, metav1.CreateOptions{})
	if err != nil && made {
		s.undoService(ctx, want)
	}
	return translate("deploy function "+d.Service, err)
}

// Update deploys a function anew; ErrNotFound when there is none of that name. The
// number of replicas stays within the labels' bounds, and one at zero starts, so
// that a fault of the new version shows at once.
func (s *Store) Update(ctx context.Context, d *api.Deployment) error {
	want, err := s.deployment(ctx, d)
	if err != nil {
		return err
	}
	if _, err := s.function(ctx, Key{want.Namespace, want.Name}); err != nil {
		return err
	}
	if _, err := s.ensureService(ctx, want); err != nil { // before: the new version needs it as well
		return err
	}
	err = retry.RetryOnConflict(retry.DefaultRetry, func() error {
		have, err := s.function(ctx, Key{want.Namespace, want.Name})
		if err != nil {
			return err
		}
		least, most, _ := api.ScaleBounds(d.Labels)
		next := have.DeepCopy()
		next.Labels, next.Annotations = want.Labels, mergeSystem(want.Annotations, have.Annotations)
		next.Spec.Template = *want.Spec.Template.DeepCopy()
		keepImageDigest(next, have)
		next.Spec.Strategy = want.Spec.Strategy
		next.Spec.Replicas = new(min(max(replicas(have), least, 1), most))
		_, err = s.client.Deployments(want.Namespace).Update(ctx, next, metav1.UpdateOptions{})
		return err
	})
	return translate("update function "+d.Service, err)
}

// mergeSystem keeps the annotations that Kubernetes itself put on a Deployment.
func mergeSystem(want, have map[string]string) map[string]string {
	out := maps.Clone(want)
	if revision, ok := have["deployment.kubernetes.io/revision"]; ok {
		out["deployment.kubernetes.io/revision"] = revision
	}
	return out
}

// Delete removes a function; its pods finish their calls first.
func (s *Store) Delete(ctx context.Context, key Key) error {
	attempt := "delete function " + key.Name
	if _, err := s.function(ctx, key); err != nil {
		return err
	}
	background := metav1.DeletePropagationBackground
	o := metav1.DeleteOptions{PropagationPolicy: &background}
	if err := s.client.Deployments(key.Namespace).Delete(ctx, key.Name, o); err != nil {
		return translate(attempt, err)
	}
	ctx = context.WithoutCancel(ctx) // half a function is none
	if err := s.client.Services(key.Namespace).Delete(ctx, key.Name, metav1.DeleteOptions{}); err != nil && !apierrors.IsNotFound(err) {
		return translate(attempt, err)
	}
	return nil
}

// Scale sets the number of replicas, zero included; Invalid above the function's max.
func (s *Store) Scale(ctx context.Context, key Key, n int64) error {
	err := retry.RetryOnConflict(retry.DefaultRetry, func() error {
		have, err := s.function(ctx, key)
		if err != nil {
			return err
		}
		if _, most, err := api.ScaleBounds(have.Spec.Template.Labels); n < 0 || (err == nil && n > int64(most)) {
			return invalidf("replicas must be from 0 to %d (label %s), not %d", most, api.LabelMax, n)
		}
		if int64(replicas(have)) == n {
			return nil
		}
		next := have.DeepCopy()
		next.Spec.Replicas = new(int32(n))
		_, err = s.client.Deployments(key.Namespace).Update(ctx, next, metav1.UpdateOptions{})
		return err
	})
	return translate("scale function "+key.Name, err)
}

// Get returns one function.
func (s *Store) Get(ctx context.Context, key Key) (api.FunctionStatus, error) {
	have, err := s.function(ctx, key)
	if err != nil {
		return api.FunctionStatus{}, err
	}
	return status(have), nil
}

// List returns the functions of a namespace by name.
func (s *Store) List(ctx context.Context, namespace string) ([]api.FunctionStatus, error) {
	list, err := s.client.Deployments(namespace).List(ctx, metav1.ListOptions{LabelSelector: LabelFunction})
	if err != nil {
		return nil, translate("list functions", err)
	}
	out := make([]api.FunctionStatus, 0, len(list.Items))
	for i := range list.Items {
		out = append(out, status(&list.Items[i]))
	}
	slices.SortFunc(out, func(a, b api.FunctionStatus) int { return cmpString(a.Name, b.Name) })
	return out, nil
}

// function reads a Deployment that is a function.
func (s *Store) function(ctx context.Context, key Key) (*appsv1.Deployment, error) {
	have, err := s.client.Deployments(key.Namespace).Get(ctx, key.Name, metav1.GetOptions{})
	if err != nil {
		return nil, translate("function "+key.Name, err)
	}
	if _, ok := have.Labels[LabelFunction]; !ok {
		return nil, fmt.Errorf("function %s: %w", key.Name, ErrNotFound)
	}
	return have, nil
}

// deployment builds the Deployment of d, after looking whether what it refers to exists.
func (s *Store) deployment(ctx context.Context, d *api.Deployment) (*appsv1.Deployment, error) {
	if err := checkNames(d); err != nil {
		return nil, err
	}
	namespace, err := s.Namespace(d.Namespace)
	if err != nil {
		return nil, err
	}
	template, err := s.podTemplate(d)
	if err != nil {
		return nil, err
	}
	if err := s.addHandler(ctx, namespace, &template); err != nil {
		return nil, err
	}
	if err := s.checkSecrets(ctx, namespace, d.Secrets); err != nil {
		return nil, err
	}
	least, _, _ := api.ScaleBounds(d.Labels)
	labels := maps.Clone(template.Labels)
	labels[managedBy] = "labbox"
	return &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Name: d.Service, Namespace: namespace, Labels: labels, Annotations: maps.Clone(template.Annotations)},
		Spec: appsv1.DeploymentSpec{
			Replicas:             new(max(least, 1)),
			RevisionHistoryLimit: new(int32(2)),
			Selector:             &metav1.LabelSelector{MatchLabels: map[string]string{LabelFunction: d.Service}},
			Strategy: appsv1.DeploymentStrategy{
				Type: appsv1.RollingUpdateDeploymentStrategyType,
				RollingUpdate: &appsv1.RollingUpdateDeployment{
					MaxSurge: new(intstr.FromInt32(1)), MaxUnavailable: new(intstr.FromInt32(0)),
				},
			},
			Template: template,
		},
	}, nil
}

// addHandler notes the content of the handler's ConfigMap in the pod template.
func (s *Store) addHandler(ctx context.Context, namespace string, template *corev1.PodTemplateSpec) error {
	name := template.Annotations[AnnotationHandler]
	if name == "" {
		return nil
	}
	cm, err := s.client.ConfigMaps(namespace).Get(ctx, name, metav1.GetOptions{})
	if apierrors.IsNotFound(err) {
		return invalidf("annotations: %s: there is no ConfigMap %q in namespace %s", AnnotationHandler, name, namespace)
	}
	if err != nil {
		return fmt.Errorf("read ConfigMap %s: %w", name, err)
	}
	sum := sha256.New()
	for _, k := range slices.Sorted(maps.Keys(cm.Data)) {
		fmt.Fprintf(sum, "%q %q\n", k, cm.Data[k])
	}
	for _, k := range slices.Sorted(maps.Keys(cm.BinaryData)) {
		fmt.Fprintf(sum, "%q %x\n", k, cm.BinaryData[k])
	}
	template.Annotations[annotationHandlerSum] = hex.EncodeToString(sum.Sum(nil))
	return nil
}

func (s *Store) checkSecrets(ctx context.Context, namespace string, names []string) error {
	for _, name := range names {
		if _, err := s.secret(ctx, namespace, name); err != nil {
			return invalidf("secrets: there is no secret %q in namespace %s", name, namespace)
		}
	}
	return nil
}

// Wake sets a function at zero replicas to its least number, one at least; one that
// is above zero stays as it is.
func (s *Store) Wake(ctx context.Context, key Key) error {
	err := retry.RetryOnConflict(retry.DefaultRetry, func() error {
		have, err := s.function(ctx, key)
		if err != nil || replicas(have) > 0 {
			return err
		}
		least, _, _ := api.ScaleBounds(have.Spec.Template.Labels)
		next := have.DeepCopy()
		next.Spec.Replicas = new(max(least, 1))
		_, err = s.client.Deployments(key.Namespace).Update(ctx, next, metav1.UpdateOptions{})
		return err
	})
	return translate("wake function "+key.Name, err)
}

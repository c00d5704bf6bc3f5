package lambda

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/labbox/labbox/internal/faas/store"
)

const (
	labelLambda  = "labbox.dev/lambda" // on all of a function's objects: its Object
	labelManager = "app.kubernetes.io/managed-by"
	stateKey     = "function.json"
)

// cluster keeps functions as Secrets and their versions as Deployments.
type cluster struct {
	client *store.Client
	config Config
}

// functions reads all functions.
func (c *cluster) functions(ctx context.Context) ([]*Function, error) {
	list, err := c.client.Secrets(c.config.Namespace).List(ctx, metav1.ListOptions{LabelSelector: labelLambda})
	if err != nil {
		return nil, fmt.Errorf("list the Secrets of functions: %w", err)
	}
	var out []*Function
	for _, item := range list.Items {
		var f Function
		if err := json.Unmarshal(item.Data[stateKey], &f); err != nil || f.Name == "" || f.Latest == nil {
			return nil, fmt.Errorf("read Secret %s: it holds no function: %w", item.Name, err)
		}
		out = append(out, &f)
	}
	return out, nil
}

// save writes a function and what its pods are given.
func (c *cluster) save(ctx context.Context, f *Function) error {
	text, err := json.Marshal(f)
	if err != nil {
		return fmt.Errorf("encode function %s: %w", f.Name, err)
	}
	data := map[string][]byte{stateKey: text}
	size := len(text)
	for _, v := range f.versions() {
		pod, err := json.Marshal(c.podConfig(f, v))
		if err != nil {
			return fmt.Errorf("encode function %s: %w", f.Name, err)
		}
		data[v.Deployment+".json"] = pod
		size += len(pod)
	}
	if size > 1000<<10 {
		return fail(http.StatusBadRequest, "CodeStorageExceededException", "Function %s has too many versions: delete some of them.", f.Name)
	}
	secret := &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Name: f.Object, Namespace: c.config.Namespace, Labels: map[string]string{labelLambda: f.Object, labelManager: "labbox"}},
		Type:       corev1.SecretTypeOpaque, Data: data,
	}
	secrets := c.client.Secrets(c.config.Namespace)
	_, err = secrets.Update(ctx, secret, metav1.UpdateOptions{})
	if apierrors.IsNotFound(err) {
		_, err = secrets.Create(ctx, secret, metav1.CreateOptions{})
	}
	if err != nil {
		return fmt.Errorf("store function %s: %w", f.Name, err)
	}
	return nil
}

// forget deletes a function's Secret.
func (c *cluster) forget(ctx context.Context, f *Function) error {
	err := c.client.Secrets(c.config.Namespace).Delete(ctx, f.Object, metav1.DeleteOptions{})
	if err != nil && !apierrors.IsNotFound(err) {
		return fmt.Errorf("delete function %s: %w", f.Name, err)
	}
	return nil
}

// deploy makes the version's Deployment and Service as they are to be. Replicas stay
// as they are; a new Deployment has none.
func (c *cluster) deploy(ctx context.Context, f *Function, v *Version) error {
	want := c.deployment(f, v)
	deployments := c.client.Deployments(c.config.Namespace)
	have, err := deployments.Get(ctx, v.Deployment, metav1.GetOptions{})
	switch {
	case apierrors.IsNotFound(err):
		_, err = deployments.Create(ctx, want, metav1.CreateOptions{})
	case err == nil && !sameBounds(have, want):
		next := have.DeepCopy()
		next.Labels, next.Spec.Template.Labels = want.Labels, want.Spec.Template.Labels
		_, err = deployments.Update(ctx, next, metav1.UpdateOptions{})
	}
	if err != nil {
		return fmt.Errorf("deploy %s: %w", v.FunctionArn, err)
	}
	_, err = c.client.Services(c.config.Namespace).Create(ctx, c.service(f, v), metav1.CreateOptions{})
	if err != nil && !apierrors.IsAlreadyExists(err) {
		return fmt.Errorf("deploy %s: %w", v.FunctionArn, err)
	}
	return nil
}

// sameBounds says whether a Deployment is as it is to be: its template never changes
// under one name, its scaling does.
func sameBounds(have, want *appsv1.Deployment) bool {
	for k, v := range want.Labels {
		if have.Labels[k] != v {
			return false
		}
	}
	return true
}

// undeploy deletes a version's Deployment and Service; what runs finishes first.
func (c *cluster) undeploy(ctx context.Context, name string) error {
	background := metav1.DeletePropagationBackground
	err := c.client.Deployments(c.config.Namespace).Delete(ctx, name, metav1.DeleteOptions{PropagationPolicy: &background})
	if err == nil || apierrors.IsNotFound(err) {
		err = c.client.Services(c.config.Namespace).Delete(ctx, name, metav1.DeleteOptions{})
	}
	if err != nil && !apierrors.IsNotFound(err) {
		return fmt.Errorf("delete %s: %w", name, err)
	}
	return nil
}

// strays returns the Deployments of a function that none of its versions refers to.
func (c *cluster) strays(ctx context.Context, f *Function) ([]string, error) {
	list, err := c.client.Deployments(c.config.Namespace).List(ctx, metav1.ListOptions{LabelSelector: labelLambda + "=" + f.Object})
	if err != nil {
		return nil, fmt.Errorf("list the Deployments of %s: %w", f.Name, err)
	}
	used := map[string]bool{}
	for _, v := range f.versions() {
		used[v.Deployment] = true
	}
	var out []string
	for _, d := range list.Items {
		if !used[d.Name] && d.Labels[labelLambda] == f.Object {
			out = append(out, d.Name)
		}
	}
	return out, nil
}

func (c *cluster) service(f *Function, v *Version) *corev1.Service {
	return &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Name: v.Deployment, Namespace: c.config.Namespace,
			Labels: map[string]string{store.LabelFunction: v.Deployment, labelLambda: f.Object, labelManager: "labbox"}},
		Spec: corev1.ServiceSpec{
			Type:     corev1.ServiceTypeClusterIP,
			Selector: map[string]string{store.LabelFunction: v.Deployment},
			Ports:    []corev1.ServicePort{{Name: "http", Port: 8080, TargetPort: intstr.FromInt32(8080), Protocol: corev1.ProtocolTCP}},
		},
	}
}

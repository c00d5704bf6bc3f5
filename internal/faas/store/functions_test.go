package store_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/labbox/labbox/internal/faas/api"
	"github.com/labbox/labbox/internal/faas/store"
	"github.com/labbox/labbox/internal/faas/storetest"
)

const ns = storetest.Namespace

func newStore(t *testing.T, objects ...runtime.Object) (*store.Store, *storetest.Cluster) {
	t.Helper()
	c := storetest.New(t, objects...)
	return store.New(c.Client(), store.Config{Namespaces: []string{ns}, PullPolicy: "IfNotPresent", UserID: 12000}), c
}

func mustDeployment(t *testing.T, c *storetest.Cluster, name string) *appsv1.Deployment {
	t.Helper()
	o, err := c.Tracker.Get(appsv1.SchemeGroupVersion.WithResource("deployments"), ns, name)
	if err != nil {
		t.Fatal(err)
	}
	return o.(*appsv1.Deployment)
}

func handlerMap(code string) *corev1.ConfigMap {
	return &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "code", Namespace: ns}, Data: map[string]string{"handler.py": code}}
}

func openfaasSecret(name string) *corev1.Secret {
	return &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: ns, Labels: map[string]string{"app.kubernetes.io/managed-by": "openfaas"}},
		Data: map[string][]byte{name: []byte("v")}}
}

func TestCreateBuildsTheObjects(t *testing.T) {
	t.Parallel()
	s, c := newStore(t, handlerMap("a"), openfaasSecret("key"))
	in := &api.Deployment{
		Service: "f", Image: "labbox.local/fn-python:dev", EnvProcess: "python3 x.py", EnvVars: map[string]string{"B": "2", "A": "1"},
		Constraints: []string{"disk=fast"}, Secrets: []string{"key"}, Labels: map[string]string{api.LabelMin: "2"},
		Annotations: map[string]string{store.AnnotationHandler: "code", "topic": "x"},
		Limits:      map[string]string{"memory": "16Mi"}, ReadOnlyRootFilesystem: true,
	}
	if err := s.Create(context.Background(), in); err != nil {
		t.Fatal(err)
	}
	d := mustDeployment(t, c, "f")
	pod := d.Spec.Template
	container := pod.Spec.Containers[0]
	checks := map[string]bool{
		"replicas from the label":        *d.Spec.Replicas == 2,
		"label faas_function":            pod.Labels[store.LabelFunction] == "f" && d.Labels[store.LabelFunction] == "f",
		"container named as function":    container.Name == "f",
		"never pulled":                   container.ImagePullPolicy == corev1.PullNever,
		"fprocess first, then by name":   len(container.Env) == 3 && container.Env[0].Name == "fprocess" && container.Env[1].Name == "A",
		"port http":                      container.Ports[0].Name == "http" && container.Ports[0].ContainerPort == 8080,
		"request within the limit":       container.Resources.Requests.Memory().String() == "16Mi" && container.Resources.Requests.Cpu().String() == "10m",
		"read-only root":                 *container.SecurityContext.ReadOnlyRootFilesystem,
		"no capabilities":                container.SecurityContext.Capabilities.Drop[0] == "ALL",
		"not root":                       *pod.Spec.SecurityContext.RunAsUser == 12000 && *pod.Spec.SecurityContext.RunAsNonRoot,
		"seccomp":                        pod.Spec.SecurityContext.SeccompProfile.Type == corev1.SeccompProfileTypeRuntimeDefault,
		"no token":                       !*pod.Spec.AutomountServiceAccountToken,
		"constraint":                     pod.Spec.NodeSelector["disk"] == "fast",
		"tmp, secrets, handler":          len(pod.Spec.Volumes) == 3 && container.VolumeMounts[0].MountPath == "/tmp" && container.VolumeMounts[1].MountPath == "/var/openfaas/secrets" && container.VolumeMounts[2].MountPath == "/home/app/function",
		"scraped":                        pod.Annotations["prometheus.io/port"] == "8081",
		"handler's sum":                  len(pod.Annotations["labbox.dev/handler-sha256"]) == 64,
		"own annotation":                 pod.Annotations["topic"] == "x",
		"surge":                          d.Spec.Strategy.RollingUpdate.MaxSurge.IntValue() == 1 && d.Spec.Strategy.RollingUpdate.MaxUnavailable.IntValue() == 0,
		"probes ask /_/health":           container.ReadinessProbe.HTTPGet.Path == "/_/health" && container.LivenessProbe.HTTPGet.Path == "/_/health",
		"a service of the same name too": c.Count("create", "services") == 1,
	}
	for what, ok := range checks {
		if !ok {
			t.Errorf("%s: not so in %+v", what, d.Spec)
		}
	}
	got, err := s.Get(context.Background(), store.Key{Namespace: ns, Name: "f"})
	if err != nil {
		t.Fatal(err)
	}
	if got.EnvProcess != "python3 x.py" || got.EnvVars["B"] != "2" || got.Secrets[0] != "key" || got.Constraints[0] != "disk=fast" ||
		got.Limits["memory"] != "16Mi" || got.Replicas != 2 || !got.ReadOnlyRootFilesystem || got.Labels[api.LabelMin] != "2" {
		t.Errorf("read back: %+v", got)
	}
	if _, ok := got.Annotations["labbox.dev/handler-sha256"]; ok {
		t.Error("the computed annotation is shown to clients")
	}
}

func TestCreateRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		in   api.Deployment
		want string
	}{
		{"bad name", api.Deployment{Service: "F", Image: "i"}, "lower case"},
		{"foreign namespace", api.Deployment{Service: "f", Image: "i", Namespace: "kube-system"}, "namespace"},
		{"bad quantity", api.Deployment{Service: "f", Image: "i", Limits: map[string]string{"memory": "much"}}, "limits: memory"},
		{"negative quantity", api.Deployment{Service: "f", Image: "i", Requests: map[string]string{"cpu": "-1"}}, "requests: cpu"},
		{"request above limit", api.Deployment{Service: "f", Image: "i", Requests: map[string]string{"memory": "2Gi"}, Limits: map[string]string{"memory": "1Gi"}}, "more than its limit"},
		{"no such secret", api.Deployment{Service: "f", Image: "i", Secrets: []string{"none"}}, "no secret"},
		{"no such handler", api.Deployment{Service: "f", Image: "i", Annotations: map[string]string{store.AnnotationHandler: "none"}}, "no ConfigMap"},
		{"handler with a path", api.Deployment{Service: "f", Image: "i", Annotations: map[string]string{store.AnnotationHandler: "../x"}}, "handler-configmap"},
		{"the gateway's own label", api.Deployment{Service: "f", Image: "i", Labels: map[string]string{store.LabelFunction: "g"}}, store.LabelFunction},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s, c := newStore(t)
			err := s.Create(context.Background(), &tt.in)
			var invalid *store.Invalid
			if !errors.As(err, &invalid) || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("Create() = %v, want Invalid with %q", err, tt.want)
			}
			if c.Count("create", "deployments") != 0 {
				t.Error("something was created")
			}
		})
	}
}

func TestUpdate(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	key := store.Key{Namespace: ns, Name: "f"}
	s, c := newStore(t, handlerMap("one"))
	in := &api.Deployment{Service: "f", Image: "a", Annotations: map[string]string{store.AnnotationHandler: "code"}}
	if err := s.Update(ctx, in); !errors.Is(err, store.ErrNotFound) {
		t.Fatalf("Update() of none = %v, want ErrNotFound", err)
	}
	if err := s.Create(ctx, in); err != nil {
		t.Fatal(err)
	}
	if err := s.Create(ctx, in); !errors.Is(err, store.ErrExists) {
		t.Fatalf("Create() again = %v, want ErrExists", err)
	}
	before := mustDeployment(t, c, "f").Spec.Template
	if err := s.Update(ctx, in); err != nil {
		t.Fatal(err)
	}
	if after := mustDeployment(t, c, "f").Spec.Template; after.String() != before.String() {
		t.Error("the same deployment again changed the pod template")
	}
	if err := c.Tracker.Update(corev1.SchemeGroupVersion.WithResource("configmaps"), handlerMap("two"), ns); err != nil {
		t.Fatal(err)
	}
	if err := s.Scale(ctx, key, 3); err != nil {
		t.Fatal(err)
	}
	if err := s.Update(ctx, in); err != nil {
		t.Fatal(err)
	}
	after := mustDeployment(t, c, "f")
	if after.Spec.Template.String() == before.String() {
		t.Error("a changed handler did not change the pod template")
	}
	if *after.Spec.Replicas != 3 {
		t.Errorf("replicas = %d after an update, want the 3 it had", *after.Spec.Replicas)
	}
	if err := s.Scale(ctx, key, 0); err != nil {
		t.Fatal(err)
	}
	if err := s.Update(ctx, in); err != nil {
		t.Fatal(err)
	}
	if got := *mustDeployment(t, c, "f").Spec.Replicas; got != 1 {
		t.Errorf("replicas = %d after an update at zero, want 1", got)
	}
}

func TestUpdateRetriesAConflict(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s, c := newStore(t)
	in := &api.Deployment{Service: "f", Image: "a"}
	if err := s.Create(ctx, in); err != nil {
		t.Fatal(err)
	}
	c.FailOnce("update", "deployments", apierrors.NewConflict(schema.GroupResource{Resource: "deployments"}, "f", errors.New("changed")))
	if err := s.Update(ctx, in); err != nil {
		t.Fatalf("Update() = %v", err)
	}
	if n := c.Count("update", "deployments"); n != 2 {
		t.Errorf("%d updates, want 2", n)
	}
}

func TestScaleAndDelete(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	key := store.Key{Namespace: ns, Name: "f"}
	s, c := newStore(t, &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Name: "other", Namespace: ns}})
	if err := s.Scale(ctx, key, 1); !errors.Is(err, store.ErrNotFound) {
		t.Fatalf("Scale() of none = %v", err)
	}
	if err := s.Create(ctx, &api.Deployment{Service: "f", Image: "a", Labels: map[string]string{api.LabelMax: "4"}}); err != nil {
		t.Fatal(err)
	}
	var invalid *store.Invalid
	for _, n := range []int64{-1, 5, 1 << 40} {
		if err := s.Scale(ctx, key, n); !errors.As(err, &invalid) {
			t.Errorf("Scale(%d) = %v, want Invalid", n, err)
		}
	}
	if err := s.Scale(ctx, key, 0); err != nil {
		t.Fatal(err)
	}
	if err := s.Wake(ctx, key); err != nil {
		t.Fatal(err)
	}
	if got := *mustDeployment(t, c, "f").Spec.Replicas; got != 1 {
		t.Errorf("replicas after Wake = %d, want 1", got)
	}
	other := store.Key{Namespace: ns, Name: "other"}
	if err := s.Delete(ctx, other); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("Delete() of what is no function = %v, want ErrNotFound", err)
	}
	if err := s.Delete(ctx, key); err != nil {
		t.Fatal(err)
	}
	if list, err := s.List(ctx, ns); err != nil || len(list) != 0 {
		t.Errorf("List() = %v, %v; want none", list, err)
	}
	if c.Count("delete", "services") != 1 {
		t.Error("the Service stayed")
	}
}

func TestUsage(t *testing.T) {
	t.Parallel()
	s, c := newStore(t)
	key := store.Key{Namespace: ns, Name: "f"}
	if _, err := s.Usage(context.Background(), key); err == nil {
		t.Error("Usage() without a metrics API succeeded")
	}
	c.Metrics = `{"items":[{"containers":[{"usage":{"cpu":"1500u","memory":"10Mi"}}]},{"containers":[{"usage":{"cpu":"2m","memory":"1Ki"}}]}]}`
	got, err := s.Usage(context.Background(), key)
	if err != nil || got.CPU != 3.5 || got.TotalMemoryBytes != 10<<20+1024 {
		t.Errorf("Usage() = %+v, %v; want 3.5 millicores and %d bytes", got, err, 10<<20+1024)
	}
}

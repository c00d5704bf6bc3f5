// Package storetest fakes the cluster below store: client-go's object tracker for
// the objects, given texts for logs and metrics. No controller runs in it; a test
// says itself which replicas are ready.
package storetest

import (
	"context"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/gentype"
	clienttesting "k8s.io/client-go/testing"

	"github.com/labbox/labbox/internal/faas/store"
)

// Namespace is where functions live in a fake cluster.
const Namespace = "openfaas-fn"

// Cluster is a fake cluster. Its methods are safe for concurrent use.
type Cluster struct {
	Tracker clienttesting.ObjectTracker
	// Logs opens the log of a pod; nil means empty logs.
	Logs func(ctx context.Context, pod string, o *corev1.PodLogOptions) (io.ReadCloser, error)
	// Metrics is what the metrics API answers; empty means that there is none.
	Metrics string

	fake    *clienttesting.Fake
	mu      sync.Mutex
	watches map[string]int
	changed chan struct{}
}

// New returns a cluster that holds objects.
func New(t testing.TB, objects ...runtime.Object) *Cluster {
	t.Helper()
	scheme := store.NewScheme()
	tracker := clienttesting.NewObjectTracker(scheme, serializer.NewCodecFactory(scheme).UniversalDecoder())
	for _, o := range objects {
		if err := tracker.Add(o); err != nil {
			t.Fatal(err)
		}
	}
	c := &Cluster{Tracker: tracker, fake: &clienttesting.Fake{}, watches: map[string]int{}, changed: make(chan struct{})}
	c.fake.AddReactor("*", "*", clienttesting.ObjectReaction(tracker))
	c.fake.AddWatchReactor("*", func(a clienttesting.Action) (bool, watch.Interface, error) {
		w, err := tracker.Watch(a.GetResource(), a.GetNamespace())
		c.mu.Lock()
		defer c.mu.Unlock()
		c.watches[a.GetResource().Resource]++
		close(c.changed)
		c.changed = make(chan struct{})
		return true, w, err
	})
	return c
}

// Fail makes a verb on a resource fail with err from now on.
func (c *Cluster) Fail(verb, resource string, err error) {
	c.fake.PrependReactor(verb, resource, func(clienttesting.Action) (bool, runtime.Object, error) { return true, nil, err })
}

// Before runs f before each use of a verb on a resource, which fails with f's error.
func (c *Cluster) Before(verb, resource string, f func() error) {
	c.fake.PrependReactor(verb, resource, func(clienttesting.Action) (bool, runtime.Object, error) {
		err := f()
		return err != nil, nil, err
	})
}

// FailOnce makes the next use of a verb on a resource fail with err.
func (c *Cluster) FailOnce(verb, resource string, err error) {
	var used sync.Once
	c.fake.PrependReactor(verb, resource, func(clienttesting.Action) (bool, runtime.Object, error) {
		handled := false
		used.Do(func() { handled = true })
		return handled, nil, err
	})
}

// Count returns how often a verb was used on a resource.
func (c *Cluster) Count(verb, resource string) int {
	n := 0
	for _, a := range c.fake.Actions() {
		if a.Matches(verb, resource) {
			n++
		}
	}
	return n
}

// AwaitWatch returns when n watches of a resource were begun: the tracker does not
// replay what happened between a list and its watch.
func (c *Cluster) AwaitWatch(t testing.TB, resource string, n int) {
	t.Helper()
	deadline := time.After(10 * time.Second)
	for {
		c.mu.Lock()
		have, changed := c.watches[resource], c.changed
		c.mu.Unlock()
		if have >= n {
			return
		}
		select {
		case <-changed:
		case <-deadline:
			t.Fatalf("%d watches of %s after 10 s, want %d", have, resource, n)
		}
	}
}

// SetReady makes addresses ("ip") the ready endpoints of a function, all on port. The
// function is "name" in Namespace or "name.namespace".
func (c *Cluster) SetReady(t testing.TB, function string, port int32, addresses ...string) {
	t.Helper()
	function, namespace, found := strings.Cut(function, ".")
	if !found {
		namespace = Namespace
	}
	slice := &discoveryv1.EndpointSlice{
		ObjectMeta: metav1.ObjectMeta{Name: function + "-x", Namespace: namespace, Labels: map[string]string{discoveryv1.LabelServiceName: function}},
		Ports:      []discoveryv1.EndpointPort{{Name: new("http"), Port: &port}},
	}
	for _, a := range addresses {
		slice.Endpoints = append(slice.Endpoints, discoveryv1.Endpoint{Addresses: []string{a}, Conditions: discoveryv1.EndpointConditions{Ready: new(true)}})
	}
	gvr := discoveryv1.SchemeGroupVersion.WithResource("endpointslices")
	if _, err := c.Tracker.Get(gvr, namespace, slice.Name); err == nil {
		err = c.Tracker.Update(gvr, slice, namespace)
		if err != nil {
			t.Fatal(err)
		}
		return
	}
	if err := c.Tracker.Create(gvr, slice, namespace); err != nil {
		t.Fatal(err)
	}
}

// Client returns a store.Client on the cluster.
func (c *Cluster) Client() *store.Client {
	return &store.Client{
		Deployments: func(ns string) store.Objects[*appsv1.Deployment, *appsv1.DeploymentList] {
			return fakeOf(c, ns, kind[appsv1.Deployment, *appsv1.DeploymentList]{appsv1.SchemeGroupVersion, "Deployment", &appsv1.DeploymentList{},
				func(l *appsv1.DeploymentList) *[]appsv1.Deployment { return &l.Items }})
		},
		Services: func(ns string) store.Objects[*corev1.Service, *corev1.ServiceList] {
			return fakeOf(c, ns, kind[corev1.Service, *corev1.ServiceList]{corev1.SchemeGroupVersion, "Service", &corev1.ServiceList{},
				func(l *corev1.ServiceList) *[]corev1.Service { return &l.Items }})
		},
		Secrets: func(ns string) store.Objects[*corev1.Secret, *corev1.SecretList] {
			return fakeOf(c, ns, kind[corev1.Secret, *corev1.SecretList]{corev1.SchemeGroupVersion, "Secret", &corev1.SecretList{},
				func(l *corev1.SecretList) *[]corev1.Secret { return &l.Items }})
		},
		ConfigMaps: func(ns string) store.Reader[*corev1.ConfigMap, *corev1.ConfigMapList] {
			return fakeOf(c, ns, kind[corev1.ConfigMap, *corev1.ConfigMapList]{corev1.SchemeGroupVersion, "ConfigMap", &corev1.ConfigMapList{},
				func(l *corev1.ConfigMapList) *[]corev1.ConfigMap { return &l.Items }})
		},
		Pods: func(ns string) store.Reader[*corev1.Pod, *corev1.PodList] {
			return fakeOf(c, ns, kind[corev1.Pod, *corev1.PodList]{corev1.SchemeGroupVersion, "Pod", &corev1.PodList{},
				func(l *corev1.PodList) *[]corev1.Pod { return &l.Items }})
		},
		Slices: func(ns string) store.Reader[*discoveryv1.EndpointSlice, *discoveryv1.EndpointSliceList] {
			return fakeOf(c, ns, kind[discoveryv1.EndpointSlice, *discoveryv1.EndpointSliceList]{discoveryv1.SchemeGroupVersion, "EndpointSlice",
				&discoveryv1.EndpointSliceList{}, func(l *discoveryv1.EndpointSliceList) *[]discoveryv1.EndpointSlice { return &l.Items }})
		},
		Namespaces: func() store.Objects[*corev1.Namespace, *corev1.NamespaceList] {
			return fakeOf(c, "", kind[corev1.Namespace, *corev1.NamespaceList]{corev1.SchemeGroupVersion, "Namespace", &corev1.NamespaceList{},
				func(l *corev1.NamespaceList) *[]corev1.Namespace { return &l.Items }})
		},
		Bindings: func(ns string) store.Writer[*rbacv1.RoleBinding] {
			return fakeOf(c, ns, kind[rbacv1.RoleBinding, *rbacv1.RoleBindingList]{rbacv1.SchemeGroupVersion, "RoleBinding", &rbacv1.RoleBindingList{},
				func(l *rbacv1.RoleBindingList) *[]rbacv1.RoleBinding { return &l.Items }})
		},
		PodLog: func(ctx context.Context, _, pod string, o *corev1.PodLogOptions) (io.ReadCloser, error) {
			if c.Logs == nil {
				return io.NopCloser(strings.NewReader("")), nil
			}
			return c.Logs(ctx, pod, o)
		},
		PodMetrics: func(context.Context, string, string) ([]byte, error) {
			if c.Metrics == "" {
				return nil, io.ErrUnexpectedEOF
			}
			return []byte(c.Metrics), nil
		},
	}
}

// object is what client-go's fakes need of a type.
type object[T any] interface {
	*T
	runtime.Object
	metav1.Object
}

// fakeClient adds to client-go's fake that it has no streaming lists.
type fakeClient[T interface {
	runtime.Object
	metav1.Object
}, L runtime.Object] struct {
	*gentype.FakeClientWithList[T, L]
}

// IsWatchListSemanticsUnSupported tells informers to list and then watch.
func (fakeClient[T, L]) IsWatchListSemanticsUnSupported() bool { return true }

// kind describes a resource; its plural is its name in lower case with an s.
type kind[E any, L runtime.Object] struct {
	gv    schema.GroupVersion
	name  string
	list  L
	items func(L) *[]E
}

func fakeOf[E any, T object[E], L runtime.Object](c *Cluster, ns string, k kind[E, L]) fakeClient[T, L] {
	client := gentype.NewFakeClientWithList(c.fake, ns, k.gv.WithResource(strings.ToLower(k.name)+"s"), k.gv.WithKind(k.name),
		func() T { return T(new(E)) },
		func() L { return k.list.DeepCopyObject().(L) },
		func(dst, src L) {
			d, _ := meta.ListAccessor(dst)
			s, _ := meta.ListAccessor(src)
			d.SetResourceVersion(s.GetResourceVersion())
		},
		func(l L) []T {
			var out []T
			for i := range *k.items(l) {
				out = append(out, T(&(*k.items(l))[i]))
			}
			return out
		},
		func(l L, all []T) {
			*k.items(l) = nil
			for _, one := range all {
				*k.items(l) = append(*k.items(l), *(*E)(one))
			}
		})
	return fakeClient[T, L]{client}
}

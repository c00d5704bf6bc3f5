package store

import (
	"context"
	"fmt"
	"io"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/gentype"
	"k8s.io/client-go/rest"
)

// Reader reads one resource in one namespace.
type Reader[T any, L runtime.Object] interface {
	Get(ctx context.Context, name string, o metav1.GetOptions) (T, error)
	List(ctx context.Context, o metav1.ListOptions) (L, error)
	Watch(ctx context.Context, o metav1.ListOptions) (watch.Interface, error)
}

// Writer changes one resource in one namespace.
type Writer[T any] interface {
	Create(ctx context.Context, obj T, o metav1.CreateOptions) (T, error)
	Update(ctx context.Context, obj T, o metav1.UpdateOptions) (T, error)
	Delete(ctx context.Context, name string, o metav1.DeleteOptions) error
}

// Objects reads and changes one resource in one namespace.
type Objects[T any, L runtime.Object] interface {
	Reader[T, L]
	Writer[T]
}

// Client reaches the few Kubernetes resources that functions are made of. The full
// clientset of client-go would make the gateway's program ten megabytes larger. The
// fields are set by NewClient, or by a fake.
type Client struct {
	Deployments func(namespace string) Objects[*appsv1.Deployment, *appsv1.DeploymentList]
	Services    func(namespace string) Objects[*corev1.Service, *corev1.ServiceList]
	Secrets     func(namespace string) Objects[*corev1.Secret, *corev1.SecretList]
	ConfigMaps  func(namespace string) Reader[*corev1.ConfigMap, *corev1.ConfigMapList]
	Pods        func(namespace string) Reader[*corev1.Pod, *corev1.PodList]
	Slices      func(namespace string) Reader[*discoveryv1.EndpointSlice, *discoveryv1.EndpointSliceList]
	Namespaces  func() Objects[*corev1.Namespace, *corev1.NamespaceList]
	Bindings    func(namespace string) Writer[*rbacv1.RoleBinding]
	// PodLog opens the log of a pod's first container.
	PodLog func(ctx context.Context, namespace, pod string, o *corev1.PodLogOptions) (io.ReadCloser, error)
	// PodMetrics returns the metrics API's PodMetricsList as JSON.
	PodMetrics func(ctx context.Context, namespace, selector string) ([]byte, error)
	// Raw does any other request; its answer must be closed.
	Raw func(ctx context.Context, r RawRequest) (io.ReadCloser, error)
}

// NewScheme knows the API groups that the store uses and no other.
func NewScheme() *runtime.Scheme {
	s := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{appsv1.AddToScheme, corev1.AddToScheme, discoveryv1.AddToScheme, rbacv1.AddToScheme} {
		if err := add(s); err != nil {
			panic(err) // two types under one name: a defect that every test shows
		}
	}
	metav1.AddToGroupVersion(s, schema.GroupVersion{Version: "v1"})
	return s
}

// InCluster connects to the API server of the cluster that the process runs in, with
// its pod's account.
func InCluster(userAgent string) (*Client, error) {
	config, err := rest.InClusterConfig()
	if err != nil {
		return nil, fmt.Errorf("find the cluster: %w", err)
	}
	config.QPS, config.Burst, config.UserAgent = 100, 200, userAgent
	return NewClient(config)
}

// NewClient connects to the API server that config names.
func NewClient(config *rest.Config) (*Client, error) {
	scheme := NewScheme()
	codec := runtime.NewParameterCodec(scheme)
	connect := func(gv schema.GroupVersion, path string) (rest.Interface, error) {
		c := rest.CopyConfig(config)
		c.GroupVersion, c.APIPath = &gv, path
		c.NegotiatedSerializer = serializer.NewCodecFactory(scheme).WithoutConversion()
		c.AcceptContentTypes = "application/vnd.kubernetes.protobuf,application/json"
		c.ContentType = "application/vnd.kubernetes.protobuf"
		client, err := rest.RESTClientFor(c)
		if err != nil {
			return nil, fmt.Errorf("client for %s: %w", gv, err)
		}
		return client, nil
	}
	core, err := connect(corev1.SchemeGroupVersion, "/api")
	if err != nil {
		return nil, err
	}
	apps, err := connect(appsv1.SchemeGroupVersion, "/apis")
	if err != nil {
		return nil, err
	}
	discovery, err := connect(discoveryv1.SchemeGroupVersion, "/apis")
	if err != nil {
		return nil, err
	}
	rbac, err := connect(rbacv1.SchemeGroupVersion, "/apis")
	if err != nil {
		return nil, err
	}
	c := assemble(core, apps, discovery, codec)
	c.Namespaces = func() Objects[*corev1.Namespace, *corev1.NamespaceList] {
		return gentype.NewClientWithList("namespaces", core, codec, "",
			func() *corev1.Namespace { return &corev1.Namespace{} },
			func() *corev1.NamespaceList { return &corev1.NamespaceList{} },
			gentype.PrefersProtobuf[*corev1.Namespace]())
	}
	c.Bindings = func(ns string) Writer[*rbacv1.RoleBinding] {
		return gentype.NewClient("rolebindings", rbac, codec, ns,
			func() *rbacv1.RoleBinding { return &rbacv1.RoleBinding{} },
			gentype.PrefersProtobuf[*rbacv1.RoleBinding]())
	}
	return c, nil
}

func assemble(core, apps, discovery rest.Interface, codec runtime.ParameterCodec) *Client {
	return &Client{
		Deployments: func(ns string) Objects[*appsv1.Deployment, *appsv1.DeploymentList] {
			return gentype.NewClientWithList("deployments", apps, codec, ns,
				func() *appsv1.Deployment { return &appsv1.Deployment{} },
				func() *appsv1.DeploymentList { return &appsv1.DeploymentList{} },
				gentype.PrefersProtobuf[*appsv1.Deployment]())
		},
		Services: func(ns string) Objects[*corev1.Service, *corev1.ServiceList] {
			return gentype.NewClientWithList("services", core, codec, ns,
				func() *corev1.Service { return &corev1.Service{} },
				func() *corev1.ServiceList { return &corev1.ServiceList{} },
				gentype.PrefersProtobuf[*corev1.Service]())
		},
		Secrets: func(ns string) Objects[*corev1.Secret, *corev1.SecretList] {
			return gentype.NewClientWithList("secrets", core, codec, ns,
				func() *corev1.Secret { return &corev1.Secret{} },
				func() *corev1.SecretList { return &corev1.SecretList{} },
				gentype.PrefersProtobuf[*corev1.Secret]())
		},
		ConfigMaps: func(ns string) Reader[*corev1.ConfigMap, *corev1.ConfigMapList] {
			return gentype.NewClientWithList("configmaps", core, codec, ns,
				func() *corev1.ConfigMap { return &corev1.ConfigMap{} },
				func() *corev1.ConfigMapList { return &corev1.ConfigMapList{} },
				gentype.PrefersProtobuf[*corev1.ConfigMap]())
		},
		Pods: func(ns string) Reader[*corev1.Pod, *corev1.PodList] {
			return gentype.NewClientWithList("pods", core, codec, ns,
				func() *corev1.Pod { return &corev1.Pod{} },
				func() *corev1.PodList { return &corev1.PodList{} },
				gentype.PrefersProtobuf[*corev1.Pod]())
		},
		Slices: func(ns string) Reader[*discoveryv1.EndpointSlice, *discoveryv1.EndpointSliceList] {
			return gentype.NewClientWithList("endpointslices", discovery, codec, ns,
				func() *discoveryv1.EndpointSlice { return &discoveryv1.EndpointSlice{} },
				func() *discoveryv1.EndpointSliceList { return &discoveryv1.EndpointSliceList{} },
				gentype.PrefersProtobuf[*discoveryv1.EndpointSlice]())
		},
		PodLog: func(ctx context.Context, ns, pod string, o *corev1.PodLogOptions) (io.ReadCloser, error) {
			return core.Get().Namespace(ns).Resource("pods").Name(pod).SubResource("log").VersionedParams(o, codec).Stream(ctx)
		},
		PodMetrics: func(ctx context.Context, ns, selector string) ([]byte, error) {
			return core.Get().AbsPath("/apis/metrics.k8s.io/v1beta1/namespaces", ns, "pods").
				SetHeader("Accept", "application/json").Param("labelSelector", selector).DoRaw(ctx)
		},
		Raw: func(ctx context.Context, r RawRequest) (io.ReadCloser, error) { return r.do(ctx, core) },
	}
}

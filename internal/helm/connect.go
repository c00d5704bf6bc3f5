package helm

import (
	"context"
	"fmt"
	"log/slog"
	"sync"

	"helm.sh/helm/v3/pkg/action"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/restmapper"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

// dial connects to the cluster of a kubeconfig; the first call goes out later.
func dial(kubeconfig []byte, namespace string, log *slog.Logger) (*session, error) {
	g, err := newGetter(kubeconfig, namespace)
	if err != nil {
		return nil, err
	}
	debugf := func(format string, args ...any) {
		if log.Enabled(context.Background(), slog.LevelDebug) {
			log.Debug(fmt.Sprintf(format, args...), "from", "helm")
		}
	}
	cfg := &action.Configuration{}
	if err := cfg.Init(g, namespace, "secret", debugf); err != nil {
		return nil, fmt.Errorf("set up helm: %w", err)
	}
	clients, err := kubernetes.NewForConfig(g.config)
	if err != nil {
		return nil, fmt.Errorf("set up client: %w", err)
	}
	dyn, err := dynamic.NewForConfig(g.config)
	if err != nil {
		return nil, fmt.Errorf("set up client: %w", err)
	}
	return &session{namespace: namespace, cfg: cfg, api: &cluster{helm: cfg.KubeClient, clients: clients, dynamic: dyn, getter: g}}, nil
}

// getter is Helm's way to the cluster, from a kubeconfig in memory.
type getter struct {
	loader clientcmd.ClientConfig
	config *rest.Config
	// cache asks the API what it serves once, until it is told to forget.
	cache func() (discovery.CachedDiscoveryInterface, error)
}

func newGetter(kubeconfig []byte, namespace string) (*getter, error) {
	raw, err := clientcmd.Load(kubeconfig)
	if err != nil {
		return nil, fmt.Errorf("read kubeconfig: %w", err)
	}
	loader := clientcmd.NewDefaultClientConfig(*raw, &clientcmd.ConfigOverrides{
		Context: clientcmdapi.Context{Namespace: namespace},
	})
	config, err := loader.ClientConfig()
	if err != nil {
		return nil, fmt.Errorf("read kubeconfig: %w", err)
	}
	// The cluster is the machine itself: the client's own limit of five calls a
	// second would be most of the installation's time.
	config.QPS, config.Burst = 200, 400
	config.WarningHandler = rest.NoWarnings{}
	cache := sync.OnceValues(func() (discovery.CachedDiscoveryInterface, error) {
		d, err := discovery.NewDiscoveryClientForConfig(config)
		if err != nil {
			return nil, fmt.Errorf("set up discovery: %w", err)
		}
		return memory.NewMemCacheClient(d), nil
	})
	return &getter{loader: loader, config: config, cache: cache}, nil
}

// ToRESTConfig implements genericclioptions.RESTClientGetter.
func (g *getter) ToRESTConfig() (*rest.Config, error) { return rest.CopyConfig(g.config), nil }

// ToDiscoveryClient implements genericclioptions.RESTClientGetter.
func (g *getter) ToDiscoveryClient() (discovery.CachedDiscoveryInterface, error) { return g.cache() }

// ToRESTMapper implements genericclioptions.RESTClientGetter.
func (g *getter) ToRESTMapper() (meta.RESTMapper, error) {
	d, err := g.cache()
	if err != nil {
		return nil, err
	}
	return restmapper.NewDeferredDiscoveryRESTMapper(d), nil
}

// ToRawKubeConfigLoader implements genericclioptions.RESTClientGetter.
func (g *getter) ToRawKubeConfigLoader() clientcmd.ClientConfig { return g.loader }

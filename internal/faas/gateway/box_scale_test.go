package gateway

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/labbox/labbox/internal/faas/api"
	"github.com/labbox/labbox/internal/faas/store"
)

// own is a gateway of this test's, on a real cluster, with a namespace of its own.
type own struct {
	*box
	gateway *Server
	client  *store.Client
	store   *store.Store
	ns      string
}

// mustOwn starts a gateway in this process on the cluster of LABBOX_TEST_KUBECONFIG,
// whose pods must be reachable from here.
func mustOwn(t *testing.T) *own {
	t.Helper()
	path := os.Getenv("LABBOX_TEST_KUBECONFIG")
	if testing.Short() || path == "" || os.Getenv("LABBOX_TEST_PODS") == "" {
		t.Skip("LABBOX_TEST_KUBECONFIG is not set, or LABBOX_TEST_PODS does not say that pods are reachable")
	}
	kube, err := clientcmd.BuildConfigFromFlags("", path)
	if err != nil {
		t.Fatal(err)
	}
	kube.QPS, kube.Burst = 100, 200
	client, err := store.NewClient(kube)
	if err != nil {
		t.Fatal(err)
	}
	o := &own{client: client, ns: fmt.Sprintf("fn-%s-%d", strings.ToLower(t.Name()), os.Getpid()), box: &box{kube: kube}}
	o.namespace(t)
	config, _ := FromEnv(func(name string) string {
		return map[string]string{"function_namespace": o.ns, "basic_auth": "false"}[name]
	})
	o.store = store.New(client, store.Config{Namespaces: config.Namespaces, PullPolicy: config.PullPolicy, UserID: config.UserID})
	if o.gateway, err = New(config, o.store, slog.New(slog.NewTextHandler(os.Stderr, nil))); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended, synced := make(chan error), make(chan struct{})
	go func() { ended <- o.gateway.Watch(ctx, func() { close(synced) }) }()
	t.Cleanup(func() { cancel(); <-ended })
	select {
	case <-synced:
	case err := <-ended:
		t.Fatal(err)
	}
	server := httptest.NewServer(o.gateway.Handler())
	t.Cleanup(server.Close)
	o.url = server.URL
	return o
}

// namespace makes the namespace and removes it, with all that is in it, in the end.
func (o *own) namespace(t *testing.T) {
	t.Helper()
	text := o.kubeDo(t, "POST", "/api/v1/namespaces", map[string]any{"apiVersion": "v1", "kind": "Namespace", "metadata": map[string]string{"name": o.ns}})
	if !strings.Contains(string(text), o.ns) {
		t.Fatalf("create namespace: %s", text)
	}
	t.Cleanup(func() { o.kubeDo(t, "DELETE", "/api/v1/namespaces/"+o.ns, nil) })
}

// deploy deploys a function and waits for its first answer.
func (o *own) deploy(t *testing.T, d api.Deployment) {
	t.Helper()
	o.want(t, "POST", "/system/functions", d, 202)
	o.want(t, "GET", "/function/"+d.Service, "", 200)
}

// pythonFunction is one whose handler is code.
func (o *own) pythonFunction(t *testing.T, name, code string) api.Deployment {
	t.Helper()
	o.kubeDo(t, "POST", "/api/v1/namespaces/"+o.ns+"/configmaps", map[string]any{"apiVersion": "v1", "kind": "ConfigMap",
		"metadata": map[string]string{"name": name}, "data": map[string]string{"handler.py": code}})
	return api.Deployment{Service: name, Image: "labbox.local/fn-python:dev", ReadOnlyRootFilesystem: true,
		Annotations: map[string]string{store.AnnotationHandler: name}}
}

// goFunction is a small static server behind the watchdog: the watchdog's own program.
func (o *own) goFunction(name string) api.Deployment {
	return api.Deployment{Service: name, Image: "labbox.local/fn-python:dev",
		EnvProcess: "env mode=static static_path=/etc port=5000 metrics_port=5001 healthcheck_interval=0 suppress_lock=true /usr/bin/fwatchdog"}
}

// TestBoxColdStart prints what the time from a call at zero to its answer is made of.
func TestBoxColdStart(t *testing.T) {
	o := mustOwn(t)
	for _, d := range []api.Deployment{
		o.pythonFunction(t, "cold-python", "def handle(event, context):\n    return 'short'\n"),
		o.goFunction("cold-go"),
	} {
		t.Run(d.Service, func(t *testing.T) {
			o.deploy(t, d)
			parts, whole := map[string][]time.Duration{}, []time.Duration{}
			for range 12 {
				o.toZero(t, d.Service)
				took, marks := o.coldStart(t, d.Service)
				whole = append(whole, took)
				for name, at := range marks {
					parts[name] = append(parts[name], at)
				}
			}
			for _, name := range coldParts() {
				t.Logf("%-28s %s", name, spread(parts[name]))
			}
			t.Logf("%-28s %s  %v", "answer", spread(whole), whole)
		})
	}
}

func spread(all []time.Duration) string {
	if len(all) == 0 {
		return "never"
	}
	sorted := slices.Sorted(slices.Values(all))
	return fmt.Sprintf("p50 %4d ms  p95 %4d ms", sorted[len(sorted)/2].Milliseconds(), sorted[len(sorted)*95/100].Milliseconds())
}

// toZero waits until no pod of the function is left.
func (o *own) toZero(t *testing.T, name string) {
	t.Helper()
	o.want(t, "POST", "/system/scale-function/"+name, map[string]any{"replicas": 0}, 202)
	deadline := time.Now().Add(time.Minute)
	for time.Now().Before(deadline) {
		pods, err := o.client.Pods(o.ns).List(t.Context(), metav1.ListOptions{LabelSelector: store.LabelFunction + "=" + name})
		if err == nil && len(pods.Items) == 0 {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatalf("%s has pods a minute after it was set to zero", name)
}

func coldParts() []string {
	return []string{"replicas set", "pod created", "pod scheduled", "pod has an IP", "pod runs", "pod ready", "endpoint ready", "table has an address"}
}

// coldStart calls the function once and notes when what was seen.
func (o *own) coldStart(t *testing.T, name string) (time.Duration, map[string]time.Duration) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	pods, err := o.client.Pods(o.ns).Watch(ctx, metav1.ListOptions{LabelSelector: store.LabelFunction + "=" + name})
	if err != nil {
		t.Fatal(err)
	}
	defer pods.Stop()
	slices, err := o.client.Slices(o.ns).Watch(ctx, metav1.ListOptions{LabelSelector: discoveryv1.LabelServiceName + "=" + name})
	if err != nil {
		t.Fatal(err)
	}
	defer slices.Stop()
	var mu sync.Mutex
	marks, begin := map[string]time.Duration{}, time.Now()
	mark := func(name string, seen bool) {
		mu.Lock()
		defer mu.Unlock()
		if _, have := marks[name]; seen && !have {
			marks[name] = time.Since(begin)
		}
	}
	key := store.Key{Namespace: o.ns, Name: name}
	go func() {
		for e := range pods.ResultChan() {
			p, ok := e.Object.(*corev1.Pod)
			if !ok {
				continue
			}
			mark("pod created", true)
			mark("pod scheduled", p.Spec.NodeName != "")
			mark("pod has an IP", p.Status.PodIP != "")
			mark("pod runs", p.Status.Phase == corev1.PodRunning)
			for _, c := range p.Status.Conditions {
				mark("pod ready", c.Type == corev1.PodReady && c.Status == corev1.ConditionTrue)
			}
		}
	}()
	go func() {
		for e := range slices.ResultChan() {
			if s, ok := e.Object.(*discoveryv1.EndpointSlice); ok {
				mark("endpoint ready", len(s.Endpoints) > 0 && s.Endpoints[0].Conditions.Ready != nil && *s.Endpoints[0].Conditions.Ready)
			}
		}
	}()
	go func() {
		for ctx.Err() == nil {
			changed := o.gateway.table.Changed(key)
			f, _ := o.gateway.table.Lookup(key)
			mark("replicas set", f.Replicas > 0)
			mark("table has an address", len(o.gateway.table.Addresses(key)) > 0)
			select {
			case <-changed:
			case <-ctx.Done():
			}
		}
	}()
	r, _ := http.NewRequestWithContext(ctx, "GET", o.url+"/function/"+name, nil)
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	took := time.Since(begin)
	if resp.StatusCode != 200 {
		t.Errorf("%s answered %d", name, resp.StatusCode)
	}
	time.Sleep(200 * time.Millisecond) // what the cluster sees later than the caller
	mu.Lock()
	defer mu.Unlock()
	return took.Round(time.Millisecond), marks
}

// TestBoxScaling loads a function, lets it rest, and calls it again; no call is lost.
func TestBoxScaling(t *testing.T) {
	o := mustOwn(t)
	d := o.pythonFunction(t, "elastic", "import time\ndef handle(event, context):\n    time.sleep(float(event.query.get('s', '0.1')))\n    return 'done'\n")
	d.Labels = map[string]string{
		api.LabelType: api.ScaleCapacity, api.LabelTarget: "4", api.LabelProportion: "1", api.LabelMax: "3",
		api.LabelDownWindow: "5s", api.LabelZero: "true", api.LabelZeroAfter: "8s",
	}
	o.deploy(t, d)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	loaded, stop := context.WithCancel(ctx)
	var callers sync.WaitGroup
	var calls atomic.Int32
	for range 12 {
		callers.Go(func() {
			for loaded.Err() == nil {
				if status, body := o.send(t, "GET", "/function/elastic", ""); status != 200 {
					t.Errorf("a call failed under load: %d %s", status, body)
				}
				calls.Add(1)
			}
		})
	}
	begin := time.Now()
	o.awaitAddresses(ctx, t, "elastic", 3)
	t.Logf("12 callers, 4 a replica: three replicas after %s", time.Since(begin))
	stop()
	callers.Wait()
	begin = time.Now()
	slow := make(chan struct{})
	go func() { // runs on while replicas go
		defer close(slow)
		if status, body := o.send(t, "GET", "/function/elastic?s=7", ""); status != 200 {
			t.Errorf("a call that ran while replicas went failed: %d %s", status, body)
		}
	}()
	o.awaitAddresses(ctx, t, "elastic", 1)
	t.Logf("one replica %s after the load ended, %d calls", time.Since(begin), calls.Load())
	<-slow
	o.awaitAddresses(ctx, t, "elastic", 0)
	t.Logf("none %s after the load ended", time.Since(begin))
	o.want(t, "GET", "/function/elastic?s=0", "", 200)
}

// awaitAddresses waits until n replicas of a function get calls.
func (o *own) awaitAddresses(ctx context.Context, t *testing.T, name string, n int) {
	t.Helper()
	key := store.Key{Namespace: o.ns, Name: name}
	for {
		changed := o.gateway.table.Changed(key)
		if len(o.gateway.table.Addresses(key)) == n {
			return
		}
		select {
		case <-changed:
		case <-ctx.Done():
			t.Fatalf("%s has %d replicas in the end, want %d", name, len(o.gateway.table.Addresses(key)), n)
		}
	}
}

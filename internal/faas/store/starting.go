package store

import (
	"context"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/client-go/tools/cache"
)

const (
	// patience is how long a starting pod is asked; after that Kubernetes alone says
	// whether it is ready.
	patience = 30 * time.Second
	// confirmation is how long a pod that answered gets calls before Kubernetes must
	// have found it ready too.
	confirmation = 15 * time.Second
)

// standing is what Kubernetes says of a pod.
type standing int

const (
	starting standing = iota // not ready yet
	ready
	leaving // was ready, or is being deleted
)

// podView is what routing knows of a pod.
type podView struct {
	address  string // "" while it has none
	standing standing
	early    bool // it answered us, and no EndpointSlice has had it yet
	gone     bool // and remembered until no EndpointSlice has it
}

// starter asks the pods that are starting whether they are ready, as the kubelet does,
// and puts them into the table at once. On the way from the kubelet's probe over the
// pod's status, the endpoints controller and an EndpointSlice a cold start would spend
// a few hundred milliseconds.
//
//	watch Pods ─► has an address ─► ask its readiness probe ─► table, early ─┐
//	     └──────────────────────► deleted, not ready any more ─► never again ┴► calls
type starter struct {
	table *Table
	ask   func(ctx context.Context, url string) bool
	mu    sync.Mutex
	asked map[Key]map[string]context.CancelFunc // by function and pod
}

func newStarter(table *Table) *starter {
	return &starter{table: table, ask: askProbe, asked: map[Key]map[string]context.CancelFunc{}}
}

// handler follows the pods of one namespace. Nothing is asked once ctx is done.
func (s *starter) handler(ctx context.Context) cache.ResourceEventHandler {
	set := func(obj any) {
		if p, ok := obj.(*corev1.Pod); ok {
			s.set(ctx, p)
		}
	}
	return cache.ResourceEventHandlerFuncs{
		AddFunc:    set,
		UpdateFunc: func(_, obj any) { set(obj) },
		DeleteFunc: func(obj any) {
			if p, ok := final(obj).(*corev1.Pod); ok {
				s.end(podKey(p), p.Name)
				s.table.setPod(podKey(p), p.Name, nil)
			}
		},
	}
}

func podKey(p *corev1.Pod) Key { return Key{p.Namespace, p.Labels[LabelFunction]} }

func (s *starter) set(ctx context.Context, p *corev1.Pod) {
	key, view, url := podKey(p), viewOf(p), probeURL(p)
	s.table.setPod(key, p.Name, &view)
	if view.standing != starting || p.Status.Phase == corev1.PodFailed {
		s.end(key, p.Name)
		return
	}
	if url == "" || view.address == "" {
		return
	}
	ctx, first := s.begin(ctx, key, p.Name)
	if !first {
		return
	}
	name := p.Name
	go func() {
		if s.ask(ctx, url) {
			s.table.setEarly(key, name, true)
			time.AfterFunc(confirmation, func() { s.table.setEarly(key, name, false) })
		}
	}()
}

// begin returns the context to ask a pod in; first is false if it was asked before.
func (s *starter) begin(ctx context.Context, key Key, pod string) (asking context.Context, first bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.asked[key] == nil {
		s.asked[key] = map[string]context.CancelFunc{}
	}
	if s.asked[key][pod] != nil {
		return nil, false
	}
	asking, cancel := context.WithTimeout(ctx, patience)
	s.asked[key][pod] = cancel
	return asking, true
}

func (s *starter) end(key Key, pod string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if cancel := s.asked[key][pod]; cancel != nil {
		cancel()
	}
	delete(s.asked[key], pod)
	if len(s.asked[key]) == 0 {
		delete(s.asked, key)
	}
}

// viewOf reads a pod. One that restarts a container is not starting: Kubernetes says
// when it is back.
func viewOf(p *corev1.Pod) podView {
	v := podView{standing: starting}
	if p.Status.PodIP != "" {
		v.address = net.JoinHostPort(p.Status.PodIP, strconv.Itoa(functPort))
	}
	for _, c := range p.Status.Conditions {
		if c.Type == corev1.PodReady && c.Status == corev1.ConditionTrue {
			v.standing = ready
		}
	}
	for _, c := range p.Status.ContainerStatuses {
		if c.RestartCount > 0 && v.standing == starting {
			v.standing = leaving
		}
	}
	if p.DeletionTimestamp != nil {
		v.standing = leaving
	}
	return v
}

// probeURL returns where the kubelet asks whether the pod is ready, "" if it does so
// in another way than by one HTTP request to the port that takes calls.
func probeURL(p *corev1.Pod) string {
	if len(p.Spec.Containers) != 1 || p.Status.PodIP == "" {
		return ""
	}
	probe := p.Spec.Containers[0].ReadinessProbe
	if probe == nil || probe.HTTPGet == nil || probe.InitialDelaySeconds > 0 || probe.SuccessThreshold > 1 {
		return ""
	}
	get := probe.HTTPGet
	if get.Port != intstr.FromInt32(functPort) || get.Host != "" || len(get.HTTPHeaders) > 0 || get.Scheme == corev1.URISchemeHTTPS {
		return ""
	}
	return "http://" + net.JoinHostPort(p.Status.PodIP, strconv.Itoa(functPort)) + get.Path
}

// askProbe asks until the answer is yes or ctx is done. The watchdog holds back the
// answer to a kubelet until it is ready, so mostly the first one counts.
func askProbe(ctx context.Context, url string) bool {
	dialer := &net.Dialer{Timeout: time.Second}
	client := &http.Client{
		Timeout:       2 * time.Second,
		Transport:     &http.Transport{DisableKeepAlives: true, DialContext: dialer.DialContext},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	for pause := 3 * time.Millisecond; ; pause = min(pause*5/4, 200*time.Millisecond) {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return false
		}
		r.Header.Set("User-Agent", "kube-probe/labbox")
		if resp, err := client.Do(r); err == nil {
			_ = resp.Body.Close()
			if resp.StatusCode >= 200 && resp.StatusCode < 400 {
				return true
			}
		}
		select {
		case <-ctx.Done():
			return false
		case <-time.After(pause):
		}
	}
}

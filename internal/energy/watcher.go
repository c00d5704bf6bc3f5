package energy

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

const (
	watchSeconds = "240"
	retryWait    = 2 * time.Second
	maxListBytes = 64 << 20
)

// WatcherOptions says how to reach the API server.
type WatcherOptions struct {
	// URL of the API server.
	URL string
	// TokenFile is read anew for each request: tokens of service accounts expire.
	TokenFile string
	// Client trusts the API server's certificate.
	Client *http.Client
	// Node limits the pods to those of one node; empty means all.
	Node string
	Log  *slog.Logger
}

// InCluster returns the options for a program that runs in a pod.
func InCluster(node string, log *slog.Logger) (WatcherOptions, error) {
	const dir = "/var/run/secrets/kubernetes.io/serviceaccount"
	host, port := os.Getenv("KUBERNETES_SERVICE_HOST"), os.Getenv("KUBERNETES_SERVICE_PORT")
	if host == "" || port == "" {
		return WatcherOptions{}, errors.New("find the API server: KUBERNETES_SERVICE_HOST is not set")
	}
	ca, err := os.ReadFile(filepath.Join(dir, "ca.crt"))
	if err != nil {
		return WatcherOptions{}, fmt.Errorf("find the API server: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(ca) {
		return WatcherOptions{}, errors.New("find the API server: its certificate authority cannot be read")
	}
	transport := &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}, ForceAttemptHTTP2: true,
		ResponseHeaderTimeout: 10 * time.Second, TLSHandshakeTimeout: 10 * time.Second,
	}
	return WatcherOptions{
		URL: "https://" + net.JoinHostPort(host, port), TokenFile: filepath.Join(dir, "token"),
		Client: &http.Client{Transport: transport}, Node: node, Log: log,
	}, nil
}

// Watcher is a Directory that follows the API server.
type Watcher struct {
	opt  WatcherOptions
	mu   sync.RWMutex
	pods map[string]*watched // by the UID in the cgroup's name
}

type watched struct {
	info    PodInfo
	deleted time.Time
}

// NewWatcher returns a Watcher that knows nothing until Run.
func NewWatcher(o WatcherOptions) *Watcher {
	return &Watcher{opt: o, pods: map[string]*watched{}}
}

// Lookup implements Directory.
func (w *Watcher) Lookup(uid string) (PodInfo, bool) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	p, ok := w.pods[uid]
	if !ok {
		return PodInfo{}, false
	}
	return p.info, true
}

// Run follows the pods until ctx is done; while the API server is away it tries again.
func (w *Watcher) Run(ctx context.Context) {
	for ctx.Err() == nil {
		version, err := w.list(ctx)
		for err == nil && ctx.Err() == nil {
			version, err = w.watch(ctx, version)
		}
		if ctx.Err() != nil {
			return
		}
		w.opt.Log.Warn("follow the pods", "err", err)
		timer := time.NewTimer(retryWait)
		select {
		case <-ctx.Done():
			timer.Stop()
		case <-timer.C:
		}
	}
}

// list reads all pods and returns the version to watch from.
func (w *Watcher) list(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	body, err := w.get(ctx, url.Values{"resourceVersion": {"0"}})
	if err != nil {
		return "", fmt.Errorf("list pods: %w", err)
	}
	defer body.Close()
	var list struct {
		Metadata struct {
			ResourceVersion string `json:"resourceVersion"`
		} `json:"metadata"`
		Items []apiPod `json:"items"`
	}
	if err := json.NewDecoder(io.LimitReader(body, maxListBytes)).Decode(&list); err != nil {
		return "", fmt.Errorf("list pods: %w", err)
	}
	w.replace(list.Items)
	return list.Metadata.ResourceVersion, nil
}

// watch follows changes until the API server ends the stream, and returns the
// version to go on from.
func (w *Watcher) watch(ctx context.Context, version string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	body, err := w.get(ctx, url.Values{
		"watch": {"1"}, "allowWatchBookmarks": {"true"}, "timeoutSeconds": {watchSeconds}, "resourceVersion": {version},
	})
	if err != nil {
		return "", fmt.Errorf("watch pods: %w", err)
	}
	defer body.Close()
	dec := json.NewDecoder(body)
	for {
		var event struct {
			Type   string `json:"type"`
			Object apiPod `json:"object"`
		}
		if err := dec.Decode(&event); err != nil {
			if errors.Is(err, io.EOF) {
				return version, nil
			}
			return "", fmt.Errorf("watch pods: %w", err)
		}
		switch event.Type {
		case "ADDED", "MODIFIED":
			w.put(event.Object)
		case "DELETED":
			w.drop(event.Object.cgroupUID())
		case "ERROR": // most often: the version is too old
			return "", errors.New("watch pods: the API server wants a new list")
		}
		version = event.Object.Metadata.ResourceVersion
	}
}

func (w *Watcher) get(ctx context.Context, query url.Values) (io.ReadCloser, error) {
	if w.opt.Node != "" {
		query.Set("fieldSelector", "spec.nodeName="+w.opt.Node)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, w.opt.URL+"/api/v1/pods?"+query.Encode(), nil)
	if err != nil {
		return nil, err
	}
	if w.opt.TokenFile != "" {
		token, err := os.ReadFile(w.opt.TokenFile)
		if err != nil {
			return nil, fmt.Errorf("read the token: %w", err)
		}
		req.Header.Set("Authorization", "Bearer "+strings.TrimSpace(string(token)))
	}
	resp, err := w.opt.Client.Do(req)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		resp.Body.Close()
		return nil, errors.New(resp.Status)
	}
	return resp.Body, nil
}

// replace takes a new list; what is not on it was deleted while nobody looked.
func (w *Watcher) replace(list []apiPod) {
	w.mu.Lock()
	defer w.mu.Unlock()
	there := map[string]bool{}
	for _, p := range list {
		there[p.cgroupUID()] = true
		w.pods[p.cgroupUID()] = &watched{info: p.info()}
	}
	for uid, p := range w.pods {
		if !there[uid] && p.deleted.IsZero() {
			p.deleted = time.Now()
		}
	}
}

func (w *Watcher) put(p apiPod) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.pods[p.cgroupUID()] = &watched{info: p.info()}
}

// drop marks a pod as deleted, and forgets those that long were.
func (w *Watcher) drop(uid string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if p, ok := w.pods[uid]; ok {
		p.deleted = time.Now()
		p.info.Ended = true
	}
	for uid, p := range w.pods {
		if !p.deleted.IsZero() && time.Since(p.deleted) > forgetAfter {
			delete(w.pods, uid)
		}
	}
}

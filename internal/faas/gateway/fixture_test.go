package gateway

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/labbox/labbox/internal/faas/store"
	"github.com/labbox/labbox/internal/faas/storetest"
)

const ns = storetest.Namespace

// fixture is a gateway on a fake cluster, reached over real connections.
type fixture struct {
	*storetest.Cluster
	gateway *Server
	url     string
}

func newFixture(t *testing.T, change func(*Config), objects ...runtime.Object) *fixture {
	t.Helper()
	return newExtended(t, change, func(*testing.T, *Server) {}, objects...)
}

// newExtended is newFixture of a gateway that extend gives more to do.
func newExtended(t *testing.T, change func(*Config), extend func(*testing.T, *Server), objects ...runtime.Object) *fixture {
	t.Helper()
	config, err := FromEnv(func(string) string { return "" })
	if err != nil {
		t.Fatal(err)
	}
	config.SecretPath = t.TempDir()
	for name, value := range map[string]string{"basic-auth-user": "admin", "basic-auth-password": "secret\n"} {
		if err := os.WriteFile(filepath.Join(config.SecretPath, name), []byte(value), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if change != nil {
		change(&config)
	}
	cluster := storetest.New(t, objects...)
	s := store.New(cluster.Client(), config.Store())
	gateway, err := New(config, s, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	extend(t, gateway)
	ctx, cancel := context.WithCancel(context.Background())
	ended, synced := make(chan error), make(chan struct{})
	go func() { ended <- gateway.Watch(ctx, func() { close(synced) }) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	<-synced
	cluster.AwaitWatch(t, "deployments", 1)
	cluster.AwaitWatch(t, "endpointslices", 1)
	cluster.AwaitWatch(t, "pods", 1)
	if config.NamespaceRole != "" {
		cluster.AwaitWatch(t, "namespaces", 1)
	}
	return &fixture{cluster, gateway, served(t, gateway)}
}

// served serves gateway as Run does and returns its address.
func served(t testing.TB, gateway *Server) (url string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &httptest.Server{Listener: gateway.newFront(l), Config: &http.Server{Handler: gateway.Handler()}}
	server.Start()
	t.Cleanup(server.Close)
	return "http://" + l.Addr().String()
}

// function is a Deployment as the store makes it.
func function(name string, replicas int32) *appsv1.Deployment {
	labels := map[string]string{store.LabelFunction: name}
	return &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: ns, Labels: labels},
		Spec:       appsv1.DeploymentSpec{Replicas: &replicas},
	}
}

// replica starts a server at ip (of 127.0.0.0/8) and port; port 0 picks one.
func replica(t testing.TB, ip string, port int32, h http.Handler) (*httptest.Server, int32) {
	t.Helper()
	l, err := net.Listen("tcp", fmt.Sprintf("%s:%d", ip, port))
	if err != nil {
		t.Fatal(err)
	}
	s := &httptest.Server{Listener: l, Config: &http.Server{Handler: h}}
	s.Start()
	t.Cleanup(s.Close)
	return s, int32(l.Addr().(*net.TCPAddr).Port)
}

// ready starts one replica with h and makes it the function's only one.
func (f *fixture) ready(t *testing.T, name string, h http.HandlerFunc) {
	t.Helper()
	_, port := replica(t, "127.0.0.1", 0, h)
	f.SetReady(t, name, port, "127.0.0.1")
	f.awaitReady(t, name, 1)
}

// awaitReady waits until the routing table knows n replicas, or none with 0.
func (f *fixture) awaitReady(t *testing.T, name string, n int) {
	t.Helper()
	key := store.Key{Namespace: ns, Name: name}
	ctx, cancel := context.WithTimeout(context.Background(), 1e10)
	defer cancel()
	for {
		changed := f.gateway.table.Changed(key)
		if len(f.gateway.table.Addresses(key)) == n {
			return
		}
		select {
		case <-changed:
		case <-ctx.Done():
			t.Fatalf("the table does not show %d replicas of %s after 10 s", n, name)
		}
	}
}

// do sends a request as the administrator and returns the answer with its body read.
func (f *fixture) do(t *testing.T, method, path, body string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequest(method, f.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.SetBasicAuth("admin", "secret")
	return send(t, r)
}

func send(t *testing.T, r *http.Request) (*http.Response, string) {
	t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	defer client.CloseIdleConnections()
	resp, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(text)
}

// mustDial opens a connection to url that the test has 20 s for.
func mustDial(t *testing.T, url string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	return conn
}

// wantEnded wants a function to end, whose client has left.
func wantEnded(t *testing.T, ended <-chan struct{}) {
	t.Helper()
	select {
	case <-ended:
	case <-time.After(10 * time.Second):
		t.Error("the function goes on 10 s after its client left")
	}
}

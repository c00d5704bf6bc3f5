package lambda

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/labbox/labbox/internal/faas/lambda/lambdatest"
	"github.com/labbox/labbox/internal/faas/lambda/runtime"
	"github.com/labbox/labbox/internal/faas/store"
	"github.com/labbox/labbox/internal/faas/storetest"
)

func TestMain(m *testing.M) {
	lambdatest.Child()
	os.Exit(m.Run())
}

const (
	role = "arn:aws:iam::000000000000:role/lab"
	base = "/2015-03-31/functions"
)

// pods is a Caller that starts a real runtime, with a real process, for each
// Deployment that is called, from what the cluster holds.
type pods struct {
	t       *testing.T
	client  *store.Client
	config  Config
	python  string
	mu      sync.Mutex
	running map[store.Key]*pod
}

type pod struct {
	once    sync.Once
	address string
	err     error
}

// Call implements Caller.
func (p *pods) Call(ctx context.Context, key store.Key, r *http.Request) (*http.Response, error) {
	d, err := p.client.Deployments(key.Namespace).Get(ctx, key.Name, metav1.GetOptions{})
	if err != nil {
		return nil, fmt.Errorf("call %s: %w", key, store.ErrNotFound)
	}
	p.mu.Lock()
	one := p.running[key]
	if one == nil {
		one = &pod{}
		p.running[key] = one
	}
	p.mu.Unlock()
	one.once.Do(func() {
		volume := d.Spec.Template.Spec.Volumes[0].Secret
		one.address, one.err = p.start(ctx, key.Namespace, volume.SecretName, volume.Items[0].Key)
	})
	if one.err != nil {
		return nil, one.err
	}
	out := r.Clone(ctx)
	out.URL.Scheme, out.URL.Host, out.RequestURI = "http", one.address, ""
	return http.DefaultClient.Do(out)
}

func (p *pods) start(ctx context.Context, namespace, secret, name string) (string, error) {
	s, err := p.client.Secrets(namespace).Get(ctx, secret, metav1.GetOptions{})
	if err != nil {
		return "", err
	}
	var config runtime.Config
	if err := json.Unmarshal(s.Data[name], &config); err != nil {
		return "", err
	}
	options := runtime.Default()
	options.Address, options.APIAddress, options.Log = "127.0.0.1:0", "127.0.0.1:0", io.Discard
	options.TaskRoot, options.OptDir, options.RuntimeDir = p.t.TempDir(), p.t.TempDir(), p.t.TempDir()
	if p.python != "" {
		options.Python = p.python
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended, ready := make(chan error, 1), make(chan string, 1)
	go func() {
		ended <- runtime.New(config, options, slog.New(slog.DiscardHandler)).Run(ctx, func(a string) { ready <- a })
	}()
	p.t.Cleanup(func() { cancel(); <-ended })
	select {
	case a := <-ready:
		return a, nil
	case err := <-ended:
		ended <- err
		return "", err
	}
}

// fixture is a Server on a fake cluster, reached over real connections.
type fixture struct {
	*storetest.Cluster
	server *Server
	pods   *pods
	config Config
	url    string
}

func newFixture(t *testing.T, change func(*Config)) *fixture {
	t.Helper()
	config, err := FromEnv(func(name string) string {
		return map[string]string{"state_dir": t.TempDir(), "lambda_secret_path": t.TempDir(), "lambda_retry_wait": "5ms"}[name]
	})
	if err != nil {
		t.Fatal(err)
	}
	f := &fixture{Cluster: storetest.New(t)}
	var handler http.Handler
	listener := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(w, r) }))
	config.GatewayURL, f.url = listener.URL, listener.URL
	if change != nil {
		change(&config)
	}
	f.config = config
	f.pods = &pods{t: t, client: f.Client(), config: config, running: map[store.Key]*pod{}}
	f.restart(t)
	handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !f.server.Owns(r) {
			http.Error(w, "not Lambda's", http.StatusTeapot)
			return
		}
		f.server.ServeHTTP(w, r)
	})
	t.Cleanup(func() { listener.Close(); f.server.Wait() })
	return f
}

// restart makes the server anew over the same cluster and directory.
func (f *fixture) restart(t *testing.T) {
	t.Helper()
	s, err := New(Options{Config: f.config, Client: f.Client(), Caller: f.pods, Log: slog.New(slog.DiscardHandler)})
	if err == nil {
		err = s.Load(context.Background())
	}
	if err != nil {
		t.Fatal(err)
	}
	f.server = s
}

// answer is an HTTP answer.
type answer struct {
	status int
	header http.Header
	text   string
}

func (a answer) field(t *testing.T, path string) string {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(a.text), &v); err != nil {
		t.Fatalf("%s: %v", a.text, err)
	}
	for _, key := range strings.Split(path, ".") {
		m, _ := v.(map[string]any)
		v = m[key]
	}
	if v == nil {
		return ""
	}
	return fmt.Sprint(v)
}

// do makes a request "METHOD /path"; body is text, bytes, or what becomes JSON.
func (f *fixture) do(t *testing.T, what string, body any, header ...string) answer {
	t.Helper()
	method, path, _ := strings.Cut(what, " ")
	var raw []byte
	switch b := body.(type) {
	case nil:
	case string:
		raw = []byte(b)
	case []byte:
		raw = b
	default:
		var err error
		if raw, err = json.Marshal(b); err != nil {
			t.Fatal(err)
		}
	}
	r, err := http.NewRequest(method, f.url+path, bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
		if header[i] == "Host" {
			r.Host = header[i+1]
		}
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, _ := io.ReadAll(resp.Body)
	return answer{resp.StatusCode, resp.Header, string(text)}
}

// must is do for what has to answer with status.
func (f *fixture) must(t *testing.T, status int, what string, body any, header ...string) answer {
	t.Helper()
	a := f.do(t, what, body, header...)
	if a.status != status {
		t.Fatalf("%s: %d %v %.500s, want %d", what, a.status, a.header["X-Amzn-Errortype"], a.text, status)
	}
	return a
}

// creation is the body that creates a function whose process is this program.
func creation(t *testing.T, name string, more map[string]any) map[string]any {
	t.Helper()
	body := map[string]any{
		"FunctionName": name, "Role": role, "Runtime": "provided.al2023", "Handler": "bootstrap", "Timeout": 5,
		"Code":        map[string]any{"ZipFile": lambdatest.MustChildZip(t)},
		"Environment": map[string]any{"Variables": map[string]string{lambdatest.ChildVariable: "1"}},
	}
	for k, v := range more {
		body[k] = v
	}
	return body
}

// mustCreate creates a function and waits until it is active.
func (f *fixture) mustCreate(t *testing.T, name string, more map[string]any) answer {
	t.Helper()
	a := f.must(t, 201, "POST "+base, creation(t, name, more))
	f.await(t, name)
	return a
}

// await returns when a function is active and up to date.
func (f *fixture) await(t *testing.T, name string) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(2 * time.Millisecond) {
		a := f.must(t, 200, "GET "+base+"/"+name+"/configuration", nil)
		if a.field(t, "State") == "Active" && a.field(t, "LastUpdateStatus") == "Successful" {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("not active: %s", a.text)
		}
	}
}

// running returns how many invocations of a function run.
func (b *busy) running(function string) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.n[function]
}

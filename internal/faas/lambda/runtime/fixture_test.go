package runtime

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
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

	"github.com/labbox/labbox/internal/faas/lambda/lambdatest"
)

func TestMain(m *testing.M) {
	lambdatest.Child()
	os.Exit(m.Run())
}

// lines is a log that may be read while it is written.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

type fixture struct {
	url string
	log *lines
	end func() error // ends Run and returns its error
	n   int          // invocations; their ids are shown as id-1
}

// mustStart runs a runtime whose code comes from a server that serves code.
func mustStart(t *testing.T, code []byte, change func(*Config, *Options)) *fixture {
	t.Helper()
	sum := sha256.Sum256(code)
	source := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer token" {
			http.Error(w, "no", http.StatusForbidden)
			return
		}
		_, _ = w.Write(code)
	}))
	t.Cleanup(source.Close)
	f := &fixture{log: &lines{}}
	config := Config{
		Function: "f", Version: "$LATEST", ARN: "arn:aws:lambda:eu-central-1:000000000000:function:f", Region: "eu-central-1",
		Runtime: "provided.al2023", Handler: "bootstrap", Timeout: 5, Memory: 128,
		Environment: map[string]string{lambdatest.ChildVariable: "1", "USERS": "own"},
		CodeURL:     source.URL, CodeSHA256: hex.EncodeToString(sum[:]), Token: "token",
	}
	options := Default()
	options.Address, options.APIAddress = "127.0.0.1:0", "127.0.0.1:0"
	options.TaskRoot, options.OptDir, options.RuntimeDir = t.TempDir(), t.TempDir(), t.TempDir()
	options.Log = f.log
	if change != nil {
		change(&config, &options)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended, ready := make(chan error, 1), make(chan string, 1)
	go func() {
		ended <- New(config, options, slog.New(slog.NewTextHandler(f.log, nil))).Run(ctx, func(a string) { ready <- a })
	}()
	f.end = sync.OnceValue(func() error { cancel(); return <-ended })
	select {
	case a := <-ready:
		f.url = "http://" + a
	case err := <-ended:
		ended <- err
	case <-time.After(20 * time.Second):
		t.Fatalf("not ready after 20 s; log:\n%s", f.log)
	}
	t.Cleanup(func() { _ = f.end() })
	return f
}

// mustInvoke returns the payload and how the invocation ended.
func (f *fixture) mustInvoke(t *testing.T, e any, stream bool) (string, *Answer, Result) {
	t.Helper()
	event, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	f.n++
	id := fmt.Sprintf("id-%d-", f.n)
	r, err := NewRequest(context.Background(), &Invocation{ID: id, Event: event, ARN: "arn:x", Trace: "Root=1-2-3", ClientContext: `{"a":1}`}, stream)
	if err != nil {
		t.Fatal(err)
	}
	base, err := http.NewRequest(http.MethodPost, f.url+r.URL.Path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.URL = base.URL
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	a, err := ReadAnswer(resp)
	if err != nil {
		t.Fatal(err)
	}
	payload, err := io.ReadAll(a)
	if err != nil {
		t.Fatal(err)
	}
	result := a.Result()
	result.Log = bytes.ReplaceAll(result.Log, []byte(id), []byte("id-1"))
	return strings.ReplaceAll(string(payload), id, "id-1"), a, result
}

// request makes one of "METHOD /path" with a header "name: value".
func request(t *testing.T, h http.Handler, what, body, header string) (int, http.Header, string) {
	t.Helper()
	method, path, _ := strings.Cut(what, " ")
	r := httptest.NewRequest(method, path, bytes.NewBufferString(body))
	name, value, _ := strings.Cut(header, ": ")
	r.Header.Set(name, value)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Code, w.Header(), w.Body.String()
}

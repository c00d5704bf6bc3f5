package functions

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/labbox/labbox/internal/faas/gateway"
	"github.com/labbox/labbox/internal/faas/store"
	"github.com/labbox/labbox/internal/faas/storetest"
)

// fixture is a Client before the gateway itself, which runs on a fake cluster. What
// the gateway may offer besides is in extra, by method and path.
type fixture struct {
	*Client
	cluster *storetest.Cluster
	url     string

	mu       sync.Mutex
	password string
	logins   int
	extra    map[string]string
	seen     []string
}

// newFixture starts it; extend may add to the gateway.
func newFixture(t *testing.T, extend ...func(*gateway.Server)) *fixture {
	t.Helper()
	config, err := gateway.FromEnv(func(string) string { return "" })
	if err != nil {
		t.Fatal(err)
	}
	config.SecretPath = t.TempDir()
	for name, value := range map[string]string{"basic-auth-user": "admin", "basic-auth-password": "secret"} {
		if err := os.WriteFile(filepath.Join(config.SecretPath, name), []byte(value), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cluster := storetest.New(t)
	s := store.New(cluster.Client(), store.Config{Namespaces: config.Namespaces, PullPolicy: config.PullPolicy, UserID: config.UserID})
	server, err := gateway.New(config, s, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	for _, extend := range extend {
		extend(server)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended, synced := make(chan error), make(chan struct{})
	go func() { ended <- server.Watch(ctx, func() { close(synced) }) }()
	<-synced
	cluster.AwaitWatch(t, "deployments", 1)
	cluster.AwaitWatch(t, "endpointslices", 1)
	f := &fixture{cluster: cluster, password: "secret", extra: map[string]string{}}
	web := httptest.NewServer(f.before(server.Handler()))
	f.url = web.URL
	f.Client = New(Options{URL: func() string { return f.url }, Login: f.login})
	t.Cleanup(func() {
		f.Close()
		web.Close()
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return f
}

// before answers what is in extra and lets the gateway answer the rest. The status of
// an answer is its first word.
func (f *fixture) before(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		answer, ok := f.extra[r.Method+" "+r.URL.Path]
		f.seen = append(f.seen, r.Method+" "+r.URL.RequestURI())
		f.mu.Unlock()
		if !ok {
			next.ServeHTTP(w, r)
			return
		}
		status, body, _ := strings.Cut(answer, " ")
		w.WriteHeader(map[string]int{"200": 200, "202": 202, "404": 404, "500": 500}[status])
		_, _ = io.WriteString(w, body)
	})
}

func (f *fixture) login(context.Context) (string, string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.logins++
	return "admin", f.password, nil
}

func (f *fixture) answer(route, answer string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.extra[route] = answer
}

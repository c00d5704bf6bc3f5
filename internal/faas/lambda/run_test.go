package lambda

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/labbox/labbox/internal/faas/storetest"
)

// A cluster that does not answer at first is no reason to give up, nor to say that
// there are no functions.
func TestRunWaitsForTheCluster(t *testing.T) {
	t.Parallel()
	c := storetest.New(t)
	c.FailOnce("list", "secrets", errors.New("not now"))
	config, err := FromEnv(func(name string) string { return map[string]string{"state_dir": t.TempDir()}[name] })
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(Options{Config: config, Client: c.Client(), Caller: never{}, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	list := func() int {
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest(http.MethodGet, base, nil))
		return w.Code
	}
	if status := list(); status != http.StatusServiceUnavailable {
		t.Errorf("before the functions are loaded: %d", status)
	}
	if d := s.Deliver(t.Context(), Event{Function: "f"}); !d.Again || d.Dead {
		t.Errorf("an event before the functions are loaded: %+v", d)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- s.Run(ctx) }()
	for deadline := time.Now().Add(10 * time.Second); list() != http.StatusOK; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("not loaded after 10 s")
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("Run() = %v", err)
	}
}

func TestFromEnvNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	for name, value := range map[string]string{"lambda_max_replicas": "many", "lambda_idle": "-1s", "lambda_sigv4": "maybe", "function_uid": "x"} {
		_, err := FromEnv(func(n string) string { return map[string]string{name: value, "lambda_secret_path": t.TempDir()}[n] })
		if err == nil {
			t.Errorf("%s=%s is accepted", name, value)
		}
	}
	if _, err := FromEnv(func(n string) string {
		return map[string]string{"lambda_sigv4": "true", "lambda_secret_path": t.TempDir()}[n]
	}); err == nil {
		t.Error("signatures without a key pair are accepted")
	}
}

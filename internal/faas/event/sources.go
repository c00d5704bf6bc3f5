package event

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/labbox/labbox/internal/faas/env"
)

// Config is what an operator may choose; FromEnv names the variables.
type Config struct {
	// GitSecret is the namespace and name of the Secret whose key "secret" signs git's
	// webhooks (event_git_secret).
	GitSecret [2]string
	// MLflowURL is asked every MLflowEvery; empty: MLflow is left alone
	// (event_mlflow_url, event_mlflow_every).
	MLflowURL   string
	MLflowEvery time.Duration
	// ArgoNamespace is where Applications are; empty: they are not watched
	// (event_argocd_namespace).
	ArgoNamespace string
	// AlertAccount is the service account that alerts come from (event_alert_account).
	AlertAccount string
}

// FromEnv reads a Config; every bad variable is named in the error.
func FromEnv(getenv func(string) string) (Config, error) {
	e := env.New(getenv)
	off := func(name, otherwise string) string {
		if v := e.Text(name, otherwise); v != "off" {
			return v
		}
		return ""
	}
	c := Config{
		MLflowURL:     strings.TrimRight(off("event_mlflow_url", "http://mlflow.mlops.svc.cluster.local:5000"), "/"),
		MLflowEvery:   e.Duration("event_mlflow_every", 5*time.Second),
		ArgoNamespace: off("event_argocd_namespace", "argocd"),
		AlertAccount:  e.Text("event_alert_account", "system:serviceaccount:monitoring:prometheus"),
	}
	secret := e.Text("event_git_secret", "git/git-webhook")
	namespace, name, ok := strings.Cut(secret, "/")
	if !ok || namespace == "" || name == "" {
		e.Fault("event_git_secret", secret, "namespace/name of a Secret")
	}
	if c.MLflowEvery < time.Second {
		e.Fault("event_mlflow_every", c.MLflowEvery.String(), "a second at least")
	}
	c.GitSecret = [2]string{namespace, name}
	return c, e.Err()
}

// Options are what Sources are made of.
type Options struct {
	Config
	Parts
	Kubernetes Kubernetes
	Secret     SecretSource
	Scale      func(ctx context.Context, a Alert) error
}

// Sources are all of them.
type Sources struct {
	handler http.Handler
	run     []func(ctx context.Context) error
	begun   atomic.Bool
}

// NewSources returns the sources that o turns on.
func NewSources(o Options) *Sources {
	git := NewGit(o.Bus, o.Secret, o.Log)
	alerts := NewAlerts(AlertOptions{
		Parts: o.Parts, Allowed: NewReviewer(o.Kubernetes, o.AlertAccount).Allowed, Scale: o.Scale,
	})
	s := &Sources{run: []func(context.Context) error{NewCron(o.Parts).Run}}
	s.handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case !s.begun.Load():
			http.Error(w, "starting", http.StatusServiceUnavailable)
		case r.URL.Path == "/events/git":
			git.ServeHTTP(w, r)
		case strings.HasPrefix(r.URL.Path, "/events/prometheus/"):
			alerts.ServeHTTP(w, r)
		default:
			http.NotFound(w, r)
		}
	})
	if o.ArgoNamespace != "" && o.Kubernetes != nil {
		s.run = append(s.run, NewArgoCD(o.Parts, o.Kubernetes, o.ArgoNamespace).Run)
	}
	if o.MLflowURL != "" {
		s.run = append(s.run, NewMLflow(o.Parts, o.MLflowURL, o.MLflowEvery).Run)
	}
	return s
}

// Handler takes what others send: POST /events/git and
// POST /events/prometheus/api/v2/alerts. Each checks its sender, and is to come again
// as long as Run has not begun.
func (s *Sources) Handler() http.Handler { return s.handler }

// Run works until ctx is done. The functions must be known by then: an event that
// nobody subscribes to is not kept.
func (s *Sources) Run(ctx context.Context) error {
	s.begun.Store(true)
	var wg sync.WaitGroup
	faults := make(chan error, len(s.run))
	for _, run := range s.run {
		wg.Go(func() { faults <- run(ctx) })
	}
	wg.Wait()
	close(faults)
	for err := range faults {
		if err != nil {
			return fmt.Errorf("events: %w", err)
		}
	}
	return nil
}

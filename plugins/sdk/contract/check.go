package contract

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/labbox/labbox/plugins/sdk"
)

func checkNothing(ctx context.Context, m sdk.Module) error {
	return notAlive(ctx, m, sdk.Target{})
}

func checkDead(ctx context.Context, m sdk.Module) error {
	t, err := deadTarget(ctx, m)
	if err != nil {
		return err
	}
	return notAlive(ctx, m, t)
}

func checkFailing(ctx context.Context, m sdk.Module) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	srv := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "{]", http.StatusInternalServerError)
	})}
	defer srv.Close()
	go func() { _ = srv.Serve(l) }() // until it is closed
	t, err := targetAt(ctx, m, "http://"+l.Addr().String())
	if err != nil {
		return err
	}
	return notAlive(ctx, m, t)
}

// checkSilent lets Check wait for an answer that never comes.
func checkSilent(ctx context.Context, m sdk.Module) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer l.Close()
	t, err := targetAt(ctx, m, "http://"+l.Addr().String())
	if err != nil {
		return err
	}
	short, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	done := make(chan error, 1)
	go func() {
		h, err := m.Check(short, t)
		switch {
		case err != nil && sdk.CodeOf(err) != sdk.CodeTimeout:
			err = fmt.Errorf("a silent target is an error: %w", err)
		case err == nil && h.Alive:
			err = errors.New("a silent target is said to be alive")
		default:
			err = nil
		}
		done <- err
	}()
	select {
	case err := <-done:
		return err
	case <-time.After(3 * time.Second):
		return errors.New("Check goes on three seconds after a deadline of one")
	}
}

// notAlive expects an answer that says what is wrong.
func notAlive(ctx context.Context, m sdk.Module, t sdk.Target) error {
	h, err := m.Check(ctx, t)
	switch {
	case err != nil:
		return fmt.Errorf("a dead target is an error: %w", err)
	case h.Alive:
		return errors.New("a dead target is said to be alive")
	case h.Message == "":
		return errors.New("not alive, and no message says why")
	}
	for _, l := range h.Links {
		if u, err := url.Parse(l.URL); err != nil || !u.IsAbs() || l.Name == "" {
			return fmt.Errorf("link %+v has no name or no absolute URL", l)
		}
	}
	return nil
}

// targetAt returns a target where every forward of m, and of the lab's other
// modules, is at the same URL.
func targetAt(ctx context.Context, m sdk.Module, at string) (sdk.Target, error) {
	t := sdk.Target{Endpoints: map[string]sdk.Endpoint{}}
	plan, err := m.Plan(ctx, sampleConfig())
	if err != nil {
		return t, fmt.Errorf("Plan fails: %w", err)
	}
	for _, f := range plan.Forwards {
		t.Endpoints[f.Name] = sdk.Endpoint{URL: at, User: "user", Password: "password"}
	}
	for _, name := range []string{"git", "argocd", "mlflow", "gateway", "prometheus"} {
		t.Endpoints[name] = sdk.Endpoint{URL: at, User: "user", Password: "password"}
	}
	return t, nil
}

// deadTarget returns a target where nothing listens.
func deadTarget(ctx context.Context, m sdk.Module) (sdk.Target, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return sdk.Target{}, err
	}
	l.Close()
	return targetAt(ctx, m, "http://"+l.Addr().String())
}

package app

import (
	"context"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/labbox/labbox/internal/lesson"
)

const (
	// loginFor is how long a login that was read is used again.
	loginFor = 30 * time.Second
	// energyPort is the energy exporter's; it is not forwarded, for it has no pages.
	energyPort = 9102
)

// lessonEndpoints finds the systems that lessons ask over HTTP.
type lessonEndpoints struct {
	d    *daemon
	http *http.Client
	// inLab reaches the energy exporter's Service.
	inLab *http.Client

	mu     sync.Mutex
	logins map[string]cachedLogin // by endpoint
}

type cachedLogin struct {
	user, password string
	read           time.Time
}

func newLessonEndpoints(d *daemon) *lessonEndpoints {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return d.cluster.DialService(ctx, "monitoring", "energy-exporter", energyPort)
	}
	return &lessonEndpoints{d: d, http: loopbackClient(), logins: map[string]cachedLogin{},
		inLab: &http.Client{Timeout: callTimeout, Transport: &http.Transport{DialContext: dial, MaxIdleConns: 4, IdleConnTimeout: time.Minute}}}
}

// find implements lesson.Endpoints.
func (l *lessonEndpoints) find(name string) (lesson.Endpoint, error) {
	if name == "energy" {
		return lesson.Endpoint{URL: "http://energy-exporter.monitoring:9102", HTTP: l.inLab}, nil
	}
	e := lesson.Endpoint{URL: l.d.endpoint(name), HTTP: l.http, Session: name == "argocd"}
	for _, f := range l.d.currentPlans().forwards {
		if f.Name == name && f.Credentials != nil {
			e.Login = func(ctx context.Context) (string, string, error) { return l.login(ctx, name) }
		}
	}
	return e, nil
}

// login reads a login, and reads it again when it is not fresh: it may be changed.
func (l *lessonEndpoints) login(ctx context.Context, name string) (user, password string, err error) {
	l.mu.Lock()
	have, known := l.logins[name]
	l.mu.Unlock()
	if known && time.Since(have.read) < loginFor {
		return have.user, have.password, nil
	}
	user, password, err = l.d.login(name)(ctx)
	if err == nil {
		l.mu.Lock()
		l.logins[name] = cachedLogin{user, password, time.Now()}
		l.mu.Unlock()
	}
	return user, password, err
}

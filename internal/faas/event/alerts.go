package event

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"sort"
	"strings"
	"sync"
	"time"
)

// Alert is what Prometheus sends, for each alert, again and again while it fires.
type Alert struct {
	// Status is "firing" or "resolved"; Prometheus says it by EndsAt.
	Status       string            `json:"status"`
	Labels       map[string]string `json:"labels"`
	Annotations  map[string]string `json:"annotations"`
	StartsAt     time.Time         `json:"startsAt"`
	EndsAt       time.Time         `json:"endsAt"`
	GeneratorURL string            `json:"generatorURL"`
	Fingerprint  string            `json:"fingerprint"`
}

// AlertOptions are what Alerts is made of.
type AlertOptions struct {
	Parts
	// Allowed says whether a bearer token is the sender's.
	Allowed func(ctx context.Context, token string) (bool, error)
	// Scale, when set, is told of every message about an alert with the label
	// function_name, also of repeated ones, as Alertmanager would tell.
	Scale func(ctx context.Context, a Alert) error
}

// Alerts stands where Prometheus expects an Alertmanager (POST …/api/v2/alerts) and
// makes an event when an alert begins to fire and when it ends. Prometheus comes again
// until it gets a 200, and then once a minute.
type Alerts struct {
	o  AlertOptions
	mu sync.Mutex // one message at a time
}

// NewAlerts returns an Alerts.
func NewAlerts(o AlertOptions) *Alerts { return &Alerts{o: o} }

// ServeHTTP implements http.Handler.
func (a *Alerts) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost || !strings.HasSuffix(r.URL.Path, "/api/v2/alerts") {
		http.Error(w, "only POST …/api/v2/alerts is served", http.StatusNotFound)
		return
	}
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	ok, err := a.o.Allowed(r.Context(), token)
	if err != nil {
		a.o.Log.Error("events: a token could not be reviewed", "error", err)
		http.Error(w, "the token could not be reviewed", http.StatusServiceUnavailable)
		return
	}
	if !ok {
		http.Error(w, "the token is not Prometheus's", http.StatusUnauthorized)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxHook))
	if err != nil {
		http.Error(w, "the body could not be read: "+err.Error(), bodyStatus(err))
		return
	}
	var list []Alert
	if err := json.Unmarshal(body, &list); err != nil {
		http.Error(w, "the body is not a list of alerts: "+err.Error(), http.StatusBadRequest)
		return
	}
	if err := a.take(r.Context(), list, time.Now()); err != nil {
		a.o.Log.Error("events: alert", "error", err)
		http.Error(w, "the alerts could not be queued", http.StatusServiceUnavailable)
	}
}

func (a *Alerts) take(ctx context.Context, list []Alert, now time.Time) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, alert := range list {
		alert.Status = "firing"
		if !alert.EndsAt.IsZero() && !alert.EndsAt.After(now) {
			alert.Status = "resolved"
		}
		alert.Fingerprint = fingerprint(alert.Labels)
		if err := a.note(ctx, alert); err != nil {
			return err
		}
		if a.o.Scale != nil && alert.Labels["function_name"] != "" {
			if err := a.o.Scale(ctx, alert); err != nil {
				a.o.Log.Warn("events: scale by alert", "function", alert.Labels["function_name"], "error", err)
			}
		}
	}
	return nil
}

// fingerprint names an alert by its labels.
func fingerprint(labels map[string]string) string {
	parts := make([]string, 0, len(labels))
	for name, value := range labels {
		parts = append(parts, name+"="+value)
	}
	sort.Strings(parts)
	return digest(parts...)
}

// note makes an event if the alert's state is news. State holds alerts that fire: when
// they began.
func (a *Alerts) note(ctx context.Context, alert Alert) error {
	key := "alert." + alert.Fingerprint
	known, err := a.o.State.Get(ctx, key)
	if err != nil {
		return err
	}
	began := alert.StartsAt.UTC().Format(time.RFC3339Nano)
	e := Event{
		ID: alert.Fingerprint + "/" + began + "/" + alert.Status, Source: alert.GeneratorURL, Topic: TopicFiring, Subject: alert.Labels["alertname"],
		Time: alert.StartsAt, Data: mustJSON(alert),
	}
	if e.Source == "" {
		e.Source = "/labbox/prometheus"
	}
	switch {
	case alert.Status == "firing" && string(known) != began:
		if err := a.o.Bus.Publish(ctx, e); err != nil {
			return err
		}
		return a.o.State.Put(ctx, key, []byte(began))
	case alert.Status == "resolved" && known != nil:
		e.Topic, e.Time = TopicResolved, alert.EndsAt
		if err := a.o.Bus.Publish(ctx, e); err != nil {
			return err
		}
		return a.o.State.Delete(ctx, key)
	}
	return nil
}

package event

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/labbox/labbox/internal/faas/store"
)

const pushed = `{"ref":"refs/heads/main","before":"a","after":"b","repository":{"full_name":"lab/platform","clone_url":"http://git/lab/platform.git"}}`

func sign(secret, text string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(text))
	return hex.EncodeToString(mac.Sum(nil))
}

func TestGit(t *testing.T) {
	t.Parallel()
	l := newLab()
	l.subscribe("f", "git.push")
	secret, missing := "s3cret", error(nil)
	g := NewGit(l.Bus, func(context.Context) ([]byte, error) { return []byte(secret), missing }, l.Log)
	post := func(text, signature, kind string) int {
		g.read = time.Time{}
		return mustServe(g, "/events/git", text, "X-Gogs-Signature", signature, "X-Gogs-Event", kind, "X-Gogs-Delivery", "d1")
	}
	missing = store.ErrNotFound
	if got := post(pushed, sign(secret, pushed), "push"); got != 503 {
		t.Errorf("without a secret: %d", got)
	}
	missing = nil
	for _, tt := range []struct {
		name, text, signature, kind string
		status                      int
	}{
		{"unsigned", pushed, "", "push", 401},
		{"wrong", pushed, sign("other", pushed), "push", 401},
		{"no hex", pushed, "zz", "push", 401},
		{"no JSON", "x", sign(secret, "x"), "push", 400},
		{"no push", "{}", sign(secret, "{}"), "push", 400},
		{"too large", strings.Repeat("x", maxHook+1), "00", "push", 413},
		{"another event", "{}", sign(secret, "{}"), "create", 204},
	} {
		if got := post(tt.text, tt.signature, tt.kind); got != tt.status {
			t.Errorf("%s: %d, want %d", tt.name, got, tt.status)
		}
	}
	equal(t, "so far", l.taken())
	if got := post(pushed, sign(secret, pushed), "push"); got != 202 {
		t.Fatalf("push: %d", got)
	}
	c := l.last(t)
	if c.Header.Get("Ce-Id") != "d1" || c.Header.Get("Ce-Source") != "http://git/lab/platform.git" || c.Header.Get("Ce-Subject") != "refs/heads/main" || string(c.Body) != pushed {
		t.Errorf("event %v %s", c.Header, c.Body)
	}
	secret = "another"
	if got := post(pushed, sign(secret, pushed), "push"); got != 202 {
		t.Errorf("after the secret was changed: %d", got)
	}
	l.broke(errBroken)
	if got := post(pushed, sign(secret, pushed), "push"); got != 503 {
		t.Errorf("on a full disk: %d", got)
	}
}

func TestAlerts(t *testing.T) {
	t.Parallel()
	l := newLab()
	l.subscribe("f", "prometheus.alert.firing, prometheus.alert.resolved")
	var scaled []string
	a := NewAlerts(AlertOptions{
		Parts:   l.Parts,
		Allowed: func(_ context.Context, token string) (bool, error) { return token == "good", nil },
		Scale: func(_ context.Context, a Alert) error {
			scaled = append(scaled, a.Status+" "+a.Labels["function_name"])
			return nil
		},
	})
	post := func(text string) int {
		return mustServe(a, "/events/prometheus/api/v2/alerts", text, "Authorization", "Bearer good")
	}
	alert := func(name, from, to, more string) string {
		return fmt.Sprintf(`[{"labels":{"alertname":%q%s},"annotations":{"summary":"x"},"startsAt":%q,"endsAt":%q,"generatorURL":"http://p/graph"}]`, name, more, from, to)
	}
	const early, past, future = "2026-01-01T00:00:00Z", "2026-01-01T01:00:00Z", "2999-01-01T00:00:00Z"
	if got := mustServe(a, "/events/prometheus/api/v2/alerts", "[]", "Authorization", "Bearer bad"); got != 401 {
		t.Errorf("a wrong token: %d", got)
	}
	if got := mustServe(a, "/events/prometheus/api/v1/alerts", "[]", "Authorization", "Bearer good"); got != 404 {
		t.Errorf("another path: %d", got)
	}
	if got := post("{}"); got != 400 {
		t.Errorf("no list: %d", got)
	}
	steps := []struct {
		name, text string
		want       []string
	}{
		{"begins", alert("A", early, future, ""), []string{"f prometheus.alert.firing A"}},
		{"goes on", alert("A", early, future, ""), nil},
		{"another begins", alert("A", early, future, `,"x":"y"`), []string{"f prometheus.alert.firing A"}},
		{"ends", alert("A", early, past, ""), []string{"f prometheus.alert.resolved A"}},
		{"has ended", alert("A", early, past, ""), nil},
		{"begins anew", alert("A", past, future, ""), []string{"f prometheus.alert.firing A"}},
		{"of a function", alert("S", early, future, `,"function_name":"g.openfaas-fn"`), []string{"f prometheus.alert.firing S"}},
		{"of a function again", alert("S", early, future, `,"function_name":"g.openfaas-fn"`), nil},
	}
	for _, s := range steps {
		if got := post(s.text); got != 200 {
			t.Fatalf("%s: %d", s.name, got)
		}
		equal(t, s.name, l.taken(), s.want...)
	}
	equal(t, "scaled", scaled, "firing g.openfaas-fn", "firing g.openfaas-fn")
	l.broke(errBroken)
	if got := post(alert("B", early, future, "")); got != 503 {
		t.Errorf("on a full disk: %d", got)
	}
	l.broke(nil)
	if post(alert("B", early, future, "")); l.last(t).Header.Get("Ce-Id") != fingerprint(map[string]string{"alertname": "B"})+"/"+early+"/firing" {
		t.Errorf("event %v", l.last(t).Header)
	}
}

func TestReviewer(t *testing.T) {
	t.Parallel()
	const account = "system:serviceaccount:monitoring:prometheus"
	answers := map[string]string{
		"good":     `{"status":{"authenticated":true,"audiences":["labbox-gateway"],"user":{"username":"` + account + `"}}}`,
		"other":    `{"status":{"authenticated":true,"audiences":["labbox-gateway"],"user":{"username":"system:serviceaccount:x:y"}}}`,
		"audience": `{"status":{"authenticated":true,"audiences":["api"],"user":{"username":"` + account + `"}}}`,
		"bad":      `{"status":{"authenticated":false}}`,
	}
	asked := 0
	r := NewReviewer(func(_ context.Context, q store.RawRequest) (io.ReadCloser, error) {
		asked++
		for token, answer := range answers {
			if strings.Contains(string(q.Body), `"token":"`+token+`","audiences":["labbox-gateway"]`) {
				return body(answer), nil
			}
		}
		return nil, errors.New("away")
	}, account)
	for token, want := range map[string]bool{"good": true, "other": false, "audience": false, "bad": false, "": false} {
		if got, err := r.Allowed(t.Context(), token); got != want || err != nil {
			t.Errorf("Allowed(%q) = %t, %v", token, got, err)
		}
	}
	if _, err := r.Allowed(t.Context(), "unknown"); err == nil {
		t.Error("Allowed() without an API server succeeds")
	}
	before := asked
	if got, err := r.Allowed(t.Context(), "good"); !got || err != nil || asked != before {
		t.Errorf("a good token is reviewed again: %t, %v", got, err)
	}
}

func TestSourcesWaitForTheFunctions(t *testing.T) {
	t.Parallel()
	l := newLab()
	s := NewSources(Options{Parts: l.Parts, Secret: func(context.Context) ([]byte, error) { return []byte("s"), nil }})
	if got := mustServe(s.Handler(), "/events/git", pushed, "X-Gogs-Signature", sign("s", pushed), "X-Gogs-Event", "push"); got != 503 {
		t.Errorf("before Run: %d", got)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	await(t, "the sources are begun", s.begun.Load)
	if got := mustServe(s.Handler(), "/events/git", pushed, "X-Gogs-Signature", sign("s", pushed), "X-Gogs-Event", "push"); got != 202 {
		t.Errorf("after Run: %d", got)
	}
	if got := mustServe(s.Handler(), "/events/other", ""); got != 404 {
		t.Errorf("another path: %d", got)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

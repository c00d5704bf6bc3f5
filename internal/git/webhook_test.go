package git

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"
)

// received is a webhook as its receiver sees it.
type received struct {
	header  http.Header
	body    []byte
	payload Payload
}

// mustReceiver answers webhooks with the statuses in turn, then with 200.
func mustReceiver(t *testing.T, statuses ...int) (url string, got chan received) {
	t.Helper()
	got = make(chan received, 64)
	var n atomic.Int64
	ts := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		x := received{header: r.Header, body: body}
		if err := json.Unmarshal(body, &x.payload); err != nil {
			t.Errorf("payload: %v", err)
		}
		if i := int(n.Add(1)); i <= len(statuses) {
			w.WriteHeader(statuses[i-1])
		}
		got <- x
	}))
	t.Cleanup(ts.Close)
	return ts.URL, got
}

func (f *fixture) mustDispatch(opt WebhookOptions) *Dispatcher {
	f.t.Helper()
	if opt.FirstWait == 0 {
		opt.FirstWait = time.Millisecond
	}
	if opt.Quiet == 0 {
		opt.Quiet = time.Hour
	}
	d := NewDispatcher(f.store, f.server.metrics, slog.New(slog.DiscardHandler), opt)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); d.Run(ctx) }()
	f.t.Cleanup(func() { cancel(); <-done })
	f.server.onPush = d.Announce
	return d
}

func mustReceive(t *testing.T, got chan received) received {
	t.Helper()
	select {
	case x := <-got:
		return x
	case <-time.After(time.Minute):
		t.Fatal("no webhook came")
		return received{}
	}
}

func TestWebhook(t *testing.T) {
	t.Parallel()
	f := mustServer(t, nil)
	url, got := mustReceiver(t)
	f.mustDispatch(WebhookOptions{URLs: []string{url}, Secret: "s3cret"})
	work := f.mustPush("platform", map[string]string{"apps/a.yaml": "1", "gone": "1"})
	first := mustReceive(t, got)
	head := mustGit(t, work, "rev-parse", "HEAD")
	t.Run("what Argo CD reads", func(t *testing.T) {
		p := first.payload
		if p.Ref != "refs/heads/main" || p.Before != zeroID || p.After != head {
			t.Errorf("ref %s %s..%s", p.Ref, p.Before, p.After)
		}
		want := PayloadRepo{Name: "platform", FullName: "platform", Description: "a test", DefaultBranch: "main",
			HTMLURL:  "http://git.git.svc.cluster.local:3000/platform",
			CloneURL: "http://git.git.svc.cluster.local:3000/platform.git"}
		if p.Repository != want {
			t.Errorf("repository = %+v", p.Repository)
		}
		if first.header.Get("X-Gogs-Event") != "push" || first.header.Get("Content-Type") != "application/json" {
			t.Errorf("header = %v", first.header)
		}
	})
	t.Run("signature", func(t *testing.T) {
		mac := hmac.New(sha256.New, []byte("s3cret"))
		mac.Write(first.body)
		if want := hex.EncodeToString(mac.Sum(nil)); first.header.Get("X-Gogs-Signature") != want {
			t.Errorf("signature %s, want %s", first.header.Get("X-Gogs-Signature"), want)
		}
	})
	t.Run("files of each commit", func(t *testing.T) {
		mustGit(t, work, "rm", "-q", "gone")
		f.mustCommit(work, "one\n\nbecause", map[string]string{"apps/a.yaml": "2"})
		f.mustCommit(work, "two", map[string]string{"ünï.txt": "x"})
		mustGit(t, work, "push", "-q")
		p := mustReceive(t, got).payload
		if len(p.Commits) != 2 || p.Before != head {
			t.Fatalf("payload = %+v", p)
		}
		two, one := p.Commits[0], p.Commits[1]
		if !slices.Equal(two.Added, []string{"ünï.txt"}) || !slices.Equal(one.Removed, []string{"gone"}) || !slices.Equal(one.Modified, []string{"apps/a.yaml"}) {
			t.Errorf("commits = %+v", p.Commits)
		}
		if one.Message != "one\n\nbecause" || one.Author.Email != "ada@example.org" || one.Timestamp.IsZero() {
			t.Errorf("commit = %+v", one)
		}
	})
}

// A push is told once more, under its id, for Argo CD may have been at a comparison; not
// one that another push has followed.
func TestWebhookAgain(t *testing.T) {
	t.Parallel()
	f := mustServer(t, nil)
	url, got := mustReceiver(t)
	d := f.mustDispatch(WebhookOptions{URLs: []string{url}, Quiet: 2 * time.Second})
	pushes := make(chan Push, 2)
	f.server.onPush = func(p Push) { pushes <- p }
	work := f.mustPush("twice", map[string]string{"a": "1"})
	f.mustCommit(work, "more", map[string]string{"a": "2"})
	mustGit(t, work, "push", "-q")
	d.Announce(<-pushes) // one right after the other, however long a push takes
	d.Announce(<-pushes)
	first, second, again := mustReceive(t, got), mustReceive(t, got), mustReceive(t, got)
	id := func(x received) string { return x.header.Get("X-Gogs-Delivery") }
	if id(first) == id(second) || id(again) != id(second) || !slices.Equal(again.body, second.body) {
		t.Errorf("deliveries %s, %s, %s; want the second twice", id(first), id(second), id(again))
	}
	select {
	case x := <-got:
		t.Errorf("%s of %s came a third time", id(x), x.payload.Repository.Name)
	case <-time.After(3 * time.Second): // longer than Quiet
	}
}

// Whoever skips what no named file concerns must not be told half of the files.
func TestPayloadNamesAllFilesOrNone(t *testing.T) {
	t.Parallel()
	f := mustServer(t, nil)
	work := f.mustPush("platform", map[string]string{"a": "0"})
	base := f.nextPush().After
	named := func(t *testing.T, p Push) (commits, files int) {
		t.Helper()
		payload, err := f.store.Payload(t.Context(), p)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range payload.Commits {
			files += len(c.Added) + len(c.Modified) + len(c.Removed)
		}
		return len(payload.Commits), files
	}
	for i := range maxPayloadCommits + 1 {
		f.mustCommit(work, fmt.Sprint("change ", i), map[string]string{"a": fmt.Sprint(i + 1)})
	}
	mustGit(t, work, "push", "-q")
	long := f.nextPush()
	mustGit(t, work, "reset", "-q", "--hard", "HEAD~2")
	f.mustCommit(work, "another way", map[string]string{"b": "1"})
	mustGit(t, work, "push", "-q", "--force")
	rewritten := f.nextPush()
	mustGit(t, work, "push", "-q", "origin", "main:refs/heads/gone")
	f.nextPush()
	mustGit(t, work, "push", "-q", "origin", ":gone")
	deleted := f.nextPush()
	tests := map[string]struct {
		p              Push
		commits, files int
	}{
		"exactly the limit": {Push{Repo: "platform", Ref: "refs/heads/main", Before: base, After: mustGit(t, work, "rev-parse", long.After+"~1")}, maxPayloadCommits, maxPayloadCommits},
		"over the limit":    {long, maxPayloadCommits, 0},
		"rewritten":         {rewritten, 1, 0},
		"deleted":           {deleted, 0, 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if commits, files := named(t, tt.p); commits != tt.commits || files != tt.files {
				t.Errorf("%d commits naming %d files, want %d and %d", commits, files, tt.commits, tt.files)
			}
		})
	}
	if deleted.After != zeroID {
		t.Errorf("a deleted branch ends at %s", deleted.After)
	}
}

func TestDelivery(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		statuses  []int
		attempts  int
		delivered float64
		failed    float64
	}{
		"at once":          {nil, 1, 1, 0},
		"after trouble":    {[]int{503, 500, 429}, 4, 1, 0},
		"refused for good": {[]int{400, 200}, 1, 0, 1},
		"redirected":       {[]int{302}, 1, 0, 1},
		"never":            {[]int{500, 500, 500, 500, 500, 500, 500, 500}, attempts, 0, 1},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := mustServer(t, nil)
			f.mustCreate("r")
			url, got := mustReceiver(t, tt.statuses...)
			d := f.mustDispatch(WebhookOptions{})
			d.deliver(t.Context(), url, delivery{id: "1", body: []byte(`{"ref":"x"}`)})
			if len(got) != tt.attempts {
				t.Errorf("%d attempts, want %d", len(got), tt.attempts)
			}
			hooks := f.server.metrics.webhooks
			if v := testutil.ToFloat64(hooks.WithLabelValues("delivered")); v != tt.delivered {
				t.Errorf("delivered = %v", v)
			}
			if v := testutil.ToFloat64(hooks.WithLabelValues("failed")); v != tt.failed {
				t.Errorf("failed = %v", v)
			}
		})
	}
}

func TestAnnounceNeverBlocks(t *testing.T) {
	t.Parallel()
	f := mustServer(t, nil)
	d := NewDispatcher(f.store, f.server.metrics, slog.New(slog.DiscardHandler), WebhookOptions{URLs: []string{"http://127.0.0.1:1/"}})
	for range queueLength + 3 { // nobody runs it
		d.Announce(Push{Repo: "r"})
	}
	if v := testutil.ToFloat64(f.server.metrics.webhooks.WithLabelValues("dropped")); v != 3 {
		t.Errorf("dropped = %v, want 3", v)
	}
}

func TestMetricsTellPushes(t *testing.T) {
	t.Parallel()
	f := mustServer(t, nil)
	f.mustPush("platform", map[string]string{"a": "1"})
	f.nextPush()
	_, _, body := f.do(request{path: "/metrics"})
	for _, want := range []string{
		`labbox_git_pushes_total{repo="platform",result="changed"} 1`,
		`labbox_build_info{component="git-server"`,
		`route="POST /{repo}/git-receive-pack"`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("metrics lack %s", want)
		}
	}
}

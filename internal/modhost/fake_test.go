package modhost

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/labbox/labbox/internal/lab"
	"github.com/labbox/labbox/plugins/sdk"
)

// TestMain lets the test binary serve as any of the modules below, which is just
// what labbox does with its own.
func TestMain(m *testing.M) {
	if len(os.Args) == 4 && os.Args[1] == "module-serve" {
		serve(os.Args[2], os.Args[3])
		return
	}
	os.Exit(m.Run())
}

func serve(name, dir string) {
	kind, _, _ := strings.Cut(name, "-")
	switch kind {
	case "old":
		fmt.Println("1|7|unix|/nonexistent|grpc|")
		time.Sleep(time.Hour)
	case "mute":
		time.Sleep(time.Hour)
	case "dying":
		fmt.Fprintln(os.Stderr, "cannot find my teapot")
		os.Exit(3)
	case "garbage":
		fmt.Println(strings.Repeat("x", 1<<20))
		os.Exit(0)
	case "flood":
		go func() {
			for {
				fmt.Fprintln(os.Stderr, `{"@message":1,"msg":2}`+strings.Repeat("x", 70_000))
			}
		}()
	}
	sdk.Serve(&fake{name: name, kind: kind, dir: dir})
}

// fake is a module whose manners are in its name.
type fake struct{ name, kind, dir string }

func (f *fake) Describe(context.Context) (sdk.Info, error) {
	info := sdk.Info{Name: f.name, Version: "1", Title: sdk.Text{DE: "Attrappe", EN: "Fake"}}
	switch f.kind {
	case "liar":
		info.Name = "gitops"
	case "needy":
		info.Needs = []string{"good"}
	case "lonely":
		info.Needs = []string{"nobody"}
	}
	return info, nil
}

func (f *fake) Plan(_ context.Context, cfg sdk.Config) (sdk.Plan, error) {
	switch f.kind {
	case "planless":
		return sdk.Plan{}, errors.New("no idea")
	case "wild":
		return sdk.Plan{Charts: []sdk.Chart{{Name: "../../etc", Release: "x", Namespace: "y"}}}, nil
	}
	if err := cfg.RefuseUnknown(f.name); err != nil {
		return sdk.Plan{}, err
	}
	return sdk.Plan{Charts: []sdk.Chart{{Name: f.name, Release: f.name, Namespace: "ns", Values: sdk.Values{"port": 3000}}}}, nil
}

func (f *fake) Check(ctx context.Context, _ sdk.Target) (sdk.Health, error) {
	switch f.kind {
	case "crashing":
		panic("a bug of the module")
	case "hanging":
		select {}
	case "once": // crashes in its first life only
		if mark := filepath.Join(f.dir, "crashed"); os.Mkdir(mark, 0o700) == nil {
			panic("a bug of the module")
		}
	case "env":
		nice, _ := syscall.Getpriority(syscall.PRIO_PROCESS, 0)
		// The system call answers 20 - nice.
		return sdk.Health{Alive: true, Message: fmt.Sprintf("nice=%d\n%s", 20-nice, strings.Join(os.Environ(), "\n"))}, nil
	}
	return sdk.Health{Alive: true, Message: fmt.Sprint("pid ", os.Getpid())}, nil
}

func (f *fake) Verify(_ context.Context, _ sdk.Target, step sdk.StepID) (sdk.Verdict, error) {
	return sdk.Verdict{}, sdk.UnknownStep(f.name, step)
}

// recorder keeps the events and lets a test wait for one.
type recorder struct {
	mu     sync.Mutex
	events []lab.Event
	news   chan struct{}
}

func newRecorder() *recorder { return &recorder{news: make(chan struct{}, 1)} }

func (r *recorder) observe(e lab.Event) {
	r.mu.Lock()
	r.events = append(r.events, e)
	r.mu.Unlock()
	select {
	case r.news <- struct{}{}:
	default:
	}
}

// mustSee waits for the n-th event with that state of a module.
func (r *recorder) mustSee(t *testing.T, name string, s lab.State, n int) lab.Event {
	t.Helper()
	deadline := time.After(20 * time.Second)
	for {
		seen := 0
		r.mu.Lock()
		for _, e := range r.events {
			if e.Subject == name && e.State == s {
				if seen++; seen == n {
					r.mu.Unlock()
					return e
				}
			}
		}
		all := fmt.Sprint(r.events)
		r.mu.Unlock()
		select {
		case <-r.news:
		case <-deadline:
			t.Fatalf("no %d. event %q of %s; there were: %s", n, s, name, all)
		}
	}
}

// fakeOptions are options with the named fakes as built-in modules.
func fakeOptions(t *testing.T, r *recorder, builtin ...string) Options {
	t.Helper()
	dir := t.TempDir()
	limits := DefaultLimits()
	limits.Backoff, limits.MaxPause = 10*time.Millisecond, 100*time.Millisecond
	return Options{
		Builtin: builtin,
		Command: func(name string) (string, []string) { return mustSelf(t), []string{"module-serve", name, dir} },
		Observe: r.observe,
		Log:     slog.New(slog.DiscardHandler),
		Limits:  limits,
	}
}

func mustSelf(t *testing.T) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return self
}

func mustStart(t *testing.T, o Options) *Host {
	t.Helper()
	h := New(o)
	t.Cleanup(h.Close)
	if err := h.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	return h
}

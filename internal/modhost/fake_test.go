package modhost

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/fstest"
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
	case "first", "hollow", "sneaky", "garbled":
		serveRaw(name, kind)
		return
	case "noise":
		serveNoise(dir)
		return
	case "spinning":
		go func() {
			for {
			}
		}()
	case "chatty":
		go func() {
			for n := 0; ; n++ {
				fmt.Fprintln(os.Stderr, "line", n)
			}
		}()
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
	info := sdk.Info{Name: f.name, Version: "1", Title: sdk.Text{DE: "Attrappe", EN: "Fake"}, Description: sdk.Text{DE: "Attrappe", EN: "Fake"}}
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
	case "grabby":
		_, space, _ := strings.Cut(f.name, "-")
		return sdk.Plan{Charts: []sdk.Chart{{Name: f.name, Release: f.name, Namespace: space}}}, nil
	case "planless":
		return sdk.Plan{}, errors.New("no idea")
	case "wild":
		return sdk.Plan{Charts: []sdk.Chart{{Name: "../../etc", Release: "x", Namespace: "y"}}}, nil
	}
	if err := cfg.RefuseUnknown(f.name); err != nil {
		return sdk.Plan{}, err
	}
	return sdk.Plan{Charts: []sdk.Chart{{Name: f.name, Release: f.name, Namespace: f.name, Values: sdk.Values{"port": 3000}}}}, nil
}

// Content implements sdk.Supplier.
func (f *fake) Content(context.Context) (fs.FS, error) {
	files := fstest.MapFS{
		"charts/" + f.name + "/Chart.yaml": {Data: []byte("name: " + f.name)},
		"lessons/first/lesson.yaml":        {Data: []byte("id: first")},
		"lessons/first/start.sh":           {Data: []byte("true")},
	}
	switch f.kind {
	case "heavy":
		files["images/blob"] = &fstest.MapFile{Data: make([]byte, 3<<20)}
	case "crowded":
		for n := range 200 {
			files[fmt.Sprint("lessons/first/files/", n)] = &fstest.MapFile{}
		}
	case "empty":
		return fstest.MapFS{}, nil
	}
	return files, nil
}

func (f *fake) Check(ctx context.Context, _ sdk.Target) (sdk.Health, error) {
	switch f.kind {
	case "crashing":
		panic("a bug of the module")
	case "hanging":
		select {}
	case "leaky":
		for kept := [][]byte{}; ; {
			block := make([]byte, 1<<20)
			for i := 0; i < len(block); i += 4096 {
				block[i] = 1
			}
			kept = append(kept, block)
		}
	case "verbose":
		return sdk.Health{Alive: true, Message: strings.Repeat("x", 5<<20)}, nil
	case "wordy":
		return sdk.Health{Alive: true, Message: strings.Repeat("x", 1<<20), Signals: make([]sdk.Signal, 1000)}, nil
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
	limits.ContentBytes, limits.ContentFiles = 1<<20, 100
	return Options{
		Builtin: builtin,
		Command: func(name string) (string, []string) { return mustSelf(t), []string{"module-serve", name, dir} },
		Observe: r.observe, ContentDir: filepath.Join(dir, "content"), Reserved: []string{"kube-system"},
		Log:    slog.New(slog.DiscardHandler),
		Limits: limits,
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

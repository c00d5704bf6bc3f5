package lesson

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"testing"
	"time"

	"github.com/labbox/labbox/internal/lab"
)

// world is a cluster, a workbench and a git server in memory: the scripts of the lesson
// in testdata change it.
type world struct {
	mu         sync.Mutex
	app        map[string]any // nil: there is none
	pods       int
	scripts    map[string]func(w *world) Output
	ran        []string
	namespaces []string
	emptied    []string
	err        error // what the cluster answers
	changed    map[chan struct{}]bool
	lists      int
}

func newWorld() *world {
	w := &world{changed: map[chan struct{}]bool{}}
	w.scripts = map[string]func(w *world) Output{
		"start.sh":                        func(w *world) Output { w.app, w.pods = app(false), 2; return Output{} },
		"solve/heal.sh":                   func(w *world) Output { w.app, w.pods = app(true), 2; return Output{Text: "patched\n"} },
		"solve/count.sh":                  func(w *world) Output { return Output{Text: fmt.Sprintf("counting\n%d\n", w.pods)} },
		"sabotage/heal.sh":                func(w *world) Output { w.app = nil; return Output{} },
		"mistakes/heal/scaled-by-hand.sh": func(w *world) Output { w.pods = 3; return Output{} },
	}
	return w
}

func app(selfHeal bool) map[string]any {
	return map[string]any{"metadata": map[string]any{"name": "learn-drift"}, "status": map[string]any{"sync": map[string]any{"revision": "abc"}},
		"spec": map[string]any{"syncPolicy": map[string]any{"automated": map[string]any{"selfHeal": selfHeal}}}}
}

// change changes the world and tells those who follow it.
func (w *world) change(do func(w *world)) {
	w.mu.Lock()
	do(w)
	for c := range w.changed {
		select {
		case c <- struct{}{}:
		default:
		}
	}
	w.mu.Unlock()
}

func (w *world) List(_ context.Context, q lab.ObjectQuery) ([]map[string]any, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lists++
	if w.err != nil {
		return nil, w.err
	}
	out := []map[string]any{}
	if q.Kind == "Application" && w.app != nil {
		out = append(out, maps.Clone(w.app))
	}
	for i := 0; q.Kind == "Pod" && i < w.pods; i++ {
		out = append(out, map[string]any{"metadata": map[string]any{"name": fmt.Sprint("web-", i)}})
	}
	return out, nil
}

func (w *world) Follow(ctx context.Context, q lab.ObjectQuery, changed func([]map[string]any, error)) {
	c := make(chan struct{}, 1)
	w.mu.Lock()
	w.changed[c] = true
	w.mu.Unlock()
	defer func() {
		w.mu.Lock()
		delete(w.changed, c)
		w.mu.Unlock()
	}()
	for {
		changed(w.List(ctx, q))
		select {
		case <-ctx.Done():
			return
		case <-c:
		}
	}
}

// followers is how many watches are open.
func (w *world) followers() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.changed)
}

func (w *world) Run(_ context.Context, s Script) (out Output, _ error) {
	do, known := w.scripts[s.Name]
	if !known {
		return Output{}, fmt.Errorf("there is no script %s", s.Name)
	}
	w.change(func(w *world) {
		w.ran = append(w.ran, s.Name)
		out = do(w)
	})
	return out, nil
}

func (w *world) MakeNamespace(_ context.Context, name string) error {
	w.change(func(w *world) { w.namespaces = append(w.namespaces, name) })
	return nil
}

func (w *world) EmptyNamespace(_ context.Context, name string) error {
	w.change(func(w *world) { w.emptied = append(w.emptied, name) })
	return nil
}

func (w *world) MakeRepository(_ context.Context, name string) error {
	return w.MakeNamespace(nil, "git:"+name)
}

// events keeps what is emitted.
type events struct {
	mu   sync.Mutex
	list []lab.Event
}

func (e *events) emit(_ context.Context, event lab.Event) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.list = append(e.list, event)
}

func (e *events) all() []lab.Event {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]lab.Event{}, e.list...)
}

// notes is a NoteStore.
type notes map[string]lab.Note

func (n notes) Get(_ context.Context, subject string) (lab.Note, error) { return n[subject], nil }

func (n notes) Put(_ context.Context, note lab.Note) error {
	n[note.Subject] = note
	return nil
}

// rig is an Engine over a world.
type rig struct {
	*Engine
	world  *world
	store  *scratch
	events *events
}

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{world: newWorld(), store: &scratch{}, events: &events{}}
	r.Engine = New(Options{Trends: []string{"mlops", "gitops"}, Sources: Sources{"kubernetes": Kubernetes(r.world)},
		Store: r.store, Notes: notes{}, Runner: r.world, Grounds: r.world, Emit: r.events.emit})
	r.SetLessons("gitops", []*Lesson{mustDrift(t)})
	return r
}

// run watches until the test ends.
func (r *rig) run(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		r.Run(ctx)
	}()
	t.Cleanup(func() {
		cancel()
		<-done
	})
}

func (r *rig) mustStart(t *testing.T) {
	t.Helper()
	if err := r.Start(t.Context(), "gitops/drift"); err != nil {
		t.Fatal(err)
	}
}

// task is how a task is shown.
func (r *rig) task(t *testing.T, id string) lab.LessonTask {
	t.Helper()
	view, err := r.Show(t.Context(), "gitops/drift")
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range view.List {
		if one.ID == id {
			return one
		}
	}
	t.Fatalf("no task %s", id)
	return lab.LessonTask{}
}

// await waits for a condition.
func await(t *testing.T, what string, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !condition(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s: not within ten seconds", what)
		}
	}
}

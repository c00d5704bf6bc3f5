package scaffold

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"strings"
	"sync"
	"time"

	"github.com/labbox/labbox/internal/idp/entity"
	"github.com/labbox/labbox/internal/idp/wire"
)

const (
	atOnce  = 2 // tasks that run side by side
	longest = 30 * time.Minute
)

// Options say what the scaffolder works with.
type Options struct {
	Tools Tools
	// Dir keeps the tasks; empty: they are lost when the program ends.
	Dir string
	Log *slog.Logger
}

// Scaffolder runs tasks. Its methods may be called by several goroutines.
type Scaffolder struct {
	opt   Options
	tasks *tasks
	slots chan struct{}
	wg    sync.WaitGroup

	mu      sync.Mutex
	cancels map[string]context.CancelFunc
	closed  chan struct{}
	once    sync.Once
}

// New returns a scaffolder with the tasks that are kept.
func New(o Options) (*Scaffolder, error) {
	t, err := openTasks(o.Dir)
	if err != nil {
		return nil, err
	}
	return &Scaffolder{opt: o, tasks: t, slots: make(chan struct{}, atOnce), cancels: map[string]context.CancelFunc{}, closed: make(chan struct{})}, nil
}

// Close ends the tasks that run and waits for them; they have failed then.
func (s *Scaffolder) Close() {
	s.once.Do(func() { close(s.closed) })
	s.mu.Lock()
	for _, cancel := range s.cancels {
		cancel()
	}
	s.mu.Unlock()
	s.wg.Wait()
}

// Request asks for a task.
type Request struct {
	TemplateRef string         `json:"templateRef"`
	Values      map[string]any `json:"values"`
	Secrets     map[string]any `json:"secrets"`
}

// template returns the template of a reference.
func (s *Scaffolder) template(ref string) (entity.Entity, error) {
	r, err := entity.ParseRef(ref, "template")
	if err != nil {
		return nil, wire.Input("templateRef: %v", err)
	}
	e := s.opt.Tools.Catalog.Get(r.String())
	if e == nil || !strings.EqualFold(e.Kind(), "Template") {
		return nil, wire.NotFound("there is no template %s", r)
	}
	return e, nil
}

// Start begins a task for user and returns its id; or what is wrong with the values.
func (s *Scaffolder) Start(req Request, user string) (id string, wrong []SchemaError, err error) {
	e, err := s.template(req.TemplateRef)
	if err != nil {
		return "", nil, err
	}
	values := maps.Clone(req.Values)
	if values == nil {
		values = map[string]any{}
	}
	t, err := parseTemplate(e, actionIDs(actions()))
	if err != nil {
		return "", nil, err
	}
	if wrong, err = check(e, values); err != nil || len(wrong) > 0 {
		return "", wrong, err
	}
	now := time.Now().UTC()
	task := Task{ID: newID(), Status: StatusOpen, CreatedAt: now, LastHeartbeat: now, CreatedBy: user,
		Spec: Spec{Template: t, Parameters: values, User: user}}
	s.tasks.add(task)
	s.launch(task, req.Secrets)
	return task.ID, nil, nil
}

func newID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	h := hex.EncodeToString(b[:])
	return strings.Join([]string{h[:8], h[8:12], h[12:16], h[16:20], h[20:]}, "-")
}

// launch runs a task in the background, as soon as there is a slot.
func (s *Scaffolder) launch(task Task, secrets map[string]any) {
	ctx, cancel := context.WithTimeout(context.Background(), longest)
	s.mu.Lock()
	s.cancels[task.ID] = cancel
	s.mu.Unlock()
	s.wg.Go(func() {
		defer func() {
			cancel()
			s.mu.Lock()
			delete(s.cancels, task.ID)
			s.mu.Unlock()
		}()
		select {
		case s.slots <- struct{}{}:
			defer func() { <-s.slots }()
		case <-ctx.Done():
		case <-s.closed:
			cancel()
		}
		s.work(ctx, task, secrets)
	})
}

// work carries out a task and notes how it ended.
func (s *Scaffolder) work(ctx context.Context, task Task, secrets map[string]any) {
	if ctx.Err() == nil && s.tasks.move(task.ID, StatusProcessing, StatusOpen) != nil {
		return // cancelled before it began
	}
	r := newRun(&s.opt.Tools, task.Spec, secrets)
	r.task = task.ID
	r.say = func(b Body) { s.tasks.log(task.ID, b) }
	r.tell("", "", "Starting up task with %d steps", len(task.Spec.Template.Steps))
	output, err := s.guarded(ctx, r)
	current, _ := s.tasks.get(task.ID)
	switch {
	case current.Ended():
		return // cancelled while it ran; that has been said
	case err != nil:
		s.opt.Log.Info("task failed", "task", task.ID, "template", task.Spec.Template.Ref, "err", err)
		words := err.Error()
		for _, secret := range r.secrets {
			words = strings.ReplaceAll(words, secret, "***")
		}
		s.tasks.finish(task.ID, StatusFailed, Body{Message: "Run failed: " + words, Error: &BodyError{Name: "Error", Message: words}})
	default:
		s.tasks.finish(task.ID, StatusCompleted, Body{Message: "Run completed with status: completed", Output: output})
	}
}

// guarded turns a panic of an action into a failure of its task.
func (s *Scaffolder) guarded(ctx context.Context, r *run) (output map[string]any, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the platform has a fault: %v", p)
			s.opt.Log.Error("a task panicked", "task", r.task, "panic", p)
		}
	}()
	return r.carryOut(ctx)
}

// Cancel ends a task that has not ended.
func (s *Scaffolder) Cancel(id string) error {
	err := s.tasks.move(id, StatusCancelled, StatusOpen, StatusProcessing)
	if errors.Is(err, errNoTask) {
		return wire.NotFound("there is no task %q", id)
	}
	if err != nil {
		return wire.Conflict("%v", err)
	}
	s.tasks.finish(id, StatusCancelled, Body{Message: "Task was cancelled"})
	s.mu.Lock()
	defer s.mu.Unlock()
	if cancel := s.cancels[id]; cancel != nil {
		cancel()
	}
	return nil
}

// Retry runs a task that failed or was cancelled once more, by the template as it is
// now. Secrets have to be given again.
func (s *Scaffolder) Retry(id string, secrets map[string]any) error {
	task, err := s.tasks.get(id)
	if err != nil {
		return wire.NotFound("there is no task %q", id)
	}
	s.mu.Lock()
	running := s.cancels[id] != nil
	s.mu.Unlock()
	if running {
		return wire.Conflict("the task is still ending; try again in a moment")
	}
	if err := s.tasks.move(id, StatusOpen, StatusFailed, StatusCancelled); err != nil {
		return wire.Conflict("%v", err)
	}
	if e, err := s.template(task.Spec.Template.Ref); err == nil {
		if t, err := parseTemplate(e, actionIDs(actions())); err == nil {
			task.Spec.Template = t
		}
	}
	s.launch(task, secrets)
	return nil
}

// Tasks returns all tasks, the newest first.
func (s *Scaffolder) Tasks() []Task { return s.tasks.list() }

// Task returns one task.
func (s *Scaffolder) Task(id string) (Task, error) {
	t, err := s.tasks.get(id)
	if err != nil {
		return t, wire.NotFound("there is no task %q", id)
	}
	return t, nil
}

// Events returns what happened to a task after the event with that id.
func (s *Scaffolder) Events(id string, after int) ([]Event, error) {
	events, _, _, err := s.tasks.since(id, after)
	if err != nil {
		return nil, wire.NotFound("there is no task %q", id)
	}
	return events, nil
}

// Forms returns the pages of a template's form.
func (s *Scaffolder) Forms(e entity.Entity) []Form { return forms(e) }

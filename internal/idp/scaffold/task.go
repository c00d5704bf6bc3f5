package scaffold

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// Statuses of a task.
const (
	StatusOpen       = "open"
	StatusProcessing = "processing"
	StatusCompleted  = "completed"
	StatusFailed     = "failed"
	StatusCancelled  = "cancelled"
)

const (
	keepTasks = 200  // older ones that have ended are removed
	maxEvents = 5000 // of one task
)

// Task is one run of a template.
type Task struct {
	ID            string    `json:"id"`
	Spec          Spec      `json:"spec"`
	Status        string    `json:"status"`
	CreatedAt     time.Time `json:"createdAt"`
	LastHeartbeat time.Time `json:"lastHeartbeatAt"`
	CreatedBy     string    `json:"createdBy"`
}

// Ended says whether nothing more will happen to the task by itself.
func (t Task) Ended() bool { return t.Status != StatusOpen && t.Status != StatusProcessing }

// Spec is what a task was asked to do. Secrets are not part of it: they are never kept.
type Spec struct {
	Template   Template       `json:"templateInfo"`
	Parameters map[string]any `json:"parameters"`
	User       string         `json:"user"`
}

// Event is one thing that happened to a task.
type Event struct {
	ID        int       `json:"id"`
	TaskID    string    `json:"taskId"`
	Type      string    `json:"type"` // log, completion or cancelled
	CreatedAt time.Time `json:"createdAt"`
	Body      Body      `json:"body"`
}

// Body is what an event says.
type Body struct {
	Message string         `json:"message"`
	StepID  string         `json:"stepId,omitempty"`
	Status  string         `json:"status,omitempty"`
	Output  map[string]any `json:"output,omitempty"`
	Error   *BodyError     `json:"error,omitempty"`
}

// BodyError says why a task failed.
type BodyError struct {
	Name    string `json:"name"`
	Message string `json:"message"`
}

// stored is a task with its events, as it is kept in a file.
type stored struct {
	Task   Task    `json:"task"`
	Events []Event `json:"events"`
}

// tasks keeps tasks and wakes those who wait for their events.
type tasks struct {
	dir string

	mu      sync.Mutex
	all     map[string]*stored
	changed chan struct{} // closed and replaced at every change
}

// openTasks reads the tasks of dir; an empty dir keeps them in memory only. Those that
// were running have failed.
func openTasks(dir string) (*tasks, error) {
	t := &tasks{dir: dir, all: map[string]*stored{}, changed: make(chan struct{})}
	if dir == "" {
		return t, nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("keep tasks: %w", err)
	}
	names, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read a task: %w", err)
		}
		s := &stored{}
		if err := json.Unmarshal(data, s); err != nil || s.Task.ID == "" {
			continue // half written before a crash; its writer never said that it was there
		}
		t.all[s.Task.ID] = s
	}
	for id, s := range t.all {
		if !s.Task.Ended() {
			words := "the platform was restarted while this task ran; try it again: what it did already is kept"
			t.finish(id, StatusFailed, Body{Message: "Run failed: " + words, Error: &BodyError{Name: "Interrupted", Message: words}})
		}
	}
	return t, nil
}

var errNoTask = errors.New("there is no such task")

func (t *tasks) get(id string) (Task, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if s := t.all[id]; s != nil {
		return s.Task, nil
	}
	return Task{}, errNoTask
}

// list returns all tasks, the newest first.
func (t *tasks) list() []Task {
	t.mu.Lock()
	defer t.mu.Unlock()
	out := []Task{}
	for _, s := range t.all {
		out = append(out, s.Task)
	}
	slices.SortFunc(out, func(a, b Task) int { return b.CreatedAt.Compare(a.CreatedAt) })
	return out
}

func (t *tasks) add(task Task) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.all[task.ID] = &stored{Task: task, Events: []Event{}}
	t.prune()
	t.save(task.ID)
}

// prune removes the oldest tasks that have ended; t.mu is held.
func (t *tasks) prune() {
	var ended []Task
	for _, s := range t.all {
		if s.Task.Ended() {
			ended = append(ended, s.Task)
		}
	}
	slices.SortFunc(ended, func(a, b Task) int { return a.CreatedAt.Compare(b.CreatedAt) })
	for i := 0; len(t.all) > keepTasks && i < len(ended); i++ {
		delete(t.all, ended[i].ID)
		if t.dir != "" {
			_ = os.Remove(t.file(ended[i].ID))
		}
	}
}

// move changes the status of a task that has one of the statuses from.
func (t *tasks) move(id, to string, from ...string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.all[id]
	if s == nil {
		return errNoTask
	}
	if !slices.Contains(from, s.Task.Status) {
		return fmt.Errorf("the task is %s, not %s", s.Task.Status, strings.Join(from, " or "))
	}
	s.Task.Status, s.Task.LastHeartbeat = to, time.Now().UTC()
	t.save(id)
	t.wake()
	return nil
}

// log adds a line to the events.
func (t *tasks) log(id string, b Body) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.append(id, "log", b)
	t.wake()
}

// finish ends a task and says how.
func (t *tasks) finish(id, status string, b Body) {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.all[id]
	if s == nil || (s.Task.Ended() && s.Task.Status != status) {
		return // what came first counts
	}
	s.Task.Status = status
	b.Status = status
	t.append(id, "completion", b)
	t.save(id)
	t.wake()
}

func (t *tasks) append(id, kind string, b Body) {
	s := t.all[id]
	if s == nil || (len(s.Events) >= maxEvents && kind == "log") {
		return
	}
	s.Task.LastHeartbeat = time.Now().UTC()
	s.Events = append(s.Events, Event{ID: len(s.Events) + 1, TaskID: id, Type: kind, CreatedAt: time.Now().UTC(), Body: b})
}

func (t *tasks) wake() {
	close(t.changed)
	t.changed = make(chan struct{})
}

// since returns the events after one, whether the task has ended, and what is closed
// at the next change of any task.
func (t *tasks) since(id string, after int) (events []Event, ended bool, changed <-chan struct{}, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.all[id]
	if s == nil {
		return nil, true, nil, errNoTask
	}
	events = []Event{}
	for _, e := range s.Events {
		if e.ID > after {
			events = append(events, e)
		}
	}
	return events, s.Task.Ended(), t.changed, nil
}

func (t *tasks) file(id string) string { return filepath.Join(t.dir, id+".json") }

// save writes a task's file; t.mu is held. What cannot be written is lost at the next
// restart, and nothing else.
func (t *tasks) save(id string) {
	if t.dir == "" {
		return
	}
	data, err := json.Marshal(t.all[id])
	if err == nil {
		err = os.WriteFile(t.file(id)+".new", data, 0o600)
	}
	if err == nil {
		_ = os.Rename(t.file(id)+".new", t.file(id))
	}
}

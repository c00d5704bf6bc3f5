package lab

import (
	"context"
	"encoding/json"
	"time"
)

// EventKind says what an Event is about.
type EventKind string

// The kinds of events. Terminal, journal and dashboard read the same stream.
const (
	EventStep      EventKind = "step"      // a step of "labbox up" changed its state
	EventComponent EventKind = "component" // a component changed its state
	EventCapstone  EventKind = "capstone"  // a step of the capstone changed its state
	EventModule    EventKind = "module"    // a module was started, stopped or misbehaved
	EventLesson    EventKind = "lesson"    // a task of a lesson was looked at or ticked; Subject "<trend>/<lesson>/<task>", Detail a LessonCheck
	EventLab       EventKind = "lab"       // the lab as a whole: starting, ready, stopping
)

// State is where the subject of an Event stands.
type State string

// The states of steps, components and the lab.
const (
	StatePending State = "pending"
	StateRunning State = "running"
	StateReady   State = "ready" // done, passed, alive
	StateFailed  State = "failed"
	StateStopped State = "stopped"
)

// Event is something that happened and that a person may want to know.
type Event struct {
	// ID grows by one per event of a lab; the Journal assigns it.
	ID   int64     `json:"id"`
	Time time.Time `json:"time"`
	Kind EventKind `json:"kind"`
	// Subject is the stable identifier of the step, component or module.
	Subject string `json:"subject"`
	// Title is the subject in words.
	Title    string    `json:"title,omitempty"`
	State    State     `json:"state,omitempty"`
	Progress *Progress `json:"progress,omitempty"`
	// Error is set when State is StateFailed.
	Error *Error `json:"error,omitempty"`
	// Detail is further structured content, as the subject defines it.
	Detail json.RawMessage `json:"detail,omitempty"`
}

// Journal keeps events over a restart.
type Journal interface {
	// Append stores e, whose ID is ignored, and returns the ID it was given.
	Append(ctx context.Context, e Event) (int64, error)
	// Since returns at most limit events with an ID greater than id, in order.
	Since(ctx context.Context, id int64, limit int) ([]Event, error)
}

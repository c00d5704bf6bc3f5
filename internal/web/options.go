package web

import (
	"context"
	"io"
	"io/fs"
	"log/slog"
	"net/http"

	"github.com/labbox/labbox/internal/lab"
)

// Events is the journal as the dashboard reads it.
type Events interface {
	// Since returns at most limit events with an ID greater than id, in order.
	Since(ctx context.Context, id int64, limit int) ([]lab.Event, error)
	// Subscribe delivers the events after since and then every new one; the
	// channel is closed when ctx is done.
	Subscribe(ctx context.Context, since int64) <-chan lab.Event
}

// Capstone runs the capstone.
type Capstone interface {
	// Run starts a run in the background; ctx bounds the start only. An Error with
	// CodeRunning when one runs already.
	Run(ctx context.Context) error
	// Last returns the newest finished run and whether there is one.
	Last(ctx context.Context) (lab.CapstoneResult, bool)
	// Reset removes what the capstone made.
	Reset(ctx context.Context) error
}

// LogRequest selects the log lines of one component.
type LogRequest struct {
	Component string
	Follow    bool
	// Tail is the number of last lines to begin with; 0 means all.
	Tail int64
}

// StepInfo names one step of a sequence, in the order of the list it is in.
type StepInfo struct {
	// ID is the Subject of the step's events.
	ID string
	// Title is shown when the catalogue of texts has none for the ID.
	Title string
}

// Options is what a Server is built from. Nil functions mean that the part is not
// there yet; the pages then say so. Addr, Assets and Events must be set.
type Options struct {
	// Addr is the loopback address that will be listened on, "127.0.0.1:8800".
	// Only it and the other names of loopback, with its port, are accepted as Host.
	Addr string
	// Hosts are further values of the Host header to accept, with port.
	Hosts []string
	// Password is the owner's; without one nobody can sign in but by a ticket.
	Password string
	// Version is labbox' own.
	Version string
	// Assets is the file system of package ui.
	Assets fs.FS
	Events Events

	Status  func(ctx context.Context) lab.Status
	Links   func(ctx context.Context) []lab.Link
	Modules func(ctx context.Context) []lab.Module
	// Logs writes log lines to w; with Follow it goes on until ctx is done.
	Logs func(ctx context.Context, q LogRequest, w io.Writer) error

	Capstone Capstone
	// History returns at most limit finished runs of the capstone, newest first.
	History func(ctx context.Context, limit int) []lab.CapstoneResult

	// Functions are what the pages of functions need.
	Functions FunctionParts
	// Memory keeps reflections and preferences; nil forgets them.
	Memory Memory
	// Report writes the learner's documentation.
	Report Reporter
	// ObjectEvents returns what Kubernetes reports on a component, newest first.
	ObjectEvents func(ctx context.Context, namespace, name string) ([]lab.ObjectEvent, error)

	// Lessons are what the pages and the API of lessons need.
	Lessons LessonParts
	// Shell runs an interactive shell in the learner's workbench until it ends, or ctx is
	// done; then it kills it. It returns the shell's exit code.
	Shell func(ctx context.Context, s Shell) (code int, err error)

	// Prometheus reaches PrometheusURL, which is without a trailing slash.
	Prometheus    *http.Client
	PrometheusURL string

	// Steps are those of "labbox up", CapstoneSteps those of the capstone; the
	// usual ones when empty.
	Steps         []StepInfo
	CapstoneSteps []StepInfo

	// Stop ends the lab; it returns at once.
	Stop func()
	// Log is for makers; nil discards.
	Log *slog.Logger
}

// UpSteps are the steps of "labbox up" that can be watched; "ask" comes before them.
func UpSteps() []StepInfo {
	return []StepInfo{
		{ID: "look"}, {ID: "remember"}, {ID: "show"},
		{ID: "unpack"}, {ID: "boot"}, {ID: "furnish"}, {ID: "live"},
	}
}

// SixCapstoneSteps are the steps (a) to (f) of the capstone.
func SixCapstoneSteps() []StepInfo {
	return []StepInfo{
		{ID: "gitops"}, {ID: "pipeline"}, {ID: "promotion"}, {ID: "function"}, {ID: "metrics"}, {ID: "energy"},
	}
}

func (o *Options) setDefaults() {
	if len(o.Steps) == 0 {
		o.Steps = UpSteps()
	}
	if len(o.CapstoneSteps) == 0 {
		o.CapstoneSteps = SixCapstoneSteps()
	}
	if o.Status == nil {
		o.Status = func(context.Context) lab.Status {
			return lab.Status{Phase: lab.StateRunning, Version: o.Version}
		}
	}
	if o.Links == nil {
		o.Links = func(context.Context) []lab.Link { return nil }
	}
	if o.Modules == nil {
		o.Modules = func(context.Context) []lab.Module { return nil }
	}
	if o.History == nil {
		o.History = func(context.Context, int) []lab.CapstoneResult { return nil }
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
}

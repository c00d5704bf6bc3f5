package web

import (
	"context"
	"io"
	"net/http"
	"time"
)

// FunctionParts are what the pages of functions need. Nil parts are not there; the
// pages then leave their sections out.
type FunctionParts struct {
	Functions Functions
	Store     FunctionStore
	Queue     FunctionQueue
	// Logs writes log lines to w; with Follow it goes on until ctx is done.
	Logs func(ctx context.Context, q FunctionLog, w io.Writer) error
	// Lambda lists the functions of the AWS Lambda interface; ErrAbsent where the
	// gateway has no such interface.
	Lambda func(ctx context.Context) ([]LambdaFunction, error)
}

// ErrAbsent says that a gateway lacks an optional part: its section is hidden.
const ErrAbsent = absentError("the gateway does not offer this")

// absentError lets ErrAbsent be a constant.
type absentError string

// Error implements error.
func (e absentError) Error() string { return string(e) }

// Functions reads and changes the functions of the gateway. Its errors are those of
// package lab: CodeNotFound for an unknown function, CodeNotReady while the gateway
// cannot be reached.
type Functions interface {
	// List returns all functions of all namespaces, by namespace and name.
	List(ctx context.Context) ([]Function, error)
	// Scale asks for a number of replicas and returns before they are there.
	Scale(ctx context.Context, id FunctionID, replicas int) error
	// Remove deletes the function.
	Remove(ctx context.Context, id FunctionID) error
	// Invoke calls the function. Any status is an answer; an error means that there
	// was none. It follows no redirect.
	Invoke(ctx context.Context, call FunctionCall) (FunctionAnswer, error)
}

// FunctionStore offers functions that can be deployed as they are.
type FunctionStore interface {
	// Offers returns what there is; ErrAbsent where the gateway has no store.
	Offers(ctx context.Context) ([]StoreFunction, error)
	// Deploy deploys an offer by its name, anew where it is deployed already.
	Deploy(ctx context.Context, name string) (FunctionID, error)
}

// FunctionQueue is the asynchronous side of the gateway. Each answer may be
// ErrAbsent.
type FunctionQueue interface {
	// State says how much is waiting.
	State(ctx context.Context) (QueueState, error)
	// DeadLetters returns at most limit calls that were given up, newest first.
	DeadLetters(ctx context.Context, limit int) ([]DeadLetter, error)
	// Replay puts a dead letter back into the queue.
	Replay(ctx context.Context, id string) error
	// Events returns at most limit events on their way to functions, newest first.
	Events(ctx context.Context, limit int) ([]FunctionEvent, error)
}

// FunctionID names a function.
type FunctionID struct {
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
}

// String returns "name.namespace", as metrics and the gateway's paths have it.
func (id FunctionID) String() string { return id.Name + "." + id.Namespace }

// Function is one function. The values of its environment and secrets are not part
// of it: they may be secret.
type Function struct {
	FunctionID
	Image string `json:"image"`
	// Process is the command that the watchdog runs; empty where the image says it.
	Process string `json:"process,omitempty"`
	// Replicas are wanted, Ready of them take calls.
	Replicas int `json:"replicas"`
	Ready    int `json:"ready"`
	// Trouble says why replicas are not ready, in Kubernetes' words; often empty.
	Trouble string `json:"trouble,omitempty"`
	// Calls ended since the gateway started.
	Calls   float64   `json:"calls"`
	Created time.Time `json:"created"`
	// Environment and Secrets are names only.
	Environment []string          `json:"environment"`
	Secrets     []string          `json:"secrets"`
	Labels      map[string]string `json:"labels"`
	Annotations map[string]string `json:"annotations"`
	Limits      map[string]string `json:"limits,omitempty"`
	Requests    map[string]string `json:"requests,omitempty"`
	Constraints []string          `json:"constraints,omitempty"`
	ReadOnly    bool              `json:"readOnly"`
}

// FunctionLog selects the log lines of one function.
type FunctionLog struct {
	ID     FunctionID
	Follow bool
	// Tail is the number of last lines to begin with; 0 means all.
	Tail int64
}

// FunctionCall is a call to be made.
type FunctionCall struct {
	ID     FunctionID
	Method string
	// Path begins with a slash and may hold a query.
	Path        string
	ContentType string
	Body        []byte
	// Limit is how many bytes of the answer are read.
	Limit int
}

// FunctionAnswer is what came back.
type FunctionAnswer struct {
	Status int         `json:"status"`
	Header http.Header `json:"header"`
	Body   []byte      `json:"body"`
	// Truncated says that there was more than the limit.
	Truncated bool `json:"truncated"`
	// Seconds passed until the answer was read.
	Seconds float64 `json:"seconds"`
}

// StoreFunction is an offer of the store.
type StoreFunction struct {
	Name        string `json:"name"`
	Title       string `json:"title"`
	Description string `json:"description"`
	// TitleDE and DescriptionDE are the German texts; empty where there are none.
	TitleDE       string `json:"titleDE,omitempty"`
	DescriptionDE string `json:"descriptionDE,omitempty"`
	// Example is a body to try it with.
	Example string `json:"example,omitempty"`
	Author  string `json:"author,omitempty"`
	Image   string `json:"image"`
	// Link is where to read more; http or https, or empty.
	Link string `json:"link,omitempty"`
}

// QueueState is how much the queue holds.
type QueueState struct {
	// Waiting calls have not been tried or wait to be tried again, Running ones are
	// being tried, Dead ones were given up.
	Waiting int64 `json:"waiting"`
	Running int64 `json:"running"`
	Dead    int64 `json:"dead"`
}

// DeadLetter is an asynchronous call that was given up.
type DeadLetter struct {
	ID       string    `json:"id"`
	Function string    `json:"function"`
	Time     time.Time `json:"time"`
	Attempts int       `json:"attempts"`
	// Reason is what the last try ended with.
	Reason string `json:"reason"`
	CallID string `json:"callId,omitempty"`
}

// FunctionEvent is an event on its way to one function.
type FunctionEvent struct {
	ID     string    `json:"id"`
	Time   time.Time `json:"time"`
	Source string    `json:"source"`
	// Topic is what functions subscribe to.
	Topic   string `json:"topic"`
	Subject string `json:"subject,omitempty"`
	// Function is "name.namespace"; empty when nobody subscribes.
	Function string `json:"function,omitempty"`
	// State is unheard, queued, failed, retry, done or dead.
	State string `json:"state"`
	Tries int    `json:"tries"`
	Error string `json:"error,omitempty"`
}

// LambdaFunction is a function of the AWS Lambda interface.
type LambdaFunction struct {
	Name     string `json:"name"`
	Runtime  string `json:"runtime"`
	Handler  string `json:"handler"`
	State    string `json:"state"`
	Version  string `json:"version"`
	Modified string `json:"modified"`
	MemoryMB int    `json:"memoryMB"`
	// Timeout is in seconds.
	Timeout   int   `json:"timeout"`
	CodeBytes int64 `json:"codeBytes"`
	// Series begins the names under which the metrics know its versions.
	Series string `json:"series,omitempty"`
}

package runtime

import (
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"time"
)

const (
	// maxResult is Lambda's limit of an answer, 6 MiB and a hundred bytes.
	maxResult = 6<<20 + 100
	// maxStream is the limit of an answer that is streamed.
	maxStream = 200 << 20
)

// Invocation is one event for the function.
type Invocation struct {
	ID    string
	Event []byte
	// ARN is the one that was invoked, an alias' perhaps.
	ARN string
	// ClientContext is JSON, Trace an X-Ray header; both may be empty.
	ClientContext, Trace string
	// Stream gets an answer that is streamed; nil buffers those too.
	Stream func(contentType string, body io.Reader) error

	deadline time.Time
	mu       sync.Mutex
	state    state
	result   Result
	out      bool          // the process has the event
	verdict  *failure      // what ended the process; wins over a broken stream
	done     chan struct{} // closed when result is final
}

// state of an invocation: handed -> answering -> answered.
type state int

const (
	handed state = iota
	answering
	answered
)

// Result is how an invocation ended.
type Result struct {
	Payload []byte
	// Streamed: Stream has got the payload.
	Streamed bool
	// Failed: the payload is an error's shape, or the stream broke off with it.
	Failed bool
	// Log is the end of the log.
	Log []byte
}

// take moves from one state to the next; false when it is in another.
func (i *Invocation) take(from, to state) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.state != from {
		return false
	}
	i.state = to
	return true
}

// open says whether the process has the event and owes the answer.
func (i *Invocation) open() bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.out && i.state != answered
}

// judge notes why the process is ended, and says whether its answer has begun.
func (i *Invocation) judge(f failure) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.verdict = &f
	return i.state == answering
}

// finish sets the result, unless there is one.
func (i *Invocation) finish(r Result) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.state == answered {
		return
	}
	if i.verdict != nil && r.Failed {
		streamed := r.Streamed
		r = i.verdict.result()
		r.Streamed = streamed
	}
	i.state, i.result = answered, r
	close(i.done)
}

// failure is Lambda's shape of an error.
type failure struct {
	Message string `json:"errorMessage"`
	Type    string `json:"errorType,omitempty"`

	raw []byte // the function's own shape, if it sent one
}

func (f failure) result() Result {
	if f.raw != nil {
		return Result{Payload: f.raw, Failed: true}
	}
	text, _ := json.Marshal(f)
	return Result{Payload: text, Failed: true}
}

func timedOut(id string, seconds int, at time.Time) failure {
	text := fmt.Sprintf("%s %s Task timed out after %d.00 seconds", at.UTC().Format("2006-01-02T15:04:05.000Z"), id, seconds)
	return failure{Message: text, Type: "Sandbox.Timedout"}
}

func exited(id, how string) failure {
	return failure{Message: fmt.Sprintf("RequestId: %s Error: %s", id, how), Type: "Runtime.ExitError"}
}

func tooLarge() failure {
	return failure{Type: "Function.ResponseSizeTooLarge",
		Message: fmt.Sprintf("Response payload size exceeded maximum allowed payload size (%d bytes).", maxResult)}
}

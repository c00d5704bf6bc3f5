package runtime

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
)

// sandbox holds the function's process and gives it one invocation at a time.
//
//	cold ─ start ─► starting ─ next ─► idle ─ Invoke ─► busy ─ response, error ─► idle
//	  ▲                │ exit, timeout                    │ exit, timeout
//	  └────────────────┴──────────────────────────────────┘
type sandbox struct {
	config     Config
	options    Options
	log        *slog.Logger
	apiAddress string
	logStream  string
	output     *output
	broken     error // there is no pipe for the log
	extensions *extensions
	ready      chan struct{} // closed when invocations may come
	leaving    atomic.Bool
	turn       chan struct{} // holds one token: who has it may use the process

	mu      sync.Mutex
	life    *life // nil: no process yet
	current *Invocation
	stopped bool
}

// life is one run of the process.
type life struct {
	worker
	began   time.Time
	events  chan *Invocation // to the next call
	waiting chan struct{}    // closed at the first next call
	once    sync.Once
	took    time.Duration // from start to the first next call; valid once waiting is closed
	told    bool          // the report of the first invocation has named it

	mu      sync.Mutex
	fail    *failure      // what init/error said
	refused chan struct{} // closed when there is fail
}

func newSandbox(config Config, options Options, log *slog.Logger) *sandbox {
	b := &sandbox{config: config, options: options, log: log, turn: make(chan struct{}, 1), ready: make(chan struct{}), extensions: newExtensions(config)}
	b.turn <- struct{}{}
	b.logStream = fmt.Sprintf("%s/[%s]%s", time.Now().UTC().Format("2006/01/02"), config.Version, strings.ReplaceAll(uuid.NewString(), "-", ""))
	b.output, b.broken = newOutput(options.Log)
	return b
}

// warm returns when the process that start has begun waits for an event, has ended,
// or has used up its time.
func (b *sandbox) warm(ctx context.Context, l *life, err error) {
	if err == nil {
		if fault := b.await(ctx, l, time.Now().Add(b.options.InitTimeout)); fault != nil {
			err = fmt.Errorf("%s: %s", fault.Type, fault.Message)
		}
	}
	if err != nil {
		b.log.Error("the function does not start", "error", err)
	}
	close(b.ready)
}

// start begins a life.
func (b *sandbox) start() (*life, error) {
	if b.broken != nil {
		return nil, b.broken
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.stopped {
		return nil, context.Canceled
	}
	l := &life{began: time.Now(), events: make(chan *Invocation), waiting: make(chan struct{}), refused: make(chan struct{})}
	if b.config.Image {
		l.worker = newNeighbour("/proc")
	} else {
		w, err := b.startProcess()
		if err != nil {
			return nil, err
		}
		l.worker = w
	}
	b.life = l
	go b.afterlife(l)
	return l, nil
}

// afterlife starts the process anew when it has ended after it once worked, so that
// the next invocation finds it warm. One that never worked waits for an invocation.
func (b *sandbox) afterlife(l *life) {
	<-l.Ended()
	select {
	case <-l.waiting:
	default:
		return
	}
	<-b.turn
	defer func() { b.turn <- struct{}{} }()
	if _, err := b.living(); err != nil && !errors.Is(err, context.Canceled) {
		b.log.Warn("the function does not start again", "error", err)
	}
}

// living returns the life that runs, a new one if need be. The caller has the turn.
func (b *sandbox) living() (*life, error) {
	b.mu.Lock()
	l := b.life
	b.mu.Unlock()
	if l != nil {
		select {
		case <-l.Ended():
		default:
			return l, nil
		}
	}
	return b.start()
}

// await returns nil once the process waits for an event, and else why it never will.
func (b *sandbox) await(ctx context.Context, l *life, deadline time.Time) *failure {
	late := time.NewTimer(time.Until(deadline))
	defer late.Stop()
	select {
	case <-l.waiting:
		return nil
	case <-l.refused:
		l.Stop(0)
		return l.failed()
	case <-l.Ended():
		if f := l.failed(); f != nil {
			return f
		}
		return &failure{Message: l.Outcome(), Type: "Runtime.ExitError"}
	case <-late.C:
		l.Stop(0)
		return &failure{Message: "the start took too long", Type: "Sandbox.Timedout"}
	case <-ctx.Done():
		return &failure{Message: "the environment is shut down", Type: "Sandbox.Failure"}
	}
}

// Invoke runs one invocation and returns its result; the error is ctx's, while it
// waits for its turn. Once the function has the event, ctx's end changes nothing.
func (b *sandbox) Invoke(ctx context.Context, i *Invocation) (Result, error) {
	select {
	case <-b.turn:
	case <-ctx.Done():
		return Result{}, ctx.Err()
	}
	defer func() { b.turn <- struct{}{} }()
	i.done = make(chan struct{})
	tail := b.output.tail
	tail.reset()
	tail.printf("START RequestId: %s Version: %s\n", i.ID, b.config.Version)
	timeout := time.Duration(b.config.Timeout) * time.Second
	began := time.Now()
	// A process that must be started first gets the time of an init beside its own.
	var l *life
	var fault *failure
	for tries := 0; ; tries++ {
		l, fault = b.begin(context.WithoutCancel(ctx), began.Add(max(timeout, b.options.InitTimeout)))
		if fault != nil {
			i.finish(b.misbegun(i, *fault).result())
			break
		}
		began = time.Now()
		i.deadline = began.Add(timeout)
		if b.pass(l, i, tries > 2) {
			break
		}
	}
	b.mu.Lock()
	b.current = nil
	b.mu.Unlock()
	b.output.drain()
	b.report(i, l, time.Since(began))
	result := i.result
	result.Log = tail.end()
	return result, nil
}

// begin returns a life that waits for an event.
func (b *sandbox) begin(ctx context.Context, deadline time.Time) (*life, *failure) {
	l, err := b.living()
	if err != nil {
		return nil, &failure{Message: err.Error(), Type: "Runtime.InvalidEntrypoint"}
	}
	if fault := b.await(ctx, l, deadline); fault != nil {
		return l, fault
	}
	return l, nil
}

// misbegun completes the failure of a start with the invocation's id.
func (b *sandbox) misbegun(i *Invocation, f failure) failure {
	switch {
	case f.raw != nil:
	case f.Type == "Sandbox.Timedout":
		return timedOut(i.ID, b.config.Timeout, time.Now())
	case f.Type == "Runtime.ExitError", f.Type == "Runtime.InvalidEntrypoint":
		f.Message = fmt.Sprintf("RequestId: %s Error: %s", i.ID, f.Message)
	}
	return f
}

// pass gives the event to the process and waits for its end, one way or another. It
// returns false if the process ended before it took the event, for a reason that is
// the invocation's before; last takes that for a failure.
func (b *sandbox) pass(l *life, i *Invocation, last bool) bool {
	late := time.NewTimer(time.Until(i.deadline))
	defer late.Stop()
	b.mu.Lock()
	b.current = i
	b.mu.Unlock()
	b.extensions.invoke(i)
	events := l.events
	for {
		select {
		case events <- i:
			events = nil
		case <-i.done:
			return true
		case <-l.Ended():
			if events != nil && !last {
				return false
			}
			f := exited(i.ID, l.Outcome())
			b.output.drain()
			b.output.tail.printf("%s\n", f.Message)
			b.conclude(i, f)
			return true
		case <-late.C:
			f := timedOut(i.ID, b.config.Timeout, time.Now())
			i.judge(f)
			l.Stop(0)
			b.output.drain()
			b.output.tail.printf("%s\n\n", f.Message)
			b.conclude(i, f)
			return true
		}
	}
}

// conclude ends an invocation whose process is gone. A stream that has begun ends
// by itself, because its connection is gone too.
func (b *sandbox) conclude(i *Invocation, f failure) {
	if i.judge(f) {
		select {
		case <-i.done:
			return
		case <-time.After(5 * time.Second):
		}
	}
	i.finish(f.result())
}

// report writes Lambda's last two lines.
func (b *sandbox) report(i *Invocation, l *life, took time.Duration) {
	ms := float64(took.Microseconds()) / 1000
	var peak int64
	first := ""
	if l != nil {
		peak = l.PeakMemory()
		select {
		case <-l.waiting:
			if !l.told {
				l.told = true
				first = fmt.Sprintf("\tInit Duration: %.2f ms", float64(l.took.Microseconds())/1000)
			}
		default:
		}
	}
	b.output.tail.printf("END RequestId: %s\nREPORT RequestId: %s\tDuration: %.2f ms\tBilled Duration: %.0f ms\tMemory Size: %d MB\tMax Memory Used: %d MB%s\t\n",
		i.ID, i.ID, ms, math.Ceil(ms), b.config.Memory, (peak+1<<20-1)>>20, first)
}

// close ends the process for good, politely, and drops the log's pipe.
func (b *sandbox) close() {
	b.mu.Lock()
	b.stopped = true
	l := b.life
	b.mu.Unlock()
	b.extensions.shutdown()
	if l != nil {
		l.Stop(b.options.Grace)
	}
	if b.output != nil {
		b.output.drain()
		b.output.close()
	}
}

func (l *life) failed() *failure {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.fail
}

package modhost

import (
	"log/slog"
	"time"

	"github.com/labbox/labbox/internal/lab"
)

// Options say which modules there are and whom to tell about them.
type Options struct {
	// Builtin names the modules that labbox brings along.
	Builtin []string
	// Command returns the program and the arguments that serve a built-in module.
	Command func(name string) (path string, args []string)
	// Dir holds the foreign modules and PinFile; empty or missing means none.
	Dir string
	// RunDir is where the modules' sockets are made; it must exist, belong to this
	// Host alone, and be short. Empty means the system's directory for temporary files.
	RunDir string
	// ContentDir is where what modules bring is laid out; it is made where it is
	// missing, and belongs to this Host alone. Empty means that nothing is asked for.
	ContentDir string
	// Reserved are the namespaces of the lab, which no foreign module may use.
	Reserved []string
	// Cage holds modules to their share of the machine; nil, and a nil Cage, mean none.
	Cage func(builtin bool) Cage
	// Log receives what modules say; nil means slog.Default.
	Log *slog.Logger
	// Observe is told of every module that starts, ends or is refused. It must not
	// block. nil drops the events.
	Observe func(lab.Event)
	// Limits bound what modules may take; the zero value means DefaultLimits.
	Limits Limits
}

// Limits bound the time of calls and the haste of restarts.
type Limits struct {
	Start    time.Duration // from the start of a child to its answer to Describe
	Plan     time.Duration
	Check    time.Duration
	Verify   time.Duration
	Content  time.Duration
	Backoff  time.Duration // before the first restart; doubles up to MaxPause
	MaxPause time.Duration
	// Steady is how long a module must run for its next crash to count as the first.
	Steady time.Duration
	// Strikes is the number of calls in a row that may run out of time before the
	// module is restarted.
	Strikes int
	// ContentBytes and ContentFiles bound what a module brings.
	ContentBytes int64
	ContentFiles int
	// Look is how often the file of a module under development is looked at.
	Look time.Duration
	// Hog is how long a module must have wanted more processor time than it may have
	// before that is said.
	Hog time.Duration
}

// DefaultLimits are fit for a busy machine with two cores.
func DefaultLimits() Limits {
	return Limits{
		Start: time.Minute, Plan: 5 * time.Second, Check: 15 * time.Second, Verify: 30 * time.Second,
		Backoff: 250 * time.Millisecond, MaxPause: 30 * time.Second, Steady: time.Minute,
		Strikes: 3, Content: 2 * time.Minute, ContentBytes: 512 << 20, ContentFiles: 5000,
		Look: 50 * time.Millisecond, Hog: 10 * time.Second,
	}
}

// niceness is added to a module's priority value: the lab's own work comes first.
const niceness = 5

// Environment is all that a module's process inherits. GOMAXPROCS and GOGC keep a
// built-in one small: it links all of labbox and uses next to nothing of it.
func Environment() []string {
	return []string{
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
		"HOME=/nonexistent", "LANG=C.UTF-8", "GOMAXPROCS=2", "GOGC=50",
	}
}

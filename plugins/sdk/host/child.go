package host

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// child is the process of a module and the goroutines that read what it says.
type child struct {
	o    Options
	name string   // of the program, as "ps" shows it
	file *os.File // the program; open until the child has started
	done chan struct{}
	tail tail
	slow throttle
	// out and err are what go-plugin gets to read: the handshake line, and nothing.
	// It trusts a module's output more than it should, so we read it ourselves.
	out, err *io.PipeReader

	mu      sync.Mutex
	process *os.Process
	ended   bool
	state   string // how it ended
	first   string // the handshake line
	socket  string // directory of the socket, ours to remove
}

func newChild(o Options, file *os.File) *child {
	name := o.Path
	if target, err := os.Readlink(name); err == nil {
		name = target // of /proc/self/exe, above all
	}
	return &child{o: o, name: name, file: file, done: make(chan struct{})}
}

// start runs the program and returns once it runs, or could not be started.
func (c *child) start(env []string, socketDir string) error {
	outR, outW, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("make a pipe: %w", err)
	}
	errR, errW, err := os.Pipe()
	if err != nil {
		outR.Close()
		outW.Close()
		return fmt.Errorf("make a pipe: %w", err)
	}
	cmd := &exec.Cmd{
		// The open file, not its name: what was checked is what runs.
		Path:        "/proc/self/fd/3",
		Args:        append([]string{c.name}, c.o.Args...),
		ExtraFiles:  []*os.File{c.file},
		Env:         env,
		Stdout:      outW,
		Stderr:      errW,
		SysProcAttr: &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL},
	}
	c.mu.Lock()
	c.socket = socketDir
	c.mu.Unlock()
	var hostOut, hostErr *io.PipeWriter
	c.out, hostOut = io.Pipe()
	c.err, hostErr = io.Pipe()
	var readers sync.WaitGroup
	readers.Go(func() { c.readStdout(outR, hostOut) })
	readers.Go(func() { c.readStderr(errR, hostErr) })

	started, exited := make(chan error, 1), make(chan struct{})
	go c.own(cmd, started, exited)
	err = <-started
	outW.Close()
	errW.Close()
	if err != nil {
		close(c.done)
		return fmt.Errorf("run %s: %w", c.o.Path, err)
	}
	if c.o.Started != nil {
		if err := c.o.Started(c.pid()); err != nil {
			c.kill()
			go c.reap(exited, &readers, outR, errR)
			return err
		}
	}
	go c.reap(exited, &readers, outR, errR)
	return nil
}

// own runs the child from its beginning to its end on a thread of its own, which
// then ends with it: the kernel kills the child when that thread ends (Pdeathsig
// means the thread, not the process), and the child inherits its priority.
func (c *child) own(cmd *exec.Cmd, started chan<- error, exited chan<- struct{}) {
	runtime.LockOSThread()
	if c.o.Nice != 0 {
		// Best effort: a module that runs at full priority still runs.
		_ = syscall.Setpriority(syscall.PRIO_PROCESS, 0, c.o.Nice)
	}
	if err := cmd.Start(); err != nil {
		started <- err
		return
	}
	c.mu.Lock()
	c.process = cmd.Process
	c.mu.Unlock()
	started <- nil
	_ = cmd.Wait() // ProcessState says it better
	c.mu.Lock()
	c.ended, c.state = true, cmd.ProcessState.String()
	c.mu.Unlock()
	_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // what it left behind
	close(exited)
}

// reap closes done when the child has ended and its last words are read.
func (c *child) reap(exited <-chan struct{}, readers *sync.WaitGroup, pipes ...*os.File) {
	<-exited
	for _, p := range pipes {
		// Something that left the process group may still hold the other end.
		_ = p.SetReadDeadline(time.Now().Add(time.Second))
	}
	readers.Wait()
	close(c.done)
}

// readStdout passes on the handshake line; what follows is output.
func (c *child) readStdout(r *os.File, to *io.PipeWriter) {
	defer r.Close()
	defer to.Close()
	eachLine(r, func(text string) {
		c.mu.Lock()
		isFirst := c.first == ""
		if isFirst {
			c.first = text
		}
		c.mu.Unlock()
		if isFirst {
			_, _ = io.WriteString(to, text+"\n")
			return
		}
		c.say(text)
	})
}

func (c *child) readStderr(r *os.File, to *io.PipeWriter) {
	defer r.Close()
	defer to.Close()
	eachLine(r, func(text string) {
		c.tail.add(text)
		c.say(text)
	})
}

func (c *child) say(text string) {
	c.slow.pass(len(text) + 1)
	if c.o.Line != nil {
		c.o.Line(parseLine(text))
	}
}

// lines returns a writer for what a module prints after the handshake.
func (c *child) lines() io.Writer { return &lineWriter{say: c.say} }

// kill ends the child and all that it has started in its process group.
func (c *child) kill() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.process != nil && !c.ended {
		_ = syscall.Kill(-c.process.Pid, syscall.SIGKILL)
	}
}

func (c *child) pid() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.process == nil {
		return 0
	}
	return c.process.Pid
}

// cleanUp removes the socket's directory.
func (c *child) cleanUp() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.socket != "" {
		_ = os.RemoveAll(c.socket)
	}
}

func (c *child) exit() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.state
}

// firstLine returns what the child first printed, which should be its handshake.
func (c *child) firstLine() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.first
}

// spokenVersion returns the protocol version in the handshake line, if there is one.
func (c *child) spokenVersion() (int, bool) {
	parts := strings.Split(c.firstLine(), "|")
	if len(parts) < 4 {
		return 0, false
	}
	v, err := strconv.Atoi(parts[1])
	return v, err == nil
}

func (c *child) commandLine() string {
	return strings.Join(append([]string{filepath.Base(c.name)}, c.o.Args...), " ")
}

// lastWords returns what the child last wrote to stderr, ready to be appended.
func (c *child) lastWords() string {
	if s := c.tail.String(); s != "" {
		return "\n" + s
	}
	return ""
}

// lineWriter cuts what is written to it into lines.
type lineWriter struct {
	say func(string)
	mu  sync.Mutex
	buf []byte
}

// Write never fails. An unfinished line waits for its end, up to maxLine bytes.
func (w *lineWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.buf = append(w.buf, p...)
	for {
		n, line, _ := bufio.ScanLines(w.buf, len(w.buf) > maxLine)
		if n == 0 {
			return len(p), nil
		}
		if len(line) > 0 {
			w.say(string(line[:min(len(line), maxLine)]))
		}
		w.buf = w.buf[n:]
	}
}

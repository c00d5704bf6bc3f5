package kube

import (
	"context"
	"fmt"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// childSpec describes one child process of the cluster.
type childSpec struct {
	name  string
	needs []string
	args  []string
	env   []string
	// beside are parts that run in the same process, if it is not the child alone.
	beside []part
	// check returns nil once others may rely on the child; nil means at once.
	check func(ctx context.Context) error
	// grace is the time between SIGTERM and SIGKILL; 0 means two seconds.
	grace time.Duration
}

// part is one of several in a process. Each process of this large program costs
// 15 MB before it does anything, so what lives and dies together shares one.
type part struct {
	name string
	args []string
}

// names returns the parts of the child.
func (s childSpec) names() []string {
	var names []string
	if s.name != nameHelpers { // only the name of what they share
		names = append(names, s.name)
	}
	for _, p := range s.beside {
		names = append(names, p.name)
	}
	return names
}

// command returns the arguments of "labbox component": the child's own, and behind
// each "--" those of a part beside it.
func (s childSpec) command() []string {
	all := append([]string{s.name}, s.args...)
	for _, p := range s.beside {
		all = append(append(all, partMark, p.name), p.args...)
	}
	return all
}

// partMark stands between the arguments of parts.
const partMark = "--"

// starter starts a command inside the sandbox; tests use another one.
type starter interface {
	start(ctx context.Context, cmd *exec.Cmd) error
}

// child is the Service around one child process.
type child struct {
	childSpec
	in      starter
	exe     string
	logPath string

	mu  sync.Mutex
	pid int
	up  bool
}

func (c *Cluster) child(spec childSpec) *child {
	if spec.grace == 0 {
		spec.grace = 2 * time.Second
	}
	ch := &child{childSpec: spec, in: c.box, exe: "/proc/self/exe", logPath: c.log(spec.name)}
	c.children = append(c.children, ch)
	return ch
}

// start runs cmd.Start on the thread inside the namespaces.
func (s *sandbox) start(ctx context.Context, cmd *exec.Cmd) error {
	return s.inside(ctx, cmd.Start)
}

func (p *child) Name() string    { return p.name }
func (p *child) Needs() []string { return p.needs }

// Run starts the process, calls ready when its check passes and ends the process
// when ctx is done. An error carries the command line and the last output.
func (p *child) Run(ctx context.Context, ready func()) error {
	logFile, err := openLog(p.logPath)
	if err != nil {
		return err
	}
	defer logFile.Close()
	cmd := exec.Command(p.exe, append([]string{"component"}, p.command()...)...)
	cmd.Args[0] = "labbox" // what ps shows
	cmd.Env = append(childEnv(), p.env...)
	cmd.Dir = "/"
	// What a terminal sends to its foreground processes is for the daemon alone.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	cmd.Stdout, cmd.Stderr = logFile, logFile
	if err := p.in.start(ctx, cmd); err != nil {
		return fmt.Errorf("start %s: %w", p.name, err)
	}
	exited := make(chan error, 1)
	go func() { exited <- cmd.Wait() }()
	p.note(cmd.Process.Pid, false)
	defer p.note(0, false)

	checking, stopChecking := context.WithCancel(ctx)
	defer stopChecking()
	passed := make(chan struct{})
	go p.await(checking, passed)
	trim := time.NewTicker(time.Minute)
	defer trim.Stop()
	for {
		select {
		case <-passed:
			passed = nil
			p.note(cmd.Process.Pid, true)
			ready()
		case <-trim.C:
			if err := trimLog(p.logPath); err != nil {
				return err
			}
		case err := <-exited:
			if ctx.Err() != nil {
				return nil
			}
			return fmt.Errorf("%s: %w\n%s", strings.Join(p.command(), " "), exitError(err), tailOf(p.logPath))
		case <-ctx.Done():
			p.end(cmd, exited)
			return nil
		}
	}
}

// end asks the process to stop and kills it if it does not.
func (p *child) end(cmd *exec.Cmd, exited <-chan error) {
	_ = cmd.Process.Signal(unix.SIGTERM)
	grace := time.NewTimer(p.grace)
	defer grace.Stop()
	select {
	case <-exited:
	case <-grace.C:
		_ = cmd.Process.Kill()
		<-exited
	}
}

// await closes passed when the check succeeds; it stops trying when ctx is done.
func (p *child) await(ctx context.Context, passed chan<- struct{}) {
	if p.check != nil && poll(ctx, 25*time.Millisecond, p.check) != nil {
		return
	}
	close(passed)
}

// poll calls check until it succeeds or ctx is done. Each call has two seconds.
func poll(ctx context.Context, every time.Duration, check func(ctx context.Context) error) error {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		one, cancel := context.WithTimeout(ctx, 2*time.Second)
		err := check(one)
		cancel()
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w (last: %v)", context.Cause(ctx), err)
		case <-tick.C:
		}
	}
}

// pause lets d pass; it returns an error as soon as ctx is done.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (p *child) note(pid int, up bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pid, p.up = pid, up
}

// now returns the process id, 0 while it does not run, and whether it is ready.
func (p *child) now() (int, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.pid, p.up
}

func exitError(err error) error {
	if err == nil {
		return fmt.Errorf("exit status 0")
	}
	return err
}

package kube

import (
	"context"
	"errors"
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

	"golang.org/x/sys/unix"
)

// sandbox is the Service that holds the cluster's namespaces. See the package
// documentation for a drawing.
//
// One goroutine is locked to an operating system thread for as long as the
// sandbox lives. It starts the init process, whose parent death signal refers to
// that very thread, then enters the namespaces and from then on starts children
// and opens sockets for everyone else.
type sandbox struct {
	c *Cluster

	mu   sync.Mutex
	pid  int         // of the init process; 0 while there is none
	work chan func() // runs inside the namespaces
}

func (s *sandbox) Name() string    { return nameSandbox }
func (s *sandbox) Needs() []string { return []string{servicePrepare} }

// Run starts the init process and ends it, and with it every process, mount and
// network link of the cluster, when ctx is done.
func (s *sandbox) Run(ctx context.Context, ready func()) error {
	if err := makeCgroup(s.c.opts.Cgroup); err != nil {
		return err
	}
	started := make(chan error, 1)
	over := make(chan struct{})
	var box *boxed
	go func() {
		defer close(over)
		// The thread ends with the goroutine, because it is never unlocked: with it
		// go its references to the namespaces.
		runtime.LockOSThread()
		if unix.Gettid() == unix.Getpid() {
			// The main thread cannot end. Hold it while another one does the work.
			done := make(chan struct{})
			go func() {
				defer close(done)
				runtime.LockOSThread()
				box = s.onThread(ctx, started)
			}()
			<-done
			runtime.UnlockOSThread()
			return
		}
		box = s.onThread(ctx, started)
	}()
	err := <-started
	if err == nil {
		ready()
	}
	<-over
	if box != nil {
		box.end()
	}
	if err := removeCgroup(ctx, s.c.opts.Cgroup); err != nil {
		s.c.opts.Log.Warn("cgroup directories remain", "error", err)
	}
	if err == nil && ctx.Err() == nil {
		err = fmt.Errorf("the init process ended: %w", box.err)
	}
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// boxed is a running init process.
type boxed struct {
	cmd    *exec.Cmd
	alive  io.Closer     // closing it makes the init process end
	exited chan struct{} // closed when it was waited for
	err    error         // valid after exited
}

// onThread starts the init process, enters its namespaces and serves work until
// ctx is done or the init process ends. It sends one value to started.
func (s *sandbox) onThread(ctx context.Context, started chan<- error) *boxed {
	box, err := s.startInit()
	if err != nil {
		started <- err
		return nil
	}
	if err := enter(box.cmd.Process.Pid); err != nil {
		started <- err
		return box
	}
	work := make(chan func())
	s.mu.Lock()
	s.pid, s.work = box.cmd.Process.Pid, work
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		s.pid, s.work = 0, nil
		s.mu.Unlock()
	}()
	started <- nil
	for {
		select {
		case f := <-work:
			f()
		case <-ctx.Done():
			return box
		case <-box.exited:
			return box
		}
	}
}

// startInit starts the init process and waits until its mounts and links are there.
func (s *sandbox) startInit() (*boxed, error) {
	o := s.c.opts
	cmd := exec.Command("/proc/self/exe", "component", nameSandbox, o.DataDir, o.HelpersDir, o.NodeName)
	cmd.Args[0] = "labbox"
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags: unix.CLONE_NEWPID | unix.CLONE_NEWNET | unix.CLONE_NEWNS | unix.CLONE_NEWUTS | unix.CLONE_NEWIPC,
		Pdeathsig:  unix.SIGKILL,
		Setsid:     true,
	}
	cmd.Env = append(childEnv(), "GOGC=20", "GOMAXPROCS=1")
	logFile, err := openLog(s.c.log(nameSandbox))
	if err != nil {
		return nil, err
	}
	defer logFile.Close()
	cmd.Stderr = logFile
	alive, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("start the sandbox: %w", err)
	}
	told, tells, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("start the sandbox: %w", err)
	}
	defer told.Close()
	cmd.ExtraFiles = []*os.File{tells} // becomes readyFD
	err = cmd.Start()
	tells.Close()
	if err != nil {
		return nil, fmt.Errorf("start the sandbox: %w", err)
	}
	box := &boxed{cmd: cmd, alive: alive, exited: make(chan struct{})}
	text, err := io.ReadAll(told)
	go func() {
		box.err = cmd.Wait()
		close(box.exited)
	}()
	if err != nil || string(text) != "ready\n" {
		box.end()
		return nil, fmt.Errorf("start the sandbox: %v\n%s", box.err, tailOf(s.c.log(nameSandbox)))
	}
	return box, nil
}

// end kills the init process; the kernel then kills all others of its namespace.
func (b *boxed) end() {
	b.alive.Close()
	_ = b.cmd.Process.Kill()
	<-b.exited
	if b.err == nil {
		b.err = errors.New("exit status 0")
	}
}

// enter moves the calling thread into the namespaces of pid. The PID namespace
// holds for its children.
func enter(pid int) error {
	// A thread that shares its root and working directory cannot change mounts.
	if err := unix.Unshare(unix.CLONE_FS); err != nil {
		return fmt.Errorf("enter the sandbox: unshare: %w", err)
	}
	kinds := []string{"net", "uts", "ipc", "pid", "mnt"}
	var fds []int
	for _, kind := range kinds {
		fd, err := unix.Open(filepath.Join("/proc", strconv.Itoa(pid), "ns", kind), unix.O_RDONLY|unix.O_CLOEXEC, 0)
		if err != nil {
			return fmt.Errorf("enter the sandbox: open %s namespace: %w", kind, err)
		}
		defer unix.Close(fd)
		fds = append(fds, fd)
	}
	for i, fd := range fds {
		if err := unix.Setns(fd, 0); err != nil {
			return fmt.Errorf("enter the sandbox: %s namespace: %w", kinds[i], err)
		}
	}
	return nil
}

// inside runs f on the thread that is inside the namespaces and waits for it.
func (s *sandbox) inside(ctx context.Context, f func() error) error {
	s.mu.Lock()
	work := s.work
	s.mu.Unlock()
	if work == nil {
		return errors.New("the sandbox does not run")
	}
	result := make(chan error, 1)
	select {
	case work <- func() { result <- f() }:
		return <-result
	case <-ctx.Done():
		return ctx.Err()
	}
}

// path returns how a path inside the sandbox is reached from outside.
func (s *sandbox) path(inside string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return filepath.Join("/proc", strconv.Itoa(s.pid), "root", inside)
}

// childEnv is the environment of every child: the daemon's own must not leak in.
func childEnv() []string {
	env := []string{
		"PATH=" + boxBin + ":" + boxHelpers + "/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
		"HOME=/root",
		"LANG=C.UTF-8",
	}
	for _, e := range os.Environ() {
		if strings.HasPrefix(e, "LABBOX_") {
			env = append(env, e)
		}
	}
	return env
}

package runtime

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// worker is the function's process, ours or another container's.
type worker interface {
	// Ended is closed when the process has ended, by itself or not.
	Ended() <-chan struct{}
	// Outcome says how it ended, in Lambda's words; valid once Ended.
	Outcome() string
	// Stop ends the process and all that it started, after SIGTERM and grace if
	// grace is positive, and returns once it has ended.
	Stop(grace time.Duration)
	// PeakMemory is the most memory it has used, in bytes; 0 when not known.
	PeakMemory() int64
}

// process is a worker that this program has started, the leader of its group.
type process struct {
	cmd     *exec.Cmd
	ended   chan struct{}
	outcome string
}

// errNoBootstrap: the code has nothing to run.
var errNoBootstrap = errors.New("Couldn't find valid bootstrap(s)")

// command returns what starts the function.
func (b *sandbox) command() ([]string, error) {
	if b.config.Python() {
		return []string{b.options.Python, "-m", "awslambdaric", b.config.Handler}, nil
	}
	tried := []string{}
	for _, dir := range []string{b.options.TaskRoot, b.options.OptDir, b.options.RuntimeDir} {
		path := filepath.Join(dir, "bootstrap")
		info, err := os.Stat(path)
		if err == nil && info.Mode().IsRegular() {
			if info.Mode()&0o111 == 0 {
				return nil, fmt.Errorf("fork/exec %s: permission denied", path)
			}
			return []string{path}, nil
		}
		tried = append(tried, path)
	}
	return nil, fmt.Errorf("%w: [%s]", errNoBootstrap, strings.Join(tried, " "))
}

// startProcess starts the function's process.
func (b *sandbox) startProcess() (worker, error) {
	command, err := b.command()
	if err != nil {
		return nil, err
	}
	var cmd *exec.Cmd
	for tries := 0; ; tries++ {
		cmd = exec.Command(command[0], command[1:]...)
		cmd.Dir, cmd.Env = b.options.TaskRoot, b.environ(b.logStream)
		cmd.Stdout, cmd.Stderr = b.output.write, b.output.write
		cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
		err := cmd.Start()
		if err == nil {
			break
		}
		// Another child, begun while the file was unpacked, may hold it open a moment longer.
		if !errors.Is(err, syscall.ETXTBSY) || tries > 50 {
			return nil, err
		}
		time.Sleep(time.Millisecond)
	}
	p := &process{cmd: cmd, ended: make(chan struct{})}
	go func() {
		p.outcome = describe(cmd.Wait())
		// What the process leaves behind would take the place of the next one.
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		close(p.ended)
	}()
	return p, nil
}

func describe(err error) string {
	if err == nil {
		return "Runtime exited without providing a reason"
	}
	return "Runtime exited with error: " + err.Error()
}

func (p *process) Ended() <-chan struct{} { return p.ended }

func (p *process) Outcome() string { return p.outcome }

func (p *process) Stop(grace time.Duration) {
	if grace > 0 {
		_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGTERM)
		select {
		case <-p.ended:
			return
		case <-time.After(grace):
		}
	}
	select {
	case <-p.ended: // its number may be another's by now
	default:
		_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL)
		<-p.ended
	}
}

func (p *process) PeakMemory() int64 { return peakMemory(p.cmd.Process.Pid) }

func peakMemory(pid int) int64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	for _, line := range strings.Split(string(text), "\n") {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kb, _ := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")), 10, 64)
			return kb << 10
		}
	}
	return 0
}

package assemble

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"github.com/labbox/labbox/internal/lab"
)

// outputTail is how much of a failed command's output its error carries.
const outputTail = 3000

// command is one child process of the build.
type command struct {
	dir    string
	env    []string
	stdin  io.Reader
	stdout io.Writer
	name   string
	args   []string
}

// run starts c and waits. Its error carries the command line and the end of its
// output. When ctx ends, the whole process group does.
func run(ctx context.Context, c command) error {
	cmd := exec.CommandContext(ctx, c.name, c.args...)
	cmd.Dir, cmd.Stdin = c.dir, c.stdin
	cmd.Env = append(os.Environ(), c.env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 5 * time.Second
	tail := &tailBuffer{}
	cmd.Stderr = tail
	cmd.Stdout = tail
	if c.stdout != nil {
		cmd.Stdout = c.stdout
	}
	err := cmd.Run()
	if err == nil {
		return nil
	}
	if errors.Is(err, exec.ErrNotFound) {
		return missingTool(c.name)
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return fmt.Errorf("run %s: %w\n%s", line(c), err, tail)
}

// output runs c and returns what it wrote to standard output.
func output(ctx context.Context, c command) ([]byte, error) {
	var out bytes.Buffer
	c.stdout = &out
	err := run(ctx, c)
	return out.Bytes(), err
}

func line(c command) string {
	s := strings.Join(append([]string{c.name}, c.args...), " ")
	if len(s) > 200 {
		s = s[:200] + "..."
	}
	return s
}

// packageOf names the Debian package that brings a tool.
func packageOf(tool string) string {
	packages := map[string]string{
		"go": "golang (1.26 or newer, from go.dev)", "python3": "python3 python3-pip", "node": "nodejs",
		"gcc": "gcc libc6-dev", "strip": "binutils", "apt-get": "apt", "dpkg-deb": "dpkg",
	}
	if p, ok := packages[tool]; ok {
		return p
	}
	return tool
}

func missingTool(tool string) error {
	return lab.Errorf(lab.CodeStep, "install "+packageOf(tool)+", then run the same command again",
		"build the payload: the program %q is not on PATH", tool)
}

// tailBuffer keeps the end of what is written to it.
type tailBuffer struct{ buf []byte }

func (t *tailBuffer) Write(p []byte) (int, error) {
	t.buf = append(t.buf, p...)
	if n := len(t.buf) - outputTail; n > 0 {
		t.buf = t.buf[n:]
	}
	return len(p), nil
}

func (t *tailBuffer) String() string { return strings.TrimSpace(string(t.buf)) }

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/labbox/labbox/internal/lab"
)

// box is a machine with nothing but Debian's base packages and the one file, and
// with no route to anywhere.
type box struct {
	t    *testing.T
	root string
	pid  int // of the machine's first process, as seen from outside
	own  int // how many processes the machine itself has
}

// mustBox makes the machine and ends it with the test, whatever happens in it.
func mustBox(t *testing.T) *box {
	t.Helper()
	bin := os.Getenv("LABBOX_BIN")
	if testing.Short() || bin == "" {
		t.Skip("needs the finished program: make box")
	}
	if os.Geteuid() != 0 {
		t.Fatal("needs root: make box")
	}
	base := strings.TrimSpace(mustOutput(t, exec.Command("../../.ci/bareroot")))
	work, err := os.MkdirTemp("", "labbox-box-") // not t.TempDir: its clean-up would hide what is left
	if err != nil {
		t.Fatal(err)
	}
	root := filepath.Join(work, "root")
	mustOutput(t, exec.Command("cp", "-a", base, root))
	mustOutput(t, exec.Command("cp", bin, filepath.Join(root, "labbox")))
	b := &box{t: t, root: root}
	b.hold()
	b.own = len(b.footprint().processes)
	t.Cleanup(func() {
		if err := os.RemoveAll(work); err != nil {
			t.Errorf("remove the machine: %v", err)
		}
	})
	return b
}

// hold starts the machine's first process and kills it when the test is over.
func (b *box) hold() {
	cmd := exec.Command("../../.ci/inroot", b.root)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() {
		_ = cmd.Process.Kill() // --kill-child ends the machine with it
		_ = cmd.Wait()
	})
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "ready\n" {
		b.t.Fatalf("the machine did not start: %q, %v", line, err)
	}
	children := mustOutput(b.t, exec.Command("pgrep", "-P", strconv.Itoa(cmd.Process.Pid)))
	b.pid, err = strconv.Atoi(strings.TrimSpace(children))
	if err != nil {
		b.t.Fatalf("the machine's first process: %v", err)
	}
}

// command prepares a program to run inside the machine.
func (b *box) command(name string, args ...string) *exec.Cmd {
	enter := []string{"-t", strconv.Itoa(b.pid), "-m", "-n", "-p", name}
	cmd := exec.Command("nsenter", append(enter, args...)...)
	cmd.Env = []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "TERM=dumb"}
	return cmd
}

// labbox runs the program inside the machine and returns its output and exit code.
func (b *box) labbox(args ...string) (out, errOut string, code int) {
	b.t.Helper()
	cmd := b.command("/labbox", args...)
	var o, e bytes.Buffer
	cmd.Stdout, cmd.Stderr = &o, &e
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		b.t.Fatalf("labbox %s: %v", strings.Join(args, " "), err)
	}
	return o.String(), e.String(), cmd.ProcessState.ExitCode()
}

// must runs the program and fails the test unless it ends well.
func (b *box) must(args ...string) string {
	b.t.Helper()
	out, errOut, code := b.labbox(args...)
	if code != 0 {
		b.t.Fatalf("labbox %s: exit code %d\n%s%s\nlog of the daemon:\n%s", strings.Join(args, " "), code, out, errOut, b.daemonLog())
	}
	return out
}

// up starts the lab and returns how long that took; it fails when the terminal
// was silent for more than two seconds.
func (b *box) up() time.Duration {
	b.t.Helper()
	began := time.Now()
	cmd := b.command("/labbox", "up")
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.t.Fatal(err)
	}
	var errOut bytes.Buffer
	cmd.Stderr = &errOut
	if err := cmd.Start(); err != nil {
		b.t.Fatal(err)
	}
	text, silence := listen(out)
	if err := cmd.Wait(); err != nil {
		b.t.Fatalf("labbox up: %v\n%s%s\nlog of the daemon:\n%s", err, text, errOut.String(), b.daemonLog())
	}
	b.t.Logf("labbox up, %.1f s, longest silence %.1f s\n%s", time.Since(began).Seconds(), silence.Seconds(), text)
	if silence > 2*time.Second {
		b.t.Errorf("the terminal was silent for %s", silence)
	}
	return time.Since(began)
}

// listen reads out to its end and returns what it said and its longest silence.
func listen(out io.Reader) (text string, silence time.Duration) {
	var all strings.Builder
	last := time.Now()
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		silence = max(silence, time.Since(last))
		last = time.Now()
		all.WriteString(lines.Text() + "\n")
	}
	return all.String(), silence
}

// status returns what "labbox status -o json" says.
func (b *box) status() lab.Status {
	b.t.Helper()
	out, errOut, code := b.labbox("status", "-o", "json")
	var st lab.Status
	if err := json.Unmarshal([]byte(out), &st); err != nil {
		b.t.Fatalf("status, exit code %d: %v\n%s%s", code, err, out, errOut)
	}
	if (code == 0) != st.Ready {
		b.t.Errorf("exit code %d, but ready is %t", code, st.Ready)
	}
	return st
}

// capstone runs the capstone.
func (b *box) capstone() lab.CapstoneResult {
	b.t.Helper()
	out, errOut, code := b.labbox("capstone", "run", "-o", "json")
	var r lab.CapstoneResult
	if err := json.Unmarshal([]byte(out), &r); err != nil {
		b.t.Fatalf("capstone, exit code %d: %v\n%s%s", code, err, out, errOut)
	}
	if code != 0 || !r.Passed {
		b.t.Fatalf("the capstone did not pass, exit code %d:\n%s%s\n%s", code, out, errOut, b.state())
	}
	return r
}

// state is what a maker wants to see when something did not work.
func (b *box) state() string {
	pods, _, _ := b.labbox("kubectl", "get", "pods", "-A", "-o", "wide")
	events, _, _ := b.labbox("kubectl", "get", "events", "-A", "--sort-by=.lastTimestamp")
	return pods + tail(events, 40) + b.daemonLog()
}

func (b *box) daemonLog() string {
	data, err := os.ReadFile(filepath.Join(b.root, "var/lib/labbox/logs/labbox.log"))
	if err != nil {
		return err.Error()
	}
	return tail(string(data), 60)
}

func tail(text string, n int) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n") + "\n"
}

func mustOutput(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	var errOut bytes.Buffer
	cmd.Stderr = &errOut
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(cmd.Args, " "), err, errOut.String())
	}
	return string(out)
}

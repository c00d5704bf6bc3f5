package host

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/labbox/labbox/plugins/sdk"
)

// TestMain lets the test binary be a module ("serve"), or a host that is about to
// be killed ("host").
func TestMain(m *testing.M) {
	switch {
	case len(os.Args) == 2 && os.Args[1] == "serve":
		sdk.Serve(pidModule{})
		return
	case len(os.Args) == 2 && os.Args[1] == "host":
		p, err := Launch(context.Background(), Options{Name: "pid", Path: "/proc/self/exe", Args: []string{"serve"}})
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		fmt.Println(p.PID())
		time.Sleep(time.Hour)
		return
	}
	os.Exit(m.Run())
}

// pidModule says its process id; its Check starts a process that outlives it.
type pidModule struct{}

func (pidModule) Describe(context.Context) (sdk.Info, error) {
	return sdk.Info{Name: "pid", Version: strconv.Itoa(os.Getpid())}, nil
}

func (pidModule) Plan(context.Context, sdk.Config) (sdk.Plan, error) { return sdk.Plan{}, nil }

func (pidModule) Check(context.Context, sdk.Target) (sdk.Health, error) {
	cmd := exec.Command("/bin/sleep", "3600")
	cmd.Stderr = os.NewFile(2, "stderr") // keeps the pipe to the host open
	if err := cmd.Start(); err != nil {
		return sdk.Health{}, err
	}
	return sdk.Health{Message: strconv.Itoa(cmd.Process.Pid)}, nil
}

func (pidModule) Verify(context.Context, sdk.Target, sdk.StepID) (sdk.Verdict, error) {
	return sdk.Verdict{}, &sdk.Error{Code: sdk.CodeNotFound, Message: "no", Hint: "try another"}
}

func mustSelf(t *testing.T) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return self
}

func mustLaunch(t *testing.T, o Options) *Process {
	t.Helper()
	o.Name, o.Path, o.Args = "pid", mustSelf(t), []string{"serve"}
	p, err := Launch(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

// mustEnd waits until there is no such process any more.
func mustEnd(t *testing.T, pid int) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		state, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil || strings.Contains(string(state), ") Z ") {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("process %d lives on: %s", pid, state)
		}
	}
}

func TestCallsReachAChild(t *testing.T) {
	t.Parallel()
	p := mustLaunch(t, Options{})
	info, err := p.Describe(t.Context())
	if err != nil || info.Version != strconv.Itoa(p.PID()) || p.PID() == os.Getpid() {
		t.Errorf("Describe from %s, child is %d: %v", info.Version, p.PID(), err)
	}
	_, err = p.Verify(t.Context(), sdk.Target{}, "x")
	if sdk.CodeOf(err) != sdk.CodeNotFound || err.Error() != "module pid: no" {
		t.Errorf("Verify returns %v", err)
	}
}

func TestCloseLeavesNothing(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp("", "h") // short: it becomes the path of a socket
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	p := mustLaunch(t, Options{RunDir: dir})
	health, err := p.Check(t.Context(), sdk.Target{})
	if err != nil {
		t.Fatal(err)
	}
	grandchild, err := strconv.Atoi(health.Message)
	if err != nil {
		t.Fatal(err)
	}
	p.Close()
	p.Close()
	mustEnd(t, p.PID())
	mustEnd(t, grandchild)
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
	if _, err := p.Describe(t.Context()); err == nil {
		t.Error("a closed module still answers")
	}
}

func TestLongRunDir(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), strings.Repeat("long", 30))
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := mustLaunch(t, Options{RunDir: dir}).Describe(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestCloseOfAStoppedChild(t *testing.T) {
	t.Parallel()
	p := mustLaunch(t, Options{})
	if err := syscall.Kill(p.PID(), syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { p.Close(); close(ended) }()
	select {
	case <-ended:
	case <-time.After(10 * time.Second):
		t.Fatal("Close waits for a child that does nothing")
	}
	mustEnd(t, p.PID())
}

func TestDeathIsReported(t *testing.T) {
	t.Parallel()
	p := mustLaunch(t, Options{})
	if err := p.Err(); err != nil {
		t.Errorf("Err of a living child is %v", err)
	}
	if err := syscall.Kill(p.PID(), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	select {
	case <-p.Done():
	case <-time.After(10 * time.Second):
		t.Fatal("Done is not closed though the child is dead")
	}
	if err := p.Err(); err == nil || !strings.Contains(err.Error(), "module pid (host.test serve) ended: signal: killed") {
		t.Errorf("Err is %v", err)
	}
	if _, err := p.Describe(t.Context()); sdk.CodeOf(err) != sdk.CodeUnavailable {
		t.Errorf("a call of a dead child returns %v", err)
	}
}

func TestChildDiesWithItsHost(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp("", "h") // what a killed host leaves behind
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	cmd := exec.Command(mustSelf(t), "host")
	cmd.Env = append(os.Environ(), "TMPDIR="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, _ := bufio.NewReader(out).ReadString('\n')
	pid, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		t.Fatalf("the host says %q", line)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	mustEnd(t, pid)
}

func TestDigest(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "module")
	text := "#!/bin/sh\nexec " + mustSelf(t) + " serve\n"
	if err := os.WriteFile(path, []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(text))
	right := hex.EncodeToString(sum[:])
	p, err := Launch(t.Context(), Options{Name: "pid", Path: path, SHA256: strings.ToUpper(right)})
	if err != nil {
		t.Fatalf("the right digest is refused: %v", err)
	}
	p.Close()
	_, err = Launch(t.Context(), Options{Name: "pid", Path: path, SHA256: strings.Repeat("0", 64)})
	if sdk.CodeOf(err) != sdk.CodeInvalid || !strings.Contains(err.Error(), right) {
		t.Errorf("a wrong digest gives %v", err)
	}
}

func TestLaunchEndsWithItsContext(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "mute")
	if err := os.WriteFile(path, []byte("#!/bin/sh\nexec sleep 3600\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	began := time.Now()
	_, err := Launch(ctx, Options{Name: "mute", Path: path})
	if sdk.CodeOf(err) != sdk.CodeUnavailable || time.Since(began) > 5*time.Second {
		t.Errorf("after %s Launch returns %v", time.Since(began), err)
	}
}

package main

import (
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain lets the test program stand in for labbox, for the stories and for
// those tests that need it as a process of its own.
func TestMain(m *testing.M) {
	if os.Getenv("LABBOX_TEST_AS_PROGRAM") != "" {
		main()
	}
	testscript.Main(m, map[string]func(){"labbox": main})
}

// TestStories runs testdata/*.txtar: what a user types and sees. They need no
// cluster.
func TestStories(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Condition: func(cond string) (bool, error) {
			return cond == "root" && os.Geteuid() == 0, nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"exits":     cmdExits,
			"occupy":    cmdOccupy,
			"freeports": cmdFreePorts,
		},
	})
}

// cmdExits runs labbox and checks its exit code: exits 2 labbox nonsense.
func cmdExits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM ARGS...")
	}
	err := ts.Exec(args[1], args[2:]...)
	code := "0"
	if err != nil {
		_, code, _ = strings.Cut(err.Error(), "exit status ")
	}
	if code != args[0] {
		ts.Fatalf("%s: exit code %s, want %s (%v)", strings.Join(args[1:], " "), code, args[0], err)
	}
}

// cmdOccupy listens on a free loopback port until the story ends and puts its
// number into an environment variable: occupy PORT.
func cmdOccupy(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: occupy VARIABLE")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Defer(func() { _ = l.Close() })
	_, port, err := net.SplitHostPort(l.Addr().String())
	ts.Check(err)
	ts.Setenv(args[0], port)
}

// cmdFreePorts writes a configuration whose ports nobody uses: freeports FILE.
func cmdFreePorts(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: freeports FILE")
	}
	var config strings.Builder
	config.WriteString("ports:\n")
	for _, key := range []string{"dashboard", "gateway", "argocd", "mlflow", "prometheus", "git", "kubernetes", "backstage"} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		ts.Check(err)
		defer l.Close() // not before all are chosen, so that they differ
		_, port, err := net.SplitHostPort(l.Addr().String())
		ts.Check(err)
		config.WriteString("  " + key + ": " + port + "\n")
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(config.String()), 0o600))
}

// TestNotRoot runs labbox as another user. The program is handed over as an open
// file, because that user may not walk the path to it.
func TestNotRoot(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("only root can become another user")
	}
	self, err := os.Open("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	defer self.Close()
	dir := t.TempDir()
	cmd := exec.Command("/proc/self/fd/3", "--data-dir", dir+"/data", "up")
	cmd.Env = []string{"LABBOX_TEST_AS_PROGRAM=1"}
	cmd.ExtraFiles = []*os.File{self}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	out, err := cmd.CombinedOutput()
	if code := cmd.ProcessState.ExitCode(); code != 4 {
		t.Fatalf("exit code %d, want 4: %v\n%s", code, err, out)
	}
	if !strings.Contains(string(out), "sudo labbox up") {
		t.Errorf("no hint in: %s", out)
	}
	if _, err := os.Stat(dir + "/data"); !os.IsNotExist(err) {
		t.Errorf("something was changed: %v", err)
	}
}

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestBoxLab is a lab's whole life on a bare machine without a network: one
// subtest for each promise of the README, in the order in which a learner meets
// them.
func TestBoxLab(t *testing.T) {
	b := mustBox(t)
	before := b.footprint()
	for _, part := range []struct {
		name string
		do   func(t *testing.T, b *box)
	}{
		{"up brings everything up", boxUp},
		{"a second up is refused", boxSecondUp},
		{"nothing leads out", boxNoWayOut},
		{"kubectl, kubeconfig and helm are there", boxTools},
		{"images are never pulled", boxImages},
		{"five modules", boxModules},
		{"a module by somebody else", boxModule},
		{"the workbench has tools, logins and the learner's rights", boxWorkbench},
		{"the developer platform's golden paths", boxIDP},
		{"logs", boxLogs},
		{"functions are built without Docker", boxFunctions},
		{"functions under load, and a queue over a gateway that is killed", boxLoad},
		{"the function interface, events, AWS's clients, and the capstone beside them", boxPlatform},
		{"a second run of the capstone, and every page beside it", boxAgain},
		{"reset brings the capstone's start back", boxCapstoneReset},
		{"the dashboard shows it", boxDashboard},
		{"forty viewers are answered at once", boxViewers},
		{"lessons are learnt by the command line", boxLesson},
		{"a learner's way in the browser", boxLearner},
		{"the report is written in both languages, as HTML and as PDF", boxReport},
		{"every lesson is proven", boxLessons},
		{"a killed lab leaves nothing running", boxKilled},
		{"up goes on where it was broken off", boxInterrupted},
		{"what was learnt survives", func(_ *testing.T, b *box) { b.lessonsKept() }},
	} {
		if !t.Run(part.name, func(t *testing.T) { part.do(t, b.with(t)) }) && part.name == "up brings everything up" {
			t.FailNow()
		}
	}
	t.Run("down leaves nothing but the data", func(t *testing.T) {
		b := b.with(t)
		b.must("down")
		b.mustLeaveNothing(before)
		b.must("down") // twice is no failure
		if _, err := os.Stat(filepath.Join(b.root, "var/lib/labbox/labbox.db")); err != nil {
			t.Errorf("the data is gone: %v", err)
		}
	})
	t.Run("purge removes the data", func(t *testing.T) {
		b := b.with(t)
		b.must("down", "--purge")
		b.mustLeaveNothing(before)
		if _, err := os.Stat(filepath.Join(b.root, "var/lib/labbox")); !os.IsNotExist(err) {
			t.Errorf("the data directory is still there: %v", err)
		}
	})
}

// with returns the machine for use in a subtest.
func (b *box) with(t *testing.T) *box { return &box{t: t, root: b.root, pid: b.pid, own: b.own} }

func boxUp(t *testing.T, b *box) {
	b.up()
	st := b.status()
	if !st.Ready {
		t.Fatalf("not ready: %+v", st)
	}
	for _, name := range []string{"kube-apiserver", "kubelet", "containerd", "coredns", "argocd-server", "prometheus", "mlflow", "gateway", "git", "energy-exporter"} {
		found := false
		for _, c := range st.Components {
			found = found || (c.Name == name && c.Ready && c.Version != "")
		}
		if !found {
			t.Errorf("no ready component %q with a version in %+v", name, st.Components)
		}
	}
}

func boxSecondUp(t *testing.T, b *box) {
	_, errOut, code := b.labbox("up")
	if code != 10 || !strings.Contains(errOut, "already runs") {
		t.Errorf("exit code %d: %s", code, errOut)
	}
	if !b.status().Ready {
		t.Error("the running lab was disturbed")
	}
}

// boxNoWayOut looks at the routes of every network namespace of the machine: none
// may lead to a device that leaves it.
func boxNoWayOut(t *testing.T, b *box) {
	routes, err := os.ReadFile(fmt.Sprintf("/proc/%d/net/route", b.pid))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Count(strings.TrimSpace(string(routes)), "\n") != 0 {
		t.Errorf("the machine itself has routes:\n%s", routes)
	}
	out, _, code := b.labbox("kubectl", "run", "way-out", "--rm", "-i", "--quiet", "--image=labbox.local/busybox:1.35",
		"--image-pull-policy=Never", "--restart=Never", "--", "sh", "-c", "nc -w 2 192.0.2.1 80 </dev/null && echo out; ip route")
	if code != 0 || strings.Contains(out, "out\n") {
		t.Errorf("a pod reached a public address, or did not run (exit code %d):\n%s", code, out)
	}
}

func boxTools(t *testing.T, b *box) {
	if out := b.must("kubectl", "get", "nodes", "-o", "jsonpath={.items[0].status.nodeInfo.kubeletVersion}"); !strings.HasPrefix(out, "v1.37.") {
		t.Errorf("kubelet %q", out)
	}
	if out := b.must("kubeconfig"); !strings.Contains(out, "https://127.0.0.1:6443") {
		t.Errorf("kubeconfig:\n%s", out)
	}
	out := b.must("helm", "list")
	for _, release := range []string{"argocd", "prometheus", "mlflow", "gateway", "git", "energy"} {
		if !strings.Contains(out, release) {
			t.Errorf("release %s is not in:\n%s", release, out)
		}
	}
	if out := b.must("helm", "status", "argocd"); !strings.Contains(out, "status: deployed") {
		t.Errorf("helm status:\n%s", out)
	}
	b.must("helm", "get", "values", "argocd")
	if out := b.must("credentials", "lambda"); !strings.Contains(out, "AKIA") {
		t.Errorf("the key pair of Lambda's interface:\n%s", out)
	}
	if _, _, code := b.labbox("helm", "status", "nothing"); code != 15 {
		t.Errorf("status of an unknown release: exit code %d, want 15", code)
	}
	b.awaitMetrics(t)
	if out := b.must("kubectl", "get", "storageclass"); !strings.Contains(out, "local-path (default)") {
		t.Errorf("storage classes:\n%s", out)
	}
}

// awaitMetrics waits for the metrics API: CPU use is known after metrics-server has
// read the kubelet twice, fifteen seconds apart, and the lab is ready before that.
func (b *box) awaitMetrics(t *testing.T) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(time.Second) {
		out, errOut, code := b.labbox("kubectl", "top", "nodes")
		if code == 0 && strings.Contains(out, "labbox") {
			return
		}
		if time.Now().After(deadline) {
			t.Errorf("metrics-server says (exit code %d):\n%s%s", code, out, errOut)
			return
		}
	}
}

func boxImages(t *testing.T, b *box) {
	if out := b.must("kubectl", "get", "events", "-A", "--field-selector=reason=Pulling", "-o", "name"); out != "" {
		t.Errorf("images were pulled:\n%s", out)
	}
	out := b.must("kubectl", "get", "pods", "-A", "-o", "jsonpath={range .items[*].spec.containers[*]}{.image}{'\\n'}{end}")
	for _, image := range strings.Fields(out) {
		if !strings.HasPrefix(image, "labbox.local/") {
			t.Errorf("image %s is not from the payload", image)
		}
	}
}

func boxModules(t *testing.T, b *box) {
	out := b.must("module", "list")
	for _, name := range []string{"gitops", "platform", "mlops", "serverless", "sustainability"} {
		if !strings.Contains(out, name) {
			t.Errorf("module %s is not in:\n%s", name, out)
		}
	}
	if strings.Count(out, "ready") != 5 {
		t.Errorf("want five ready modules:\n%s", out)
	}
}

func boxLogs(t *testing.T, b *box) {
	if out := b.must("logs", "--tail", "5"); strings.Count(out, "\n") != 5 {
		t.Errorf("labbox' own log, last 5 lines:\n%s", out)
	}
	for _, name := range []string{"kube-apiserver", "argocd-server", "mlflow"} {
		if out := b.must("logs", name, "--tail", "20"); out == "" {
			t.Errorf("the log of %s is empty", name)
		}
	}
	if _, errOut, code := b.labbox("logs", "nothing"); code != 15 {
		t.Errorf("log of an unknown component: exit code %d: %s", code, errOut)
	}
}

// boxKilled kills the daemon without warning: the kernel must end all the rest,
// and the next start must find its data.
func boxKilled(t *testing.T, b *box) {
	outer := b.daemonPID()
	if err := syscall.Kill(outer, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	b.awaitProcesses()
	if _, _, code := b.labbox("status"); code != 11 {
		t.Errorf("status of a killed lab: exit code %d, want 11", code)
	}
}

// daemonPID finds the daemon from outside the machine.
func (b *box) daemonPID() int {
	b.t.Helper()
	all, _ := filepath.Glob("/proc/[0-9]*")
	for _, p := range all {
		line, _ := os.ReadFile(p + "/cmdline")
		pid, _ := strconv.Atoi(filepath.Base(p))
		if strings.Contains(string(line), "\x00daemon") && b.below(filepath.Base(p)) {
			return pid
		}
	}
	b.t.Fatal("no daemon is running")
	return 0
}

// boxInterrupted sends Ctrl-C while the cluster boots and starts again.
func boxInterrupted(t *testing.T, b *box) {
	cmd := b.command("/labbox", "up")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := newLineWaiter(out)
	if !lines.await("Boot the cluster", 30*time.Second) {
		t.Fatalf("the boot never began:\n%s", lines.text())
	}
	interruptInside(t, cmd.Process.Pid)
	lines.drain()
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != 130 {
		t.Errorf("exit code %d after Ctrl-C, want 130\n%s", code, lines.text())
	}
	b.awaitProcesses()
	b.up()
	if out := b.must("capstone", "status"); !strings.Contains(out, "✓") {
		t.Errorf("the capstone's result did not survive:\n%s", out)
	}
}

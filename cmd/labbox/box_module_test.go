package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/labbox/labbox/internal/lab"
)

// boxModule goes an author's way from nothing to a lesson that is proven.
func boxModule(t *testing.T, b *box) {
	testModule(t, author{ask: b.labbox, here: filepath.Join(b.root, "root"), there: "/root"})
}

// TestBoxModule does the same on a lab that runs: LABBOX_TEST_LAB is its program.
func TestBoxModule(t *testing.T) {
	program := os.Getenv("LABBOX_TEST_LAB")
	if testing.Short() || program == "" {
		t.Skip("needs a running lab: LABBOX_TEST_LAB names its program")
	}
	dir := t.TempDir()
	if err := os.Chmod(filepath.Dir(dir), 0o755); err != nil {
		t.Fatal(err)
	}
	testModule(t, author{here: dir, there: dir, ask: func(args ...string) (string, string, int) {
		cmd := exec.Command(program, args...)
		var out, errOut bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &errOut
		if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
			t.Fatal(err)
		}
		return out.String(), errOut.String(), cmd.ProcessState.ExitCode()
	}})
}

// author works in a folder that the test and the lab see under names of their own.
type author struct {
	ask         asked
	here, there string
}

// must runs labbox, which must succeed.
func (a author) must(t *testing.T, args ...string) string {
	t.Helper()
	out, errOut, code := a.ask(args...)
	if code != 0 {
		t.Fatalf("labbox %s: exit code %d\n%s%s", strings.Join(args, " "), code, out, errOut)
	}
	return out
}

// find returns how a module fares in the lab.
func (a author) find(t *testing.T, name string) (lab.Module, bool) {
	t.Helper()
	var all []lab.Module
	if err := json.Unmarshal([]byte(a.must(t, "module", "list", "-o", "json")), &all); err != nil {
		t.Fatal(err)
	}
	for _, m := range all {
		if m.Name == name {
			return m, true
		}
	}
	return lab.Module{}, false
}

// await waits until the module is as it should be.
func (a author) await(t *testing.T, name string, good func(lab.Module) bool) lab.Module {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		m, found := a.find(t, name)
		if found && good(m) {
			return m
		}
		if time.Now().After(deadline) {
			t.Fatalf("the module is %+v", m)
		}
	}
}

// build compiles the module with nothing but its own folder.
func (a author) build(t *testing.T, name string) {
	t.Helper()
	cmd := exec.Command("go", "build", "-o", name, ".")
	cmd.Dir = filepath.Join(a.here, name)
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=vendor -trimpath", "GOPROXY=off", "GOTOOLCHAIN=local")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build the module: %v\n%s", err, out)
	}
}

func testModule(t *testing.T, a author) {
	const name = "box-hello"
	began := time.Now()
	a.must(t, "module", "new", name, "--dir", filepath.Join(a.there, name))
	t.Cleanup(func() {
		a.ask("module", "remove", name)
		_ = os.RemoveAll(filepath.Join(a.here, name))
	})
	program := filepath.Join(a.there, name, name)
	a.build(t, name)
	a.must(t, "module", "test", program)
	a.must(t, "module", "add", "--dev", program)
	a.await(t, name, func(m lab.Module) bool { return m.State == lab.StateReady && len(m.Pages) == 1 && m.Dev })
	if took := time.Since(began); took > 5*time.Minute {
		t.Errorf("the way to a running module took %s", took)
	}
	if proof := a.must(t, "module", "test", "--lab", program); !strings.Contains(proof, "lesson "+name+"/first is proven") {
		t.Errorf("the lesson is not proven: %s", proof)
	}
	hotReload(t, a, name)
	refusedByRule(t, a, name)
	pinned(t, a, name)
	a.must(t, "module", "remove", name)
	if m, found := a.find(t, name); found {
		t.Errorf("after its removal there is %+v", m)
	}
}

// replace changes the module's source and builds it.
func (a author) replace(t *testing.T, name, from, to string) {
	t.Helper()
	file := filepath.Join(a.here, name, "module.go")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(text, []byte(from)) {
		t.Fatalf("module.go does not say %s", from)
	}
	if err := os.WriteFile(file, bytes.Replace(text, []byte(from), []byte(to), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	a.build(t, name)
}

func hotReload(t *testing.T, a author, name string) {
	a.replace(t, name, `"0.1.0"`, `"0.2.0"`)
	built := time.Now()
	a.await(t, name, func(m lab.Module) bool { return m.Version == "0.2.0" && m.State == lab.StateReady })
	took := time.Since(built)
	t.Logf("hot reload took %s", took)
	if took > 5*time.Second { // a second, on a machine that does nothing else
		t.Errorf("hot reload took %s", took)
	}
}

func refusedByRule(t *testing.T, a author, name string) {
	a.replace(t, name, "return sdk.Plan{}, cfg", `return sdk.Plan{Charts: []sdk.Chart{{Name: "x", Release: name, Namespace: "kube-system"}}}, cfg`)
	m := a.await(t, name, func(m lab.Module) bool { return m.State == lab.StateFailed })
	if !strings.Contains(m.Problem, `in namespace "kube-system"; a module may use only the namespaces `+name) {
		t.Errorf("the problem is %q", m.Problem)
	}
	a.replace(t, name, `return sdk.Plan{Charts: []sdk.Chart{{Name: "x", Release: name, Namespace: "kube-system"}}}, cfg`, "return sdk.Plan{}, cfg")
	a.await(t, name, func(m lab.Module) bool { return m.State == lab.StateReady })
}

// pinned adds the module as it is to stay; another file under its name is not taken.
func pinned(t *testing.T, a author, name string) {
	out := a.must(t, "module", "add", filepath.Join(a.there, name, name))
	if !strings.Contains(out, "Pinned: sha256 ") {
		t.Errorf("labbox module add says %s", out)
	}
	m := a.await(t, name, func(m lab.Module) bool { return m.State == lab.StateReady && !m.Dev })
	if m.MemoryLimit != 256<<20 || m.CPULimit != 0.5 || m.Protocol != 2 {
		t.Errorf("the module is %+v", m)
	}
}

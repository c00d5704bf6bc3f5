package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"

	"github.com/labbox/labbox/internal/lab"
	"github.com/labbox/labbox/internal/modhost"
	"github.com/labbox/labbox/plugins/sdk"
)

// TestMain lets the test program be a module by others, whose name is its argument.
func TestMain(m *testing.M) {
	if os.Getenv("LABBOX_MODULE") != "" && len(os.Args) == 2 {
		sdk.Serve(&testModule{name: os.Args[1]})
		return
	}
	os.Exit(m.Run())
}

// testModule is a module of that name; "greedy" wants what is not its own, and three
// others have a step of the capstone.
type testModule struct {
	name  string
	asked atomic.Int64
}

func (m *testModule) Describe(context.Context) (sdk.Info, error) {
	both := sdk.Text{DE: "Test", EN: "Test"}
	info := sdk.Info{Name: m.name, Version: "1.2.3", Title: both, Description: both}
	if m.name == "passing" || m.name == "broken" || m.name == "zealous" {
		info.Capstone = []sdk.CapstoneStep{{Step: "first", Title: both}}
	}
	return info, nil
}

func (m *testModule) Plan(_ context.Context, cfg sdk.Config) (sdk.Plan, error) {
	return sdk.Plan{}, cfg.RefuseUnknown(m.name)
}

func (m *testModule) Check(context.Context, sdk.Target) (sdk.Health, error) {
	return sdk.Health{Message: "nothing to see"}, nil
}

func (m *testModule) Verify(_ context.Context, _ sdk.Target, step sdk.StepID) (sdk.Verdict, error) {
	if step != "first" {
		return sdk.Verdict{}, sdk.UnknownStep(m.name, step)
	}
	asked := m.asked.Add(1)
	if m.name == "broken" {
		return sdk.Verdict{}, errors.New("no idea")
	}
	return sdk.Verdict{Passed: m.name == "passing" || asked > 1, Seen: "x", Expected: "y", Evidence: sdk.Values{"asked": asked}}, nil
}

func (m *testModule) Content(context.Context) (fs.FS, error) {
	if m.name != "greedy" {
		return fstest.MapFS{}, nil
	}
	return fstest.MapFS{"lessons/first/lesson.yaml": {Data: []byte("id: first\nnamespaces: [kube-system]\n")}}, nil
}

// mustScript makes a program that is the module called name.
func mustScript(t *testing.T, name string) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "program")
	if err := os.WriteFile(path, []byte(fmt.Sprintf("#!/bin/sh\nexec %s %s\n", self, name)), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestAddAndRemoveModule(t *testing.T) {
	t.Parallel()
	cfg := DefaultConfig()
	cfg.DataDir = filepath.Join(t.TempDir(), "data")
	dir := Paths{cfg.DataDir}.Modules()
	program := mustScript(t, "hello")
	added, err := AddModule(t.Context(), cfg, program, false)
	if err != nil || added.Name != "hello" || added.Version != "1.2.3" || len(added.SHA256) != 64 || added.Module != nil {
		t.Fatalf("AddModule returns %+v, %v", added, err)
	}
	pins, err := modhost.ReadPins(dir)
	if err != nil || pins["hello"] != (modhost.Pin{File: "hello", SHA256: added.SHA256}) {
		t.Errorf("the pins are %v, %v", pins, err)
	}
	want, _ := os.ReadFile(program)
	if got, err := os.ReadFile(filepath.Join(dir, "hello")); err != nil || string(got) != string(want) {
		t.Errorf("the copy is %q, %v", got, err)
	}
	added, err = AddModule(t.Context(), cfg, program, true)
	if err != nil || !added.Dev || added.SHA256 != "" {
		t.Errorf("with dev AddModule returns %+v, %v", added, err)
	}
	if pins, _ = modhost.ReadPins(dir); pins["hello"] != (modhost.Pin{File: program, Dev: true}) {
		t.Errorf("with dev the pins are %v", pins)
	}
	if err := RemoveModule(t.Context(), cfg, "hello"); err != nil {
		t.Fatal(err)
	}
	if pins, err = modhost.ReadPins(dir); err != nil || len(pins) != 0 {
		t.Errorf("after RemoveModule the pins are %v, %v", pins, err)
	}
	if err := RemoveModule(t.Context(), cfg, "hello"); lab.AsError(err).Code != lab.CodeNotFound {
		t.Errorf("a second RemoveModule returns %v", err)
	}
}

func TestAddModuleRefuses(t *testing.T) {
	t.Parallel()
	open := mustScript(t, "hello")
	if err := os.Chmod(open, 0o777); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		file string
		dev  bool
		want string
	}{
		"a built-in name":         {mustScript(t, "gitops"), false, "the name gitops is the lab's own"},
		"the capstone's name":     {mustScript(t, "capstone"), false, "the name capstone is the lab's own"},
		"a name that is none":     {mustScript(t, "Hello"), false, "not lower-case letters"},
		"a file that is no file":  {filepath.Join(t.TempDir(), "nothing"), false, "open module"},
		"dev that all may change": {open, true, "may be written by others"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := DefaultConfig()
			cfg.DataDir = filepath.Join(t.TempDir(), "data")
			_, err := AddModule(t.Context(), cfg, c.file, c.dev)
			if e := lab.AsError(err); err == nil || e.Code != lab.CodeModule || e.Hint == "" || !strings.Contains(e.Message, c.want) {
				t.Errorf("AddModule returns %v, want %q", err, c.want)
			}
			if _, err := os.Stat(cfg.DataDir); err == nil {
				t.Error("the data directory has been made")
			}
		})
	}
}

func TestTestModule(t *testing.T) {
	t.Parallel()
	for name, failing := range map[string]string{"hello": "", "greedy": "lessons are in order"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			seen := 0
			report, err := TestModule(t.Context(), ModuleTest{File: mustScript(t, name)}, func(ModuleCheck) { seen++ })
			if err != nil || report.Name != name || seen != len(report.Checks) || seen < 20 {
				t.Fatalf("TestModule returns %+v, %v after %d clauses", report, err, seen)
			}
			for _, c := range report.Checks {
				if c.Passed == (c.Name == failing) {
					t.Errorf("clause %q: passed is %v: %s", c.Name, c.Passed, c.Message)
				}
			}
			if report.Passed != (failing == "") {
				t.Errorf("passed is %v", report.Passed)
			}
		})
	}
}

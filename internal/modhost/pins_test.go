package modhost

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/labbox/labbox/internal/lab"
)

// mustPin makes a directory with foreign modules: shell scripts that run the test
// binary as the named fakes.
func mustPin(t *testing.T, names ...string) string {
	t.Helper()
	dir := t.TempDir()
	pins := map[string]Pin{}
	for _, name := range names {
		script := fmt.Sprintf("#!/bin/sh\nexec %s module-serve %s %s\n", mustSelf(t), name, dir)
		mustWrite(t, filepath.Join(dir, name), script)
		sum := sha256.Sum256([]byte(script))
		pins[name] = Pin{File: name, SHA256: hex.EncodeToString(sum[:])}
	}
	data, err := json.Marshal(map[string]any{"modules": pins})
	if err != nil {
		t.Fatal(err)
	}
	mustWrite(t, filepath.Join(dir, PinFile), string(data))
	return dir
}

func mustWrite(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
}

func TestForeignModuleTakesTheSameWay(t *testing.T) {
	t.Parallel()
	o := fakeOptions(t, newRecorder(), "good")
	o.Dir = mustPin(t, "needy")
	h := mustStart(t, o)
	s := h.List()[1]
	if s.Name != "needy" || s.Builtin || s.State != lab.StateReady {
		t.Fatalf("the foreign module is %+v", s)
	}
	plans, err := h.Plan(t.Context(), nil)
	if err != nil || len(plans) != 2 || plans[1].Module != "needy" {
		t.Errorf("plans are %v, %v", plans, err)
	}
}

func TestChangedFileIsRefused(t *testing.T) {
	t.Parallel()
	r := newRecorder()
	o := fakeOptions(t, r, "good")
	o.Dir = mustPin(t, "tidy")
	marker := filepath.Join(t.TempDir(), "ran")
	mustWrite(t, filepath.Join(o.Dir, "tidy"), "#!/bin/sh\ntouch "+marker+"\n")
	h := mustStart(t, o)
	s := h.List()[1]
	if s.State != lab.StateFailed || !strings.Contains(s.Error, "was pinned: it is not started") {
		t.Errorf("the changed module is %+v", s)
	}
	e := r.mustSee(t, "tidy", lab.StateFailed, 1)
	if e.Error.Code != lab.CodeModule || !strings.Contains(e.Error.Hint, "add the module again") {
		t.Errorf("the event is %+v", e.Error)
	}
	if _, err := os.Stat(marker); err == nil {
		t.Error("the changed file was run")
	}
	if s := h.List()[0]; s.State != lab.StateReady {
		t.Errorf("the built-in module suffers from it: %+v", s)
	}
}

func TestForeignModulesThatMisbehaveAreLeftOut(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"dying", "old", "planless", "wild", "lonely"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := fakeOptions(t, newRecorder(), "good")
			o.Dir = mustPin(t, name)
			plans, err := mustStart(t, o).Plan(t.Context(), nil)
			if err != nil || len(plans) != 1 || plans[0].Module != "good" {
				t.Errorf("plans are %v, %v; only good's should be there", plans, err)
			}
		})
	}
}

func TestBadPinFiles(t *testing.T) {
	t.Parallel()
	digest := strings.Repeat("a", 64)
	for name, c := range map[string]struct{ text, want string }{
		"no JSON":         {"{", "unexpected end"},
		"bad name":        {`{"modules":{"../x":{"file":"x","sha256":"` + digest + `"}}}`, "no name for a module"},
		"file elsewhere":  {`{"modules":{"x":{"file":"../x","sha256":"` + digest + `"}}}`, "not a file of that directory"},
		"no digest":       {`{"modules":{"x":{"file":"x"}}}`, "no sha256"},
		"name of another": {`{"modules":{"good":{"file":"x","sha256":"` + digest + `"}}}`, "is built in"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := fakeOptions(t, newRecorder(), "good")
			o.Dir = t.TempDir()
			mustWrite(t, filepath.Join(o.Dir, PinFile), c.text)
			err := New(o).Start(t.Context())
			if err == nil || lab.AsError(err).Code != lab.CodeConfig || !strings.Contains(err.Error(), c.want) {
				t.Errorf("Start returns %v, not a config error that says %q", err, c.want)
			}
		})
	}
}

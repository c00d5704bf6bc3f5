package capstone

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
)

// The guided steps and the automatic capstone stand side by side: whatever order they
// are done in, and whichever is reset, none takes away what the other has made.
func TestStepsHaveNamesOfTheirOwn(t *testing.T) {
	t.Parallel()
	taken := append([]string{rootApp, functionName, modelName, modelSpace, mlSpace}, childApps()...)
	files := Lessons()
	declared := 0
	err := fs.WalkDir(files, "shared", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".yaml") {
			return err
		}
		text, err := fs.ReadFile(files, path)
		if err != nil {
			return err
		}
		for line := range strings.Lines(string(text)) {
			for _, key := range []string{"  name: ", "    namespace: ", "modelName: "} {
				name, found := strings.CutPrefix(strings.TrimRight(line, "\n"), key)
				if !found || name == "argocd" || strings.HasPrefix(path, "shared/platform/model-server/templates") {
					continue
				}
				declared++
				if slices.Contains(taken, name) {
					t.Errorf("%s declares %q, which is the automatic capstone's", path, name)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if declared < 8 {
		t.Errorf("only %d names were found; are they still written as this test reads them?", declared)
	}
}

func TestStepsAreTen(t *testing.T) {
	t.Parallel()
	folders, err := fs.Glob(Lessons(), "*/lesson.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for i, path := range folders {
		if want := fmt.Sprintf("%02d-", i+1); !strings.HasPrefix(path, want) {
			t.Errorf("step %d is %s", i+1, path)
		}
	}
	if len(folders) != 10 {
		t.Errorf("there are %d steps", len(folders))
	}
}

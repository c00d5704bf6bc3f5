package sustainability

import (
	"io/fs"
	"testing"
)

// TestLessons: what the module brings is what its folder has; the engine's own tests
// read every lesson as a whole.
func TestLessons(t *testing.T) {
	t.Parallel()
	found, err := fs.Glob(Lessons(), "*/lesson.yaml")
	if err != nil || len(found) < 6 {
		t.Fatalf("%d lessons (%v), want 6 at least: %v", len(found), err, found)
	}
	for _, name := range found {
		for _, beside := range []string{"de.md", "en.md", "start.sh", "solve", "sabotage", "mistakes"} {
			if _, err := fs.Stat(Lessons(), name[:len(name)-len("lesson.yaml")]+beside); err != nil {
				t.Errorf("%s has no %s: %v", name, beside, err)
			}
		}
	}
}

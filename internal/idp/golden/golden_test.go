package golden

import (
	"strings"
	"testing"

	"github.com/labbox/labbox/internal/idp/entity"
)

// TestEntitiesAreValid: what the lab begins with is what the catalog takes.
func TestEntitiesAreValid(t *testing.T) {
	t.Parallel()
	files, err := Files()
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for _, f := range files {
		if !strings.HasSuffix(f.Path, ".yaml") || strings.Contains(f.Path, "/skeleton/") {
			continue
		}
		all, err := entity.Parse(f.Data)
		if err != nil {
			t.Errorf("%s: %v", f.Path, err)
		}
		for _, e := range all {
			checked++
			if bad := entity.Validate(e); len(bad) > 0 {
				t.Errorf("%s: %s: %v", f.Path, e.Ref(), bad)
			}
		}
	}
	if checked < 8 {
		t.Errorf("only %d entities were found", checked)
	}
}

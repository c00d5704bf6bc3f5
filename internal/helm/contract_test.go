package helm

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/labbox/labbox/internal/lab"
	"github.com/labbox/labbox/internal/labtest"
)

func TestContract(t *testing.T) {
	t.Parallel()
	for name, installer := range map[string]lab.Installer{
		"fake": &labtest.Installer{},
		"helm": (&fakeCluster{}).installer(),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testContract(t, installer)
		})
	}
}

// testContract is what every lab.Installer does. It needs a cluster without
// releases of these names and leaves none.
func testContract(t *testing.T, i lab.Installer) {
	chart := lab.Chart{Release: "contract", Namespace: "contract", FS: mustChart(t, "contract", configMap), Timeout: time.Minute}
	other := chart
	other.Release = "another"

	for _, step := range []struct {
		name     string
		values   map[string]any
		revision int
	}{
		{"first", map[string]any{"greeting": "a", "count": 3}, 1},
		{"same again", map[string]any{"greeting": "a", "count": 3}, 1},
		{"other values", map[string]any{"greeting": "b", "count": 3}, 2},
	} {
		c := chart
		c.Values = step.values
		if r := mustInstall(t, i, c); r.Revision != step.revision || r.Status != "deployed" || r.Name != "contract" || r.Namespace != "contract" || r.Chart != "contract" {
			t.Fatalf("%s: %+v, want revision %d", step.name, r, step.revision)
		}
	}

	mustInstall(t, i, other)
	if got := mustReleases(t, i, "contract"); len(got) != 2 || got[0].Name != "another" || got[1].Name != "contract" || got[1].Revision != 2 {
		t.Errorf("releases: %+v", got)
	}

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	cancelled := chart
	cancelled.Release = "cancelled"
	if _, err := i.Install(ctx, cancelled); !errors.Is(err, context.Canceled) {
		t.Errorf("install with an ended context: %v", err)
	}

	for _, name := range []string{"contract", "another", "cancelled", "never-installed"} {
		if err := i.Uninstall(t.Context(), "contract", name); err != nil {
			t.Errorf("uninstall %s: %v", name, err)
		}
	}
	if got := mustReleases(t, i, "contract"); len(got) != 0 {
		t.Errorf("left over: %+v", got)
	}
}

// mustReleases returns the releases of one namespace: a real cluster has others.
func mustReleases(t *testing.T, i lab.Installer, namespace string) []lab.Release {
	t.Helper()
	all, err := i.Releases(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var mine []lab.Release
	for _, r := range all {
		if r.Namespace == namespace {
			mine = append(mine, r)
		}
	}
	return mine
}

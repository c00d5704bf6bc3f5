package app

import (
	"slices"
	"testing"

	"github.com/labbox/labbox/plugins/sdk"
)

// The workbench waits for the gateway's login where there is a gateway, and does not
// miss it where there is none.
func TestNeedsOf(t *testing.T) {
	t.Parallel()
	chart := func(name string, needs ...string) plannedChart {
		return plannedChart{Chart: sdk.Chart{Name: name, Release: name, Needs: needs}}
	}
	bench := chart("workbench", "git")
	for name, c := range map[string]struct {
		chart plannedChart
		all   []plannedChart
		want  []string
	}{
		"with a gateway":    {bench, []plannedChart{bench, chart("git"), chart("gateway")}, []string{"git", "gateway"}},
		"without a gateway": {bench, []plannedChart{bench, chart("git")}, []string{"git"}},
		"another chart":     {chart("energy", "prometheus"), []plannedChart{chart("gateway")}, []string{"prometheus"}},
	} {
		if got := needsOf(c.chart, c.all); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
	if len(bench.Needs) != 1 {
		t.Errorf("the plan itself was changed: %v", bench.Needs)
	}
}

func TestApplet(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{}, {"labbox", "kubectl"}, {"/usr/local/bin/labbox"}, {"kubectl-plugin"}} {
		if code, handled := Applet(args); handled || code != 0 {
			t.Errorf("%q: %d %t, want it to be labbox", args, code, handled)
		}
	}
}

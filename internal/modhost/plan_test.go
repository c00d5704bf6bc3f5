package modhost

import (
	"slices"
	"strings"
	"testing"

	"github.com/labbox/labbox/plugins/sdk"
)

func chart(release string, needs ...string) sdk.Chart {
	return sdk.Chart{Name: release, Release: release, Namespace: "ns", Needs: needs}
}

func TestCharts(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		plans []NamedPlan
		want  string // releases in order
		fault string
	}{
		"none":           {},
		"needs first":    {plans: []NamedPlan{{"m", sdk.Plan{Charts: []sdk.Chart{chart("argocd", "git"), chart("git")}}}}, want: "git argocd"},
		"across modules": {plans: []NamedPlan{{"a", sdk.Plan{Charts: []sdk.Chart{chart("x", "y")}}}, {"b", sdk.Plan{Charts: []sdk.Chart{chart("y")}}}}, want: "y x"},
		"order is kept":  {plans: []NamedPlan{{"m", sdk.Plan{Charts: []sdk.Chart{chart("c"), chart("a"), chart("b")}}}}, want: "c a b"},
		"circle":         {plans: []NamedPlan{{"m", sdk.Plan{Charts: []sdk.Chart{chart("a", "b"), chart("b", "a")}}}}, fault: "circle: a -> b -> a"},
		"nobody plans it": {plans: []NamedPlan{{"m", sdk.Plan{Charts: []sdk.Chart{chart("a", "z")}}}},
			fault: "release a needs z, which is not there"},
		"twice": {plans: []NamedPlan{{"m", sdk.Plan{Charts: []sdk.Chart{chart("a")}}}, {"n", sdk.Plan{Charts: []sdk.Chart{chart("a")}}}},
			fault: "planned by module m and by module n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			charts, err := Charts(c.plans)
			if c.fault != "" {
				if err == nil || !strings.Contains(err.Error(), c.fault) {
					t.Errorf("Charts returns %v, not an error that says %q", err, c.fault)
				}
				return
			}
			var got []string
			for _, ch := range charts {
				got = append(got, ch.Release)
			}
			if err != nil || !slices.Equal(got, strings.Fields(c.want)) {
				t.Errorf("order is %v, %v, not %s", got, err, c.want)
			}
		})
	}
}

func TestForwardsThatCollide(t *testing.T) {
	t.Parallel()
	plan := func(module, name string, port int) NamedPlan {
		return NamedPlan{module, sdk.Plan{Forwards: []sdk.Forward{{Name: name, HostPort: port}}}}
	}
	for name, c := range map[string]struct {
		plans []NamedPlan
		fault string
	}{
		"apart":     {plans: []NamedPlan{plan("a", "x", 1), plan("b", "y", 2)}},
		"same name": {plans: []NamedPlan{plan("a", "x", 1), plan("b", "x", 2)}, fault: "forward x is planned by module a and by module b"},
		"same port": {plans: []NamedPlan{plan("a", "x", 1), plan("b", "y", 1)}, fault: "port 1 is planned for both x and y"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := Forwards(c.plans)
			if c.fault == "" && (err != nil || len(got) != 2) {
				t.Errorf("Forwards returns %v, %v", got, err)
			}
			if c.fault != "" && (err == nil || !strings.Contains(err.Error(), c.fault)) {
				t.Errorf("Forwards returns %v, not an error that says %q", err, c.fault)
			}
		})
	}
}

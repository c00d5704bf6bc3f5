package web

import (
	"net/http"
	"os"
	"testing"
)

func TestGather(t *testing.T) {
	t.Parallel()
	one := 1.0
	got := gather(map[string]map[string]float64{
		askMethod: {"ccf": 1}, askRate: {"a.n": 2}, askCalls: {"a.n": 10, "b.n": 0}, askErrors: {"a.n": 1}, askP50: {"a.n": 0.5}, askP95: {"a.n": 1.5},
		askJoules: {"a.n": 5, "b.n": 5, "c.n": 5}, askColdStarts: {"a.n": 2, "b.n": 0}, askColdTime: {"a.n": 3, "b.n": 0},
	}, Series{Lines: []Line{{Name: "b.n", Values: []*float64{nil, &one}}}})
	a := got.of["a.n"]
	if got.Method != "ccf" || a.CallsPerSecond != 2 || a.Calls != 10 || a.Errors != 1 || *a.P50 != 0.5 || *a.P95 != 1.5 ||
		*a.JoulesPerCall != 0.5 || a.ColdStarts != 2 || *a.ColdStartSeconds != 1.5 {
		t.Errorf("%+v", a)
	}
	if sum := got.together("a"); sum.Calls != 10 || *sum.P95 != 1.5 || sum.EnergyMethod != "ccf" {
		t.Errorf("together %+v", sum)
	}
	if none := got.together(""); none.Calls != 0 || none.P50 != nil {
		t.Errorf("together, of no name: %+v", none)
	}
	if b := got.of["b.n"]; b.JoulesPerCall != nil || b.ColdStartSeconds != nil || len(b.Replicas) != 2 {
		t.Errorf("without calls: %+v", b)
	}
}

func TestSpark(t *testing.T) {
	t.Parallel()
	zero, one, four := 0.0, 1.0, 4.0
	for _, c := range []struct {
		values []*float64
		want   string
	}{
		{nil, ""}, {[]*float64{nil}, ""}, {[]*float64{&one}, "M0.0 2.0"},
		{[]*float64{&zero, &four, nil, &one}, "M0.0 22.0H40.0V2.0M120.0 17.0"},
	} {
		if got := spark(c.values); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

// TestBoxQueries asks the Prometheus of a lab that runs everything that the pages of
// functions ask; it must understand every word.
func TestBoxQueries(t *testing.T) {
	url := os.Getenv("LABBOX_LIVE_PROMETHEUS")
	if testing.Short() || url == "" {
		t.Skip("set LABBOX_LIVE_PROMETHEUS to the address of a lab's Prometheus")
	}
	p := newPrometheus(http.DefaultClient, url)
	for name, query := range figureQueries() {
		label := map[bool]string{true: "method", false: "function_name"}[name == askMethod]
		values, err := p.values(t.Context(), query, label)
		if err != nil {
			t.Errorf("%s: %v\n%s", name, err, query)
		}
		t.Log(name, values)
	}
	for _, plot := range append(functionPlots(FunctionID{"openfaas-fn", "classify"}), replicasPlot()) {
		series, err := p.series(t.Context(), plot)
		if err != nil {
			t.Errorf("%s: %v\n%s", plot.ID, err, plot.Query)
		}
		for _, line := range series.Lines {
			t.Log(plot.ID, line.Name)
		}
	}
}

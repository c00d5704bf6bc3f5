package web

import (
	"math"
	"regexp"
	"strings"
	"testing"
)

// TestPodsAreTakenTogether: what Kubernetes adds to a name goes, and nothing else.
func TestPodsAreTakenTogether(t *testing.T) {
	t.Parallel()
	query := byComponent("x")
	_, pattern, found := strings.Cut(query, `"$1", "id", "`)
	if !found {
		t.Fatal(query)
	}
	pattern, _, _ = strings.Cut(pattern, `"))`)
	compiled := regexp.MustCompile("^(?s:" + pattern + ")$") // as Prometheus does
	for pod, want := range map[string]string{
		"mlops/mlflow-7cfd8b9bb5-6tsz5":             "mlops/mlflow",
		"argocd/argocd-application-controller-0":    "argocd/argocd-application-controller",
		"argocd/argocd-repo-server-6d8f9c7b5-x2x4z": "argocd/argocd-repo-server",
		"openfaas-fn/classify-5b9d7f6c8d-9qk2z":     "openfaas-fn/classify",
		"kube-system/node-agent-9qk2z":              "kube-system/node-agent",
		"mlops/train-x7k2p":                         "mlops/train",
		"git/git-server":                            "git/git-server",
		"workbench/workbench-0":                     "workbench/workbench",
		"a/b":                                       "a/b",
	} {
		match := compiled.FindStringSubmatch(pod)
		if match == nil || match[1] != want {
			t.Errorf("%s becomes %v, want %s", pod, match, want)
		}
	}
}

func TestEnergyOfManyPods(t *testing.T) {
	t.Parallel()
	answers := map[string]map[string]float64{
		"method": {"rapl": 1}, "intensity": {"DE": 360}, "year": {"2024": 360}, "node": {"": 10}, "hour": {"node_hour": 2},
		"watts": {}, "joules": {}, "memory": {"ns/p00": 0.5},
	}
	for i := range 20 {
		name := "ns/p" + string(rune('0'+i/10)) + string(rune('0'+i%10))
		answers["joules"][name], answers["watts"][name] = float64(100*(20-i)), float64(20-i)
	}
	e := gatherEnergy(answers)
	if e.Method != "rapl" || e.Zone != "DE" || e.Year != "2024" || e.Grams != 360 || e.NodeWatts != 10 || e.HourGrams != 2 || len(e.Components) != 20 {
		t.Fatalf("%+v", e)
	}
	if got := e.grams(3.6e6); math.Abs(got-360) > 1e-9 {
		t.Errorf("a kilowatt hour is %v g", got)
	}
	rows := energyRows(e, map[string]string{"ns": "mlops"})
	last := rows[len(rows)-1]
	if len(rows) != mostConsumers+1 || rows[0].Name != "p00" || rows[0].Trend != "mlops" || last.Others != 8 || last.Joules != 3600 {
		t.Errorf("%d rows, first %+v, last %+v", len(rows), rows[0], last)
	}
	if rows := energyRows(energyFigures{}, nil); len(rows) != 0 {
		t.Errorf("rows of nothing: %+v", rows)
	}
}

func TestCallsAndIdleness(t *testing.T) {
	t.Parallel()
	dear, cheap := 2.0, 0.5
	f := figures{of: map[string]Figures{
		"a.openfaas-fn": {Calls: 3, JoulesPerCall: &cheap}, "b.openfaas-fn": {Calls: 1, JoulesPerCall: &dear}, "c.openfaas-fn": {Calls: 4}, `x"}.bad`: {JoulesPerCall: &dear},
	}}
	e := energyFigures{Grams: 360, Functions: map[string]float64{"a.openfaas-fn": 0.1, "b.openfaas-fn": 0.2}}
	calls := callRows(e, f)
	if len(calls) != 2 || calls[0].Name != "b" || math.Abs(calls[0].Grams-2/3.6e6*360) > 1e-12 {
		t.Errorf("%+v", calls)
	}
	idle := idleRows(e, []Function{{FunctionID: FunctionID{"openfaas-fn", "a"}, Replicas: 1}, {FunctionID: FunctionID{"openfaas-fn", "b"}}})
	if idle[0].Name != "a" || idle[0].JoulesPerDay != 8640 || idle[1].Watts != 0 {
		t.Errorf("a function at zero is not at zero: %+v", idle)
	}
}

func TestEnergyPageSaysWhatItCannot(t *testing.T) {
	t.Parallel()
	d := mustLearn(t)
	body := d.page(t, "/energy")
	for _, want := range []string{"modelled (ccf)", "grid DE, 2024", "not for billing", "3 others", "scaling to zero", "120 mW", "30 s without a call"} {
		if !strings.Contains(body, want) {
			t.Errorf("the energy page lacks %q", want)
		}
	}
	d.last = nil
	if body := d.page(t, "/energy"); !strings.Contains(body, "The capstone measures it") || strings.Contains(body, "120 mW") {
		t.Error("without a run of the capstone a saving is claimed")
	}
}

func TestFlowRates(t *testing.T) {
	t.Parallel()
	d := mustLearn(t)
	rates := d.server.prometheus.flowRates(t.Context())
	if r := rates["ask"]; r.PerSecond != 18.24 || r.Unit != "calls" {
		t.Errorf("%+v", rates)
	}
	drawn := flows(nil, rates)
	edges := map[string]bool{}
	for _, e := range drawn[0].Edges {
		edges[e.ID] = true
	}
	for id := range rates {
		if !edges[id] {
			t.Errorf("the rate %s has no edge", id)
		}
	}
	bare := mustServer(t, nil)
	if rates := bare.prometheus.flowRates(t.Context()); len(rates) != 0 {
		t.Errorf("without Prometheus something moves: %v", rates)
	}
}

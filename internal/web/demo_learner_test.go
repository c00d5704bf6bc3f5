package web

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/labbox/labbox/internal/lab"
)

// demoMemory is a Memory that forgets at the end of the test.
type demoMemory struct {
	mu          sync.Mutex
	notes       []lab.Note
	preferences map[string]string
	err         error
}

func newDemoMemory() *demoMemory {
	return &demoMemory{preferences: map[string]string{}, notes: []lab.Note{
		{Subject: "appeal", Text: "GitOps. <b>no</b>", Changed: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)},
	}}
}

func (m *demoMemory) Reflections(context.Context) ([]lab.Note, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.notes), m.err
}

func (m *demoMemory) SetReflection(_ context.Context, question, text string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.notes = slices.DeleteFunc(m.notes, func(n lab.Note) bool { return n.Subject == question })
	m.notes = append(m.notes, lab.Note{Subject: question, Text: text, Changed: time.Now()})
	return m.err
}

func (m *demoMemory) Preferences(context.Context) (map[string]string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return maps.Clone(m.preferences), m.err
}

func (m *demoMemory) SetPreference(_ context.Context, name, value string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.preferences[name] = value
	return m.err
}

func demoObjectEvents(_ context.Context, namespace, name string) ([]lab.ObjectEvent, error) {
	if name == "mlflow" {
		return nil, lab.Errorf(lab.CodeNotReady, "wait a moment", "the API server does not answer")
	}
	at := time.Date(2026, 3, 1, 12, 4, 7, 0, time.UTC)
	return []lab.ObjectEvent{
		{Time: at, Warning: true, Reason: "Unhealthy", Message: "Readiness probe failed: <b>no</b> connection to " + namespace, Object: "Pod/" + name + "-7d9c8b6f5-x2x4z", Count: 3},
		{Time: at.Add(-time.Minute), Reason: "Started", Message: "Started container " + name, Object: "Pod/" + name + "-7d9c8b6f5-x2x4z", Count: 1},
		{Time: at.Add(-time.Minute), Reason: "Scheduled", Message: "Successfully assigned to labbox", Object: "Pod/" + name + "-7d9c8b6f5-x2x4z", Count: 1},
	}, nil
}

// fakeEnergy answers the questions of energyQuestions and flowQueries; it is false for
// others.
func fakeEnergy(w http.ResponseWriter, query string) bool {
	components := []string{"mlops/mlflow", "digits/model-server", "argocd/argocd-application-controller", "monitoring/prometheus", "openfaas-fn/classify",
		"openfaas/gateway", "argocd/argocd-server", "git/git", "kube-system/coredns", "monitoring/energy-exporter", "openfaas-fn/env",
		"argocd/argocd-repo-server", "argocd/argocd-redis", "kube-system/metrics-server", "openfaas-fn/resize"}
	values, label := map[string]float64{}, ""
	fill := func(scale float64) {
		for i, name := range components {
			values[name] = scale / float64(1+i)
		}
	}
	for _, q := range energyQuestions() {
		if q.query != query || q.name == "method" || q.name == "year" {
			continue
		}
		label = q.label
		switch q.name {
		case "intensity":
			values["DE"] = 344
		case "node":
			values[""] = 8.42
		case "active":
			values[""] = 2.31
		case "hour":
			values["node_hour"] = 3.17
		case "watts":
			fill(0.61)
		case "reserved":
			fill(0.08)
		case "memory":
			fill(0.05)
		case "joules":
			fill(412)
		case "functions":
			values["classify.openfaas-fn"], values["env.openfaas-fn"], values["resize.openfaas-fn"] = 0.214, 0.0031, 0.118
		}
	}
	for _, q := range flowQueries() {
		if q.query == query {
			values[""] = map[string]float64{"sync": 0.33, "rollout": 0.8, "ask": 18.24, "scrape": 4.4, "joules-model": 0.42, "joules-train": 0}[q.edge]
		}
	}
	if len(values) == 0 {
		return false
	}
	result := []map[string]any{}
	for name, value := range values {
		metric := map[string]string{}
		if label != "" {
			metric[label], metric["year"] = name, "2024"
		}
		result = append(result, map[string]any{"metric": metric, "value": [2]any{1_700_000_000, fmt.Sprint(value)}})
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"status": "success", "data": map[string]any{"resultType": "vector", "result": result}})
	return true
}

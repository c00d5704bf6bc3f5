package capstone

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
)

// fakeMLflow holds runs of one experiment and one registered model.
type fakeMLflow struct {
	ml       sync.Mutex
	runs     []*run
	champ    *modelVersion
	accuracy float64 // of the next training; 0.98 when 0
	examples int     // held-out digits; 200 when 0
}

// work does what the program of a Job would do.
func (m *fakeMLflow) work(name string, env map[string]string) {
	m.ml.Lock()
	defer m.ml.Unlock()
	switch name {
	case "digits-train":
		r := &run{}
		r.Info.RunID, r.Info.Status = fmt.Sprintf("r%d", len(m.runs)+1), "FINISHED"
		r.Data.Tags = []keyValue{{"labbox.inputs", env["INPUTS"]}, {"labbox.evaluation", "pending"}, {"labbox.dataset", "abc"}, {"labbox.pod", "digits-train-x"}}
		r.Data.Metrics = []keyNumber{{"cpu_seconds", 3}}
		m.runs = append(m.runs, r)
	case "digits-evaluate":
		r := m.find(env["RUN_ID"])
		accuracy, verdict := m.accuracy, "passed"
		if accuracy == 0 {
			accuracy = 0.98
		}
		if accuracy < gate {
			verdict = "failed"
		}
		r.Data.Tags[1].Value = verdict
		r.Data.Metrics = append(r.Data.Metrics, keyNumber{"accuracy", accuracy}, keyNumber{"heldout_samples", 200})
	case "digits-register":
		m.champ = &modelVersion{Version: strings.TrimPrefix(env["RUN_ID"], "r"), RunID: env["RUN_ID"]}
	}
}

func (m *fakeMLflow) find(id string) *run {
	for _, r := range m.runs {
		if r.Info.RunID == id {
			return r
		}
	}
	return nil
}

func (m *fakeMLflow) routes(mux *http.ServeMux) {
	const base = "/api/2.0/mlflow"
	locked := func(f func(o http.ResponseWriter, r *http.Request)) http.HandlerFunc {
		return func(o http.ResponseWriter, r *http.Request) {
			m.ml.Lock()
			defer m.ml.Unlock()
			f(o, r)
		}
	}
	mux.HandleFunc("GET "+base+"/registered-models/alias", locked(func(o http.ResponseWriter, _ *http.Request) {
		if m.champ == nil {
			o.WriteHeader(http.StatusNotFound)
			reply(o, map[string]string{"error_code": "RESOURCE_DOES_NOT_EXIST"})
			return
		}
		reply(o, map[string]any{"model_version": m.champ})
	}))
	mux.HandleFunc("GET "+base+"/experiments/get-by-name", locked(func(o http.ResponseWriter, _ *http.Request) {
		if len(m.runs) == 0 {
			o.WriteHeader(http.StatusNotFound)
			reply(o, map[string]string{"error_code": "RESOURCE_DOES_NOT_EXIST"})
			return
		}
		reply(o, map[string]any{"experiment": map[string]string{"experiment_id": "1", "lifecycle_stage": "active"}})
	}))
	mux.HandleFunc("POST "+base+"/runs/search", locked(m.search))
	mux.HandleFunc("POST "+base+"/runs/log-batch", locked(m.logBatch))
	mux.HandleFunc("GET "+base+"/runs/get", locked(func(o http.ResponseWriter, r *http.Request) {
		reply(o, map[string]any{"run": m.find(r.URL.Query().Get("run_id"))})
	}))
	mux.HandleFunc("DELETE "+base+"/registered-models/delete", locked(func(o http.ResponseWriter, _ *http.Request) {
		m.champ = nil
		reply(o, map[string]any{})
	}))
	mux.HandleFunc("POST "+base+"/experiments/update", locked(func(o http.ResponseWriter, _ *http.Request) { reply(o, map[string]any{}) }))
	mux.HandleFunc("POST "+base+"/experiments/delete", locked(func(o http.ResponseWriter, _ *http.Request) {
		m.runs = nil
		reply(o, map[string]any{})
	}))
	mux.HandleFunc("GET /get-artifact", locked(func(o http.ResponseWriter, _ *http.Request) { reply(o, m.heldOut()) }))
}

func (m *fakeMLflow) search(o http.ResponseWriter, r *http.Request) {
	var query struct{ Filter string }
	_ = json.NewDecoder(r.Body).Decode(&query)
	found := []*run{}
	for _, candidate := range m.runs {
		if strings.Contains(query.Filter, candidate.tag("labbox.inputs")) {
			found = []*run{candidate}
		}
	}
	reply(o, map[string]any{"runs": found})
}

func (m *fakeMLflow) logBatch(_ http.ResponseWriter, r *http.Request) {
	var batch struct {
		RunID   string `json:"run_id"`
		Metrics []keyNumber
	}
	_ = json.NewDecoder(r.Body).Decode(&batch)
	found := m.find(batch.RunID)
	found.Data.Metrics = append(found.Data.Metrics, batch.Metrics...)
}

// heldOut returns digits whose first pixel tells the digit, for the fake function.
func (m *fakeMLflow) heldOut() map[string]any {
	n := m.examples
	if n == 0 {
		n = 200
	}
	list := []example{}
	for i := range n {
		pixels := make([]int, side*side)
		pixels[0] = i % 10
		list = append(list, example{Pixels: pixels, Digit: i % 10})
	}
	return map[string]any{"examples": list}
}

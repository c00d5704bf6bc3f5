package capstone

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
)

// mlflow speaks MLflow's REST API 2.0.
type mlflow struct{ api }

type keyValue struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

type keyNumber struct {
	Key   string  `json:"key"`
	Value float64 `json:"value"`
}

// run is a run of an experiment.
type run struct {
	Info struct {
		RunID     string `json:"run_id"`
		Status    string `json:"status"`
		StartTime int64  `json:"start_time"`
		EndTime   int64  `json:"end_time"`
	} `json:"info"`
	Data struct {
		Metrics []keyNumber `json:"metrics"`
		Params  []keyValue  `json:"params"`
		Tags    []keyValue  `json:"tags"`
	} `json:"data"`
}

func (r run) tag(name string) string { return find(r.Data.Tags, name) }

// metric returns a metric's last value; ok is false when it was never logged.
func (r run) metric(name string) (value float64, ok bool) {
	for _, m := range r.Data.Metrics {
		if m.Key == name {
			return m.Value, true
		}
	}
	return 0, false
}

func find(list []keyValue, name string) string {
	for _, t := range list {
		if t.Key == name {
			return t.Value
		}
	}
	return ""
}

// modelVersion is a version of a registered model.
type modelVersion struct {
	Version string     `json:"version"`
	RunID   string     `json:"run_id"`
	Status  string     `json:"status"`
	Aliases []string   `json:"aliases"`
	Tags    []keyValue `json:"tags"`
}

// champion returns the version the alias points to; nil when there is none.
func (m mlflow) champion(ctx context.Context) (*modelVersion, error) {
	q := url.Values{"name": {modelName}, "alias": {alias}}
	var answer struct {
		ModelVersion modelVersion `json:"model_version"`
	}
	err := m.call(ctx, http.MethodGet, "/api/2.0/mlflow/registered-models/alias?"+q.Encode(), nil, &answer)
	if absent(err) {
		return nil, nil
	}
	return &answer.ModelVersion, err
}

// absent says whether MLflow answered that there is no such thing: an unknown
// model is a 404, an unknown alias of a known model a 400.
func absent(err error) bool {
	var status *statusError
	if !errors.As(err, &status) {
		return false
	}
	var body struct {
		Code string `json:"error_code"`
	}
	_ = json.Unmarshal([]byte(status.body), &body)
	return status.status == http.StatusNotFound || body.Code == "RESOURCE_DOES_NOT_EXIST" ||
		(status.status == http.StatusBadRequest && body.Code == "INVALID_PARAMETER_VALUE")
}

// run returns one run.
func (m mlflow) run(ctx context.Context, id string) (run, error) {
	var answer struct {
		Run run `json:"run"`
	}
	err := m.call(ctx, http.MethodGet, "/api/2.0/mlflow/runs/get?run_id="+url.QueryEscape(id), nil, &answer)
	return answer.Run, err
}

// trained returns the newest finished run with these inputs; nil when there is none.
func (m mlflow) trained(ctx context.Context, inputs string) (*run, error) {
	id, err := m.experiment(ctx)
	if err != nil || id == "" {
		return nil, err
	}
	query := map[string]any{
		"experiment_ids": []string{id},
		"filter":         fmt.Sprintf("tags.`labbox.inputs` = '%s' and attributes.status = 'FINISHED'", inputs),
		"order_by":       []string{"attributes.start_time DESC"},
		"max_results":    1,
	}
	var answer struct {
		Runs []run `json:"runs"`
	}
	err = m.call(ctx, http.MethodPost, "/api/2.0/mlflow/runs/search", query, &answer)
	if err != nil || len(answer.Runs) == 0 {
		return nil, err
	}
	return &answer.Runs[0], nil
}

// experiment returns the id of the experiment; empty when there is none.
func (m mlflow) experiment(ctx context.Context) (string, error) {
	var answer struct {
		Experiment struct {
			ID    string `json:"experiment_id"`
			Stage string `json:"lifecycle_stage"`
		} `json:"experiment"`
	}
	err := m.call(ctx, http.MethodGet, "/api/2.0/mlflow/experiments/get-by-name?experiment_name="+modelName, nil, &answer)
	if absent(err) || answer.Experiment.Stage == "deleted" {
		return "", nil
	}
	return answer.Experiment.ID, err
}

// logMetrics adds metrics to a run.
func (m mlflow) logMetrics(ctx context.Context, runID string, at int64, metrics map[string]float64) error {
	list := []map[string]any{}
	for name, value := range metrics {
		list = append(list, map[string]any{"key": name, "value": value, "timestamp": at, "step": 0})
	}
	return m.call(ctx, http.MethodPost, "/api/2.0/mlflow/runs/log-batch", map[string]any{"run_id": runID, "metrics": list}, nil)
}

// example is one held-out digit.
type example struct {
	Pixels []int `json:"pixels"`
	Digit  int   `json:"digit"`
}

// heldOut returns the digits that training has never seen, as the evaluation left
// them with the run.
func (m mlflow) heldOut(ctx context.Context, runID string) ([]example, error) {
	q := url.Values{"path": {"heldout.json"}, "run_uuid": {runID}}
	var answer struct {
		Examples []example `json:"examples"`
	}
	if err := m.call(ctx, http.MethodGet, "/get-artifact?"+q.Encode(), nil, &answer); err != nil {
		return nil, err
	}
	for i, e := range answer.Examples {
		if len(e.Pixels) != side*side {
			return nil, fmt.Errorf("held-out digit %d has %d pixels, not %d", i, len(e.Pixels), side*side)
		}
	}
	return answer.Examples, nil
}

// forget deletes the registered model and the experiment with its runs; what does
// not exist is no error. MLflow keeps a deleted experiment's name taken, so it gets
// another one first.
func (m mlflow) forget(ctx context.Context, suffix string) error {
	err := m.call(ctx, http.MethodDelete, "/api/2.0/mlflow/registered-models/delete", map[string]string{"name": modelName}, nil)
	if err != nil && !absent(err) {
		return err
	}
	id, err := m.experiment(ctx)
	if err != nil || id == "" {
		return err
	}
	renamed := map[string]string{"experiment_id": id, "new_name": modelName + "-" + suffix}
	if err := m.call(ctx, http.MethodPost, "/api/2.0/mlflow/experiments/update", renamed, nil); err != nil {
		return err
	}
	return m.call(ctx, http.MethodPost, "/api/2.0/mlflow/experiments/delete", map[string]string{"experiment_id": id}, nil)
}

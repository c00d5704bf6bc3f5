package capstone

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// gateway speaks the function gateway's REST API.
type gateway struct {
	pace
	api
}

// deployment is what the gateway is asked to run.
type deployment struct {
	Service     string            `json:"service"`
	Namespace   string            `json:"namespace"`
	Image       string            `json:"image"`
	Annotations map[string]string `json:"annotations,omitempty"`
	EnvVars     map[string]string `json:"envVars,omitempty"`
	Labels      map[string]string `json:"labels,omitempty"`
	Requests    map[string]string `json:"requests,omitempty"`
	Limits      map[string]string `json:"limits,omitempty"`
	ReadOnly    bool              `json:"readOnlyRootFilesystem"`
}

// function is the gateway's view of a function.
type function struct {
	Name      string `json:"name"`
	Image     string `json:"image"`
	Replicas  int    `json:"replicas"`
	Available int    `json:"availableReplicas"`
	Calls     int    `json:"invocationCount"`
}

// deploy updates the function, or creates it where it does not exist.
func (g gateway) deploy(ctx context.Context, d deployment) (created bool, err error) {
	err = g.call(ctx, http.MethodPut, "/system/functions", d, nil)
	if status := (*statusError)(nil); errors.As(err, &status) && status.status == http.StatusNotFound {
		return true, g.call(ctx, http.MethodPost, "/system/functions", d, nil)
	}
	return false, err
}

func (g gateway) status(ctx context.Context, name string) (function, error) {
	var f function
	err := g.call(ctx, http.MethodGet, "/system/function/"+name+"?namespace="+funcSpace, nil, &f)
	return f, err
}

func (g gateway) scale(ctx context.Context, name string, replicas int) error {
	body := map[string]any{"serviceName": name, "namespace": funcSpace, "replicas": replicas}
	return g.call(ctx, http.MethodPost, "/system/scale-function/"+name+"?namespace="+funcSpace, body, nil)
}

// remove deletes the function; one that does not exist is no error.
func (g gateway) remove(ctx context.Context, name string) error {
	body := map[string]string{"functionName": name, "namespace": funcSpace}
	err := g.call(ctx, http.MethodDelete, "/system/functions?namespace="+funcSpace, body, nil)
	if status := (*statusError)(nil); errors.As(err, &status) && status.status == http.StatusNotFound {
		return nil
	}
	return err
}

// ready waits until the function has exactly this many replicas, all available.
func (g gateway) ready(ctx context.Context, name string, replicas int) error {
	w := g.await(4*time.Minute, fmt.Sprintf("function %s with %d replicas available", name, replicas),
		"Look at the function: labbox kubectl -n "+funcSpace+" describe pods -l faas_function="+name)
	return w.until(ctx, func(ctx context.Context) (bool, string, error) {
		f, err := g.status(ctx, name)
		return f.Replicas == replicas && f.Available == replicas, fmt.Sprintf("%d replicas, %d available", f.Replicas, f.Available), err
	})
}

// answer is what the function classify says about an image.
type answer struct {
	Digit        int     `json:"digit"`
	Confidence   float64 `json:"confidence"`
	Model        string  `json:"model"`
	ModelVersion string  `json:"model_version"`
	callID       string
	took         time.Duration
}

// classify sends an image to the function.
func (g gateway) classify(ctx context.Context, image []byte) (answer, error) {
	open := g.api
	open.Auth = nil // functions are called without credentials
	started := time.Now()
	body, header, err := open.send(ctx, http.MethodPost, "/function/"+functionName, "image/png", image)
	if err != nil {
		return answer{}, err
	}
	a := answer{took: time.Since(started), callID: header.Get("X-Call-Id"), Digit: -1}
	if err := json.Unmarshal(body, &a); err != nil {
		return a, fmt.Errorf("read the answer of function %s: %w", functionName, err)
	}
	return a, nil
}

package lesson

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
)

// prometheus asks Prometheus, or whatever speaks its API at that endpoint.
type prometheus struct{ web *web }

// Prometheus reads instant vectors from the endpoint "prometheus".
func Prometheus(endpoints Endpoints) Source { return prometheus{newWeb(endpoints)} }

// Read implements Source: [{labels, value}], a scalar as one without labels.
func (p prometheus) Read(ctx context.Context, w Watch) (any, error) {
	status, body, err := p.web.ask(ctx, request{endpoint: "prometheus", path: "/api/v1/query?query=" + url.QueryEscape(w.Prometheus.Query)})
	if err != nil {
		return nil, err
	}
	answer, _ := body.(map[string]any)
	if answer["status"] != "success" {
		return nil, fmt.Errorf("Prometheus answers with status %d: %v", status, answer["error"]) //nolint:staticcheck // a name
	}
	data, _ := answer["data"].(map[string]any)
	switch data["resultType"] {
	case "vector":
		return vector(data["result"])
	case "scalar":
		value, err := sample(data["result"])
		return []any{map[string]any{"labels": map[string]any{}, "value": value}}, err
	}
	return nil, fmt.Errorf("the query gives a %v, not a vector", data["resultType"])
}

func vector(result any) (any, error) {
	list, _ := result.([]any)
	out := []any{}
	for _, one := range list {
		series, _ := one.(map[string]any)
		value, err := sample(series["value"])
		if err != nil {
			return nil, err
		}
		out = append(out, map[string]any{"labels": series["metric"], "value": value})
	}
	return out, nil
}

// sample reads the value of [time, "value"].
func sample(pair any) (float64, error) {
	list, _ := pair.([]any)
	if len(list) != 2 {
		return 0, errors.New("the answer of Prometheus is not what it should be")
	}
	return strconv.ParseFloat(fmt.Sprint(list[1]), 64)
}

package capstone

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// prometheus asks Prometheus' HTTP API.
type prometheus struct{ api }

// sample is one series' value at one moment.
type sample struct {
	Labels map[string]string
	Value  float64
}

// at returns the samples of an instant query; the zero time means now.
func (p prometheus) at(ctx context.Context, query string, when time.Time) ([]sample, error) {
	q := url.Values{"query": {query}}
	if !when.IsZero() {
		q.Set("time", strconv.FormatFloat(float64(when.UnixMilli())/1000, 'f', 3, 64))
	}
	var answer struct {
		Data struct {
			Type   string          `json:"resultType"`
			Result json.RawMessage `json:"result"`
		} `json:"data"`
	}
	if err := p.call(ctx, http.MethodGet, "/api/v1/query?"+q.Encode(), nil, &answer); err != nil {
		return nil, err
	}
	if answer.Data.Type != "vector" {
		return nil, fmt.Errorf("query %s: Prometheus answers with a %s, not a vector", query, answer.Data.Type)
	}
	var vector []struct {
		Metric map[string]string  `json:"metric"`
		Value  [2]json.RawMessage `json:"value"`
	}
	if err := json.Unmarshal(answer.Data.Result, &vector); err != nil {
		return nil, fmt.Errorf("read the answer to %s: %w", query, err)
	}
	samples := make([]sample, 0, len(vector))
	for _, v := range vector {
		var text string
		if err := json.Unmarshal(v.Value[1], &text); err != nil {
			return nil, fmt.Errorf("read the answer to %s: %w", query, err)
		}
		value, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return nil, fmt.Errorf("read the answer to %s: %w", query, err)
		}
		samples = append(samples, sample{Labels: v.Metric, Value: value})
	}
	return samples, nil
}

// sum returns the sum over all series of a query and whether there were any.
func (p prometheus) sum(ctx context.Context, query string, when time.Time) (total float64, any bool, err error) {
	samples, err := p.at(ctx, query, when)
	for _, s := range samples {
		total += s.Value
	}
	return total, len(samples) > 0, err
}

// growth returns by how much the counters of pods grew between two moments. Pods that
// were not there at both do not count.
func (p prometheus) growth(ctx context.Context, selector string, from, to time.Time) (float64, error) {
	before, err := p.at(ctx, selector, from)
	if err != nil {
		return 0, err
	}
	after, err := p.at(ctx, selector, to)
	if err != nil {
		return 0, err
	}
	start, total := map[string]float64{}, 0.0
	for _, s := range before {
		start[s.Labels["pod_name"]] = s.Value
	}
	for _, s := range after {
		if value, known := start[s.Labels["pod_name"]]; known && s.Value > value {
			total += s.Value - value
		}
	}
	return total, nil
}

// scraped returns the moment of the oldest among the newest samples of a selector's
// series: all of them were read at or after it. ok is false without any series.
func (p prometheus) scraped(ctx context.Context, selector string) (when time.Time, ok bool, err error) {
	samples, err := p.at(ctx, "min(timestamp("+selector+"))", time.Time{})
	if err != nil || len(samples) == 0 {
		return time.Time{}, false, err
	}
	return time.UnixMilli(int64(samples[0].Value * 1000)), true, nil
}

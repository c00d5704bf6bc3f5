package web

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/labbox/labbox/internal/lab"
)

const (
	// answerLimit bounds what is read of an answer of Prometheus.
	answerLimit = 4 << 20
	// queryAge is how old an answer may be that is shown: viewers who ask the same
	// within it cost one query.
	queryAge = 4 * time.Second
	// queryPatience bounds one query.
	queryPatience = 4 * time.Second
	// queriesAtOnce bounds the queries under way.
	queriesAtOnce = 4
)

// promClient asks Prometheus. It remembers answers for a short while and never asks
// more than a few questions at once. It is safe for concurrent use.
type promClient struct {
	client *http.Client
	url    string
	ranges *cache[Series]
	turns  chan struct{}
}

func newPrometheus(client *http.Client, url string) *promClient {
	return &promClient{
		client: client, url: url, turns: make(chan struct{}, queriesAtOnce),
		ranges: &cache[Series]{age: queryAge, entries: map[string]*cached[Series]{}},
	}
}

// series answers plot for the usual span.
func (p *promClient) series(ctx context.Context, plot Plot) (Series, error) {
	return p.over(ctx, plot, spans()[0])
}

// over answers plot for a span that ends now. It fails with CodeNotReady while
// Prometheus cannot be reached.
func (p *promClient) over(ctx context.Context, plot Plot, s span) (Series, error) {
	return p.ranges.load(ctx, plot.ID+" "+s.ID+" "+plot.Query, func(ctx context.Context) (Series, error) {
		end := time.Now().Truncate(s.Step)
		start := end.Add(-s.Window)
		body, err := p.ask(ctx, "/api/v1/query_range", url.Values{
			"query": {plot.Query}, "step": {strconv.Itoa(int(s.Step.Seconds()))},
			"start": {strconv.FormatInt(start.Unix(), 10)}, "end": {strconv.FormatInt(end.Unix(), 10)},
		})
		if err != nil {
			return Series{}, err
		}
		return decodeMatrix(plot, body, axis{start, end, s.Step})
	})
}

// values answers an instant query: the value of each series by its label. It does
// not remember.
func (p *promClient) values(ctx context.Context, query, label string) (map[string]float64, error) {
	body, err := p.ask(ctx, "/api/v1/query", url.Values{"query": {query}})
	if err != nil {
		return nil, err
	}
	return decodeVector(body, label)
}

func (p *promClient) ask(ctx context.Context, path string, form url.Values) ([]byte, error) {
	if p.client == nil {
		return nil, notYet("Prometheus")
	}
	ctx, cancel := context.WithTimeout(ctx, queryPatience)
	defer cancel()
	select {
	case p.turns <- struct{}{}:
		defer func() { <-p.turns }()
	case <-ctx.Done():
		return nil, lab.Errorf(lab.CodeNotReady, "wait a moment", "Prometheus is busy: %w", ctx.Err())
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, p.url+path+"?"+form.Encode(), nil)
	if err != nil {
		return nil, fmt.Errorf("ask Prometheus: %w", err)
	}
	response, err := p.client.Do(request)
	if err != nil {
		return nil, lab.Errorf(lab.CodeNotReady, "wait until the lab is ready", "Prometheus does not answer: %w", err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, answerLimit))
	if err != nil {
		return nil, fmt.Errorf("read answer of Prometheus: %w", err)
	}
	return body, nil
}

// decodeVector reads the answer to an instant query; NaN and infinities are no values.
func decodeVector(body []byte, label string) (map[string]float64, error) {
	var v struct {
		Status string `json:"status"`
		Error  string `json:"error"`
		Data   struct {
			Result []struct {
				Metric map[string]string  `json:"metric"`
				Value  [2]json.RawMessage `json:"value"`
			} `json:"result"`
		} `json:"data"`
	}
	if err := json.Unmarshal(body, &v); err != nil || v.Status != "success" {
		return nil, lab.Errorf(lab.CodeNotReady, "wait until the lab is ready",
			"Prometheus did not answer: %s", orDefault(v.Error, "no JSON"))
	}
	out := make(map[string]float64, len(v.Data.Result))
	for _, result := range v.Data.Result {
		if _, value, ok := decodePoint(result.Value); ok {
			out[result.Metric[label]] = value
		}
	}
	return out, nil
}

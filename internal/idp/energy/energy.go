// Package energy asks the lab's Prometheus what a component's pods use.
package energy

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Window is the time that joules and grams are counted over.
const Window = 5 * time.Minute

// Options say where Prometheus is.
type Options struct {
	// URL of Prometheus, without a slash at the end.
	URL string
	// HTTP sends the requests; one with a time limit when nil.
	HTTP *http.Client
}

// Client asks Prometheus. It may be used by several goroutines at once.
type Client struct{ opt Options }

// New returns a client; it sends nothing yet.
func New(o Options) *Client {
	if o.HTTP == nil {
		o.HTTP = &http.Client{Timeout: 5 * time.Second}
	}
	return &Client{opt: o}
}

// Pods are those of one workload: Namespace, and the beginning of their names.
type Pods struct{ Namespace, Prefix string }

// Reading is what the pods of a component use.
type Reading struct {
	// Known says that Prometheus has series of the pods at all.
	Known  bool    `json:"known"`
	Watts  float64 `json:"watts"`
	Joules float64 `json:"joules"`
	Grams  float64 `json:"gramsCO2e"`
	Window string  `json:"window"`
	Pods   int     `json:"pods"`
	Method string  `json:"method,omitempty"`
	Grid   string  `json:"grid,omitempty"`
	Query  string  `json:"query"`
}

// selector matches the pods of workloads by Kubernetes' way to name them.
func selector(of []Pods) string {
	byNamespace := map[string][]string{}
	var order []string
	for _, p := range of {
		if byNamespace[p.Namespace] == nil {
			order = append(order, p.Namespace)
		}
		byNamespace[p.Namespace] = append(byNamespace[p.Namespace], regexp.QuoteMeta(p.Prefix)+"-[a-z0-9]+(-[a-z0-9]+)?")
	}
	if len(order) == 0 {
		return ""
	}
	// The workloads of one component are in one namespace, as a rule; of several the
	// first counts.
	names, err := json.Marshal(strings.Join(byNamespace[order[0]], "|")) // quotes as PromQL does
	if err != nil {
		return ""
	}
	return fmt.Sprintf(`pod_namespace=%q,pod_name=~%s`, order[0], names)
}

// Read returns what the pods use now, and have used in the last five minutes. Without
// pods, or without series, the reading is not Known; an error says that Prometheus did
// not answer.
func (c *Client) Read(ctx context.Context, of []Pods) (Reading, error) {
	r := Reading{Window: "5m"}
	pods := selector(of)
	if pods == "" {
		return r, nil
	}
	r.Query = `sum(kepler_pod_cpu_watts{zone="package",` + pods + `})`
	watts, known, err := c.scalar(ctx, r.Query)
	if err != nil || !known {
		return r, err
	}
	r.Known, r.Watts = true, watts
	for query, into := range map[string]*float64{
		`sum(increase(kepler_pod_cpu_joules_total{zone="package",` + pods + `}[5m]))`: &r.Joules,
		`sum(increase(labbox_pod_carbon_grams_total{` + pods + `}[5m]))`:              &r.Grams,
	} {
		if *into, _, err = c.scalar(ctx, query); err != nil {
			return r, err
		}
	}
	found, err := c.query(ctx, `labbox_pod_carbon_grams_total{`+pods+`,state="running"}`)
	if err != nil {
		return r, err
	}
	r.Pods = len(found)
	if len(found) > 0 {
		r.Method, r.Grid = found[0].Metric["method"], found[0].Metric["grid_zone"]
	}
	return r, nil
}

type sample struct {
	Metric map[string]string `json:"metric"`
	Value  [2]any            `json:"value"`
}

func (c *Client) scalar(ctx context.Context, query string) (value float64, found bool, err error) {
	all, err := c.query(ctx, query)
	if err != nil || len(all) == 0 {
		return 0, false, err
	}
	text, _ := all[0].Value[1].(string)
	value, err = strconv.ParseFloat(text, 64)
	return value, true, err
}

func (c *Client) query(ctx context.Context, query string) ([]sample, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.opt.URL+"/api/v1/query?"+url.Values{"query": {query}}.Encode(), nil)
	if err != nil {
		return nil, err
	}
	resp, err := c.opt.HTTP.Do(req)
	if err != nil {
		return nil, fmt.Errorf("ask Prometheus: %w", err)
	}
	defer resp.Body.Close()
	var out struct {
		Error string `json:"error"`
		Data  struct {
			Result []sample `json:"result"`
		} `json:"data"`
	}
	if err := json.NewDecoder(io.LimitReader(resp.Body, 4<<20)).Decode(&out); err != nil {
		return nil, fmt.Errorf("ask Prometheus: %w", err)
	}
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("ask Prometheus: %s: %s", resp.Status, out.Error)
	}
	return out.Data.Result, nil
}

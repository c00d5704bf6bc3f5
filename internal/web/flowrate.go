package web

import (
	"context"
	"sync"
	"time"
)

// flowAge is how old the rates of the flow may be.
const flowAge = 2 * time.Second

// flowRate is how much moves along an edge of the flow right now.
type flowRate struct {
	// PerSecond is how many of Unit pass in a second: a call, a reading, a
	// reconciliation; of joules it is watts.
	PerSecond float64
	// Unit is the text flow.unit.<Unit>; empty where nothing is known.
	Unit string
}

// flowQuery is where the rate of an edge comes from.
type flowQuery struct{ edge, unit, query string }

// flowQueries are PromQL by edge. What is not here has no counter: it moves when the
// capstone says so.
func flowQueries() []flowQuery {
	return []flowQuery{
		{"sync", "requests", "sum(rate(argocd_git_request_total[1m]))"},
		{"rollout", "reconciles", "sum(rate(argocd_app_reconcile_count[1m]))"},
		{"ask", "calls", `sum(rate(gateway_function_invocation_total{function_name="classify.openfaas-fn"}[30s]))`},
		{"scrape", "readings", "sum(rate(prometheus_target_interval_length_seconds_count[1m]))"},
		{"joules-model", "watts", `sum(kepler_pod_cpu_watts{zone="package", pod_namespace="digits", pod_name=~"model-server-.+"})`},
		{"joules-train", "watts", `sum(kepler_pod_cpu_watts{zone="package", pod_namespace="mlops", pod_name!~"mlflow-.+"})`},
	}
}

// flowRates asks for all rates at once; what cannot be had is not in the answer.
func (p *promClient) flowRates(ctx context.Context) map[string]flowRate {
	var (
		group sync.WaitGroup
		mu    sync.Mutex
		out   = map[string]flowRate{}
	)
	for _, q := range flowQueries() {
		group.Go(func() {
			values, err := p.values(ctx, q.query, "")
			if err != nil {
				return
			}
			mu.Lock()
			defer mu.Unlock()
			for _, v := range values {
				out[q.edge] = flowRate{max(0, v), q.unit}
			}
		})
	}
	group.Wait()
	return out
}

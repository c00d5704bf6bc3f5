package gateway

import (
	"net/http"
	"sync"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/labbox/labbox/internal/faas/api"
	"github.com/labbox/labbox/internal/faas/store"
)

// metrics has a registry of its own. function_name is always "name.namespace".
type metrics struct {
	registry  *prometheus.Registry
	seconds   *prometheus.HistogramVec
	total     *prometheus.CounterVec
	started   *prometheus.CounterVec
	inflight  *prometheus.GaugeVec
	coldStart *prometheus.HistogramVec
	apiTotal  *prometheus.CounterVec
	apiTime   *prometheus.HistogramVec
	scalings  *prometheus.CounterVec

	functions sync.Map // store.Key to *counts
}

func newMetrics(table *store.Table) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "gateway_functions_seconds", Help: "Duration of function calls, waiting for a replica included.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60},
		}, []string{"function_name", "code"}),
		total: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "gateway_function_invocation_total", Help: "Function calls that ended, by status code."}, []string{"function_name", "code"}),
		started: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "gateway_function_invocation_started", Help: "Function calls that began."}, []string{"function_name"}),
		inflight: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "gateway_function_invocation_inflight", Help: "Function calls that run or wait for a replica."}, []string{"function_name"}),
		coldStart: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "labbox_gateway_cold_start_seconds", Help: "Time from a call at zero replicas until one is ready.",
			Buckets: []float64{.1, .25, .5, .75, 1, 1.5, 2, 3, 5, 10, 30, 60},
		}, []string{"function_name"}),
		scalings: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "labbox_gateway_scalings_total", Help: "Changes of a function's replicas by its load or its want of calls."}, []string{"function_name", "direction"}),
		apiTotal: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "provider_http_requests_total", Help: "Requests to the management interface."}, []string{"code", "method", "path"}),
		apiTime: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "provider_http_request_duration_seconds", Help: "Duration of requests to the management interface."}, []string{"code", "method", "path"}),
	}
	m.registry.MustRegister(m.seconds, m.total, m.started, m.inflight, m.coldStart, m.scalings, m.apiTotal, m.apiTime, &replicaCollector{table},
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func (m *metrics) handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{}))
	return mux
}

// replicaCollector reads replicas from the table at the moment of a scrape.
type replicaCollector struct{ table *store.Table }

func (c *replicaCollector) descs() (wanted, ready, least, target *prometheus.Desc) {
	gauge := func(name, help string) *prometheus.Desc {
		return prometheus.NewDesc(name, help, []string{"function_name"}, nil)
	}
	return gauge("gateway_service_count", "Replicas a function is to have."),
		gauge("gateway_service_ready_count", "Replicas of a function that are ready."),
		gauge("gateway_service_min", "Least replicas of a function, by its labels."),
		prometheus.NewDesc("gateway_service_target", "Load that one replica of a function is to carry, by its labels.", []string{"function_name", "scaling_type"}, nil)
}

// Describe implements prometheus.Collector.
func (c *replicaCollector) Describe(ch chan<- *prometheus.Desc) {
	wanted, ready, least, target := c.descs()
	for _, d := range []*prometheus.Desc{wanted, ready, least, target} {
		ch <- d
	}
}

// Collect implements prometheus.Collector.
func (c *replicaCollector) Collect(ch chan<- prometheus.Metric) {
	wanted, ready, least, target := c.descs()
	c.table.Each(func(key store.Key, f store.Function) bool {
		put := func(d *prometheus.Desc, v float64, labels ...string) {
			ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, append([]string{key.String()}, labels...)...)
		}
		put(wanted, float64(f.Replicas))
		put(ready, float64(f.Ready))
		if rules, err := api.ParseScaling(f.Labels, f.Annotations); err == nil {
			put(least, float64(rules.Min))
			if rules.OnLoad {
				put(target, rules.Target*rules.Proportion, rules.Type)
			}
		}
		return true
	})
}

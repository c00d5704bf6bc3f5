package gateway

import (
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

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

	mu    sync.Mutex
	calls map[store.Key]float64 // finished calls since the gateway's start
}

func newMetrics(table *store.Table) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		calls:    map[store.Key]float64{},
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
		apiTotal: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "provider_http_requests_total", Help: "Requests to the management interface."}, []string{"code", "method", "path"}),
		apiTime: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "provider_http_request_duration_seconds", Help: "Duration of requests to the management interface."}, []string{"code", "method", "path"}),
	}
	m.registry.MustRegister(m.seconds, m.total, m.started, m.inflight, m.coldStart, m.apiTotal, m.apiTime, &replicaCollector{table},
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func (m *metrics) handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{}))
	return mux
}

// begin notes a call and returns what notes its end.
func (m *metrics) begin(key store.Key) (end func(status int)) {
	name, start := key.String(), time.Now()
	m.started.WithLabelValues(name).Inc()
	inflight := m.inflight.WithLabelValues(name)
	inflight.Inc()
	return func(status int) {
		code := strconv.Itoa(status)
		inflight.Dec()
		m.total.WithLabelValues(name, code).Inc()
		m.seconds.WithLabelValues(name, code).Observe(time.Since(start).Seconds())
		m.mu.Lock()
		m.calls[key]++
		m.mu.Unlock()
	}
}

// count returns the number of calls that ended.
func (m *metrics) count(key store.Key) float64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.calls[key]
}

// forget drops the series of a function that was deleted.
func (m *metrics) forget(key store.Key) {
	labels := prometheus.Labels{"function_name": key.String()}
	for _, vec := range []interface{ DeletePartialMatch(prometheus.Labels) int }{m.seconds, m.total, m.started, m.inflight, m.coldStart} {
		vec.DeletePartialMatch(labels)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.calls, key)
}

// replicaCollector reads replicas from the table at the moment of a scrape.
type replicaCollector struct{ table *store.Table }

func (c *replicaCollector) wanted() *prometheus.Desc {
	return prometheus.NewDesc("gateway_service_count", "Replicas a function is to have.", []string{"function_name"}, nil)
}

func (c *replicaCollector) ready() *prometheus.Desc {
	return prometheus.NewDesc("gateway_service_ready_count", "Replicas of a function that are ready.", []string{"function_name"}, nil)
}

// Describe implements prometheus.Collector.
func (c *replicaCollector) Describe(ch chan<- *prometheus.Desc) {
	ch <- c.wanted()
	ch <- c.ready()
}

// Collect implements prometheus.Collector.
func (c *replicaCollector) Collect(ch chan<- prometheus.Metric) {
	wanted, ready := c.wanted(), c.ready()
	c.table.Each(func(key store.Key, f store.Function) bool {
		ch <- prometheus.MustNewConstMetric(wanted, prometheus.GaugeValue, float64(f.Replicas), key.String())
		ch <- prometheus.MustNewConstMetric(ready, prometheus.GaugeValue, float64(f.Ready), key.String())
		return true
	})
}

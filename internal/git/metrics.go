package git

import (
	"net/http"
	"runtime"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Metrics counts what a Server and its Dispatcher do.
type Metrics struct {
	registry *prometheus.Registry
	pushes   *prometheus.CounterVec
	webhooks *prometheus.CounterVec
	denied   prometheus.Counter
	requests *prometheus.HistogramVec
}

// NewMetrics returns Metrics with a registry of their own.
func NewMetrics(version string) *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		pushes: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "labbox_git_pushes_total", Help: "Pushes, by repository and whether a ref changed.",
		}, []string{"repo", "result"}),
		webhooks: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "labbox_git_webhooks_total", Help: "Webhook deliveries: delivered, retried, failed, dropped.",
		}, []string{"result"}),
		denied: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "labbox_git_auth_failures_total", Help: "Requests with wrong credentials.",
		}),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "labbox_git_http_request_duration_seconds", Help: "Time to answer requests, by route and status.",
			Buckets: []float64{.005, .025, .1, .5, 2.5, 10, 60},
		}, []string{"method", "route", "code"}),
	}
	build := prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "labbox_build_info", Help: "The program and its version; the value is 1.",
	}, []string{"component", "version", "goversion"})
	build.WithLabelValues("git-server", version, runtime.Version()).Set(1)
	for _, result := range []string{"delivered", "retried", "failed", "dropped"} {
		m.webhooks.WithLabelValues(result)
	}
	m.registry.MustRegister(m.pushes, m.webhooks, m.denied, m.requests, build,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func (m *Metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// observe times every request by the route that took it.
func (m *Metrics) observe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begin := time.Now()
		rec := &statusRecorder{ResponseWriter: w, code: http.StatusOK}
		next.ServeHTTP(rec, r)
		route := r.Pattern
		if route == "" {
			route = "none"
		}
		m.requests.WithLabelValues(methodLabel(r.Method), route, strconv.Itoa(rec.code)).Observe(time.Since(begin).Seconds())
	})
}

// methodLabel keeps invented methods out of the label values.
func methodLabel(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodDelete:
		return method
	}
	return "other"
}

// statusRecorder remembers the status; Unwrap keeps deadlines and flushing working.
type statusRecorder struct {
	http.ResponseWriter
	code int
}

func (s *statusRecorder) WriteHeader(code int) {
	s.code = code
	s.ResponseWriter.WriteHeader(code)
}

func (s *statusRecorder) Unwrap() http.ResponseWriter { return s.ResponseWriter }

package web

import (
	"context"
	"net/http"
	"runtime"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/labbox/labbox/internal/lab"
)

// metrics is what /metrics shows, in a registry of its own.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	duration *prometheus.HistogramVec
}

func newMetrics(s *Server) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "labbox_http_requests_total", Help: "Requests answered by the dashboard.",
		}, []string{"route", "method", "code"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "labbox_http_request_duration_seconds", Help: "Time to answer a request; streams count to their end.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 5},
		}, []string{"route"}),
	}
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "labbox_build_info", Help: "Always 1; the labels say what runs.",
		ConstLabels: prometheus.Labels{"version": s.opt.Version, "goversion": runtime.Version()},
	})
	build.Set(1)
	m.registry.MustRegister(m.requests, m.duration, build, newLabCollector(s),
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func (m *metrics) handler() echo.HandlerFunc {
	return echo.WrapHandler(promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError}))
}

// measure counts requests by route, never by path: paths are the viewer's choice.
func (m *metrics) measure(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		began := time.Now()
		err := next(c)
		if err != nil {
			c.Error(err)
		}
		route := orDefault(c.Path(), "unmatched")
		m.requests.WithLabelValues(route, methodLabel(c.Request().Method), strconv.Itoa(c.Response().Status)).Inc()
		m.duration.WithLabelValues(route).Observe(time.Since(began).Seconds())
		return nil
	}
}

func methodLabel(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodOptions:
		return method
	}
	return "other"
}

// labCollector reads the lab's status at every scrape.
type labCollector struct {
	server               *Server
	ready, memory, steps *prometheus.Desc
}

func newLabCollector(s *Server) *labCollector {
	labels := []string{"component", "component_namespace", "trend"}
	return &labCollector{
		server: s,
		ready:  prometheus.NewDesc("labbox_component_ready", "1 when the component is ready.", labels, nil),
		memory: prometheus.NewDesc("labbox_component_memory_bytes", "Memory the component holds; absent while unknown.", labels, nil),
		steps:  prometheus.NewDesc("labbox_up_step_seconds", "Time a step of labbox up took.", []string{"step"}, nil),
	}
}

// Describe implements prometheus.Collector.
func (l *labCollector) Describe(out chan<- *prometheus.Desc) {
	out <- l.ready
	out <- l.memory
	out <- l.steps
}

// Collect implements prometheus.Collector.
func (l *labCollector) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	seen := map[[2]string]bool{}
	for _, c := range l.server.status.load(ctx).Components {
		if key := [2]string{c.Namespace, c.Name}; seen[key] {
			continue // twice the same labels would spoil the whole scrape
		} else {
			seen[key] = true
		}
		ready := 0.0
		if c.Ready {
			ready = 1
		}
		out <- prometheus.MustNewConstMetric(l.ready, prometheus.GaugeValue, ready, c.Name, c.Namespace, c.Trend)
		if c.MemoryBytes > 0 {
			out <- prometheus.MustNewConstMetric(l.memory, prometheus.GaugeValue, float64(c.MemoryBytes), c.Name, c.Namespace, c.Trend)
		}
	}
	now, err := l.server.track.load(ctx)
	if err != nil {
		out <- prometheus.NewInvalidMetric(l.steps, err)
		return
	}
	for _, step := range now.Up {
		if step.State == lab.StateReady && step.Started != nil {
			out <- prometheus.MustNewConstMetric(l.steps, prometheus.GaugeValue, step.Seconds, step.ID)
		}
	}
}

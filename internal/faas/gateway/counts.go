package gateway

import (
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/labbox/labbox/internal/faas/store"
)

// counts are one function's series and numbers, found once and not with every call.
type counts struct {
	metrics  *metrics
	name     string
	started  prometheus.Counter
	inflight prometheus.Gauge

	begun   atomic.Uint64 // calls since the gateway's start
	ended   atomic.Uint64
	running atomic.Int64 // calls that run or wait for a replica
	codes   sync.Map     // status to *outcome
}

// outcome has the series of one status.
type outcome struct {
	total   prometheus.Counter
	seconds prometheus.Observer
}

// of returns the counts of key.
func (m *metrics) of(key store.Key) *counts {
	if c, ok := m.functions.Load(key); ok {
		return c.(*counts)
	}
	name := key.String()
	c, _ := m.functions.LoadOrStore(key, &counts{
		metrics: m, name: name, started: m.started.WithLabelValues(name), inflight: m.inflight.WithLabelValues(name),
	})
	return c.(*counts)
}

// begin notes a call and returns what notes its end.
func (m *metrics) begin(key store.Key) (end func(status int)) {
	c, start := m.of(key), time.Now()
	c.begun.Add(1)
	c.running.Add(1)
	c.started.Inc()
	c.inflight.Inc()
	return func(status int) {
		o := c.outcome(status)
		c.running.Add(-1)
		c.ended.Add(1)
		c.inflight.Dec()
		o.total.Inc()
		o.seconds.Observe(time.Since(start).Seconds())
	}
}

func (c *counts) outcome(status int) *outcome {
	if o, ok := c.codes.Load(status); ok {
		return o.(*outcome)
	}
	code := strconv.Itoa(status)
	o, _ := c.codes.LoadOrStore(status, &outcome{
		total: c.metrics.total.WithLabelValues(c.name, code), seconds: c.metrics.seconds.WithLabelValues(c.name, code),
	})
	return o.(*outcome)
}

// count returns the number of calls that ended.
func (m *metrics) count(key store.Key) float64 {
	c, ok := m.functions.Load(key)
	if !ok {
		return 0
	}
	return float64(c.(*counts).ended.Load())
}

// forget drops the series of a function that was deleted.
func (m *metrics) forget(key store.Key) {
	m.functions.Delete(key)
	labels := prometheus.Labels{"function_name": key.String()}
	for _, vec := range []interface{ DeletePartialMatch(prometheus.Labels) int }{m.seconds, m.total, m.started, m.inflight, m.coldStart, m.scalings} {
		vec.DeletePartialMatch(labels)
	}
}

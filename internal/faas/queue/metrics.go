package queue

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics count what happens; depth and age are asked for at the moment of a scrape.
// function_name is always "name.namespace".
type metrics struct {
	queue     *Queue
	queued    *prometheus.CounterVec
	ended     *prometheus.CounterVec
	callbacks *prometheus.CounterVec
	depth     *prometheus.Desc
	oldest    *prometheus.Desc
	dead      *prometheus.Desc
	running   *prometheus.Desc
}

func newMetrics(q *Queue) *metrics {
	function := []string{"function_name"}
	gauge := func(name, help string) *prometheus.Desc { return prometheus.NewDesc(name, help, function, nil) }
	return &metrics{
		queue: q,
		queued: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "labbox_queue_queued_total", Help: "Calls that were queued."}, function),
		ended: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "labbox_queue_tries_total", Help: "Tries of queued calls by how they ended: done, retry, dead, cancelled."}, []string{"function_name", "result"}),
		callbacks: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "labbox_queue_callbacks_total", Help: "Tries of callbacks by how they ended: sent, retried, failed."}, []string{"function_name", "result"}),
		depth:   gauge("labbox_queue_depth", "Calls that are queued, wait for their next try or run."),
		oldest:  gauge("labbox_queue_oldest_seconds", "Age of the oldest call that is not done."),
		dead:    gauge("labbox_queue_dead_letters", "Dead letters that are kept."),
		running: gauge("labbox_queue_running", "Queued calls that run now."),
	}
}

// Collector returns the queue's metrics.
func (q *Queue) Collector() prometheus.Collector { return q.metrics }

// Describe implements prometheus.Collector.
func (m *metrics) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{m.depth, m.oldest, m.dead, m.running} {
		ch <- d
	}
	for _, v := range []*prometheus.CounterVec{m.queued, m.ended, m.callbacks} {
		v.Describe(ch)
	}
}

// Collect implements prometheus.Collector. A queue that is closed has no gauges.
func (m *metrics) Collect(ch chan<- prometheus.Metric) {
	for _, v := range []*prometheus.CounterVec{m.queued, m.ended, m.callbacks} {
		v.Collect(ch)
	}
	if m.queue.closed.Load() {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	s, err := m.queue.Status(ctx)
	if err != nil {
		m.queue.o.Log.Warn("queue: no metrics", "error", err)
		return
	}
	for _, f := range s.Functions {
		name := f.Key.String()
		ch <- prometheus.MustNewConstMetric(m.depth, prometheus.GaugeValue, float64(f.Depth), name)
		ch <- prometheus.MustNewConstMetric(m.oldest, prometheus.GaugeValue, f.OldestAge, name)
		ch <- prometheus.MustNewConstMetric(m.dead, prometheus.GaugeValue, float64(f.DeadLetters), name)
		ch <- prometheus.MustNewConstMetric(m.running, prometheus.GaugeValue, float64(f.Running), name)
	}
}

package gateway

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/labbox/labbox/internal/faas/api"
	"github.com/labbox/labbox/internal/faas/store"
)

const (
	// beat is how often the load is looked at.
	beat = 500 * time.Millisecond
	// cpuBeat is how often the cluster is asked for CPU use; it measures no faster.
	cpuBeat = 5 * time.Second
	// actTimeout bounds one change in the cluster.
	actTimeout = 10 * time.Second
)

// cluster is what the autoscaler changes and asks.
type cluster interface {
	Scale(ctx context.Context, key store.Key, replicas int64) error
	Usage(ctx context.Context, key store.Key) (api.Usage, error)
}

// autoscaler sets the replicas of functions by the rules of decide.
//
//	every beat ─► counters ─► sample ─┐
//	calls queue ─► press ─────────────┴► decide ─► Scale ─► table ─► next beat
type autoscaler struct {
	cluster cluster
	table   *store.Table
	metrics *metrics
	log     *slog.Logger
	presses chan store.Key
	states  map[store.Key]*watched // of the loop only
	acts    sync.WaitGroup
}

// watched is what the loop remembers of a function.
type watched struct {
	samples       []sample
	begun         uint64 // calls at the last beat
	at            time.Time
	idle, settled time.Time
	wanted        int32 // as the table had it last

	mu     sync.Mutex // of what other goroutines write
	acting bool
	ours   int32 // what we asked for last and the table does not show yet; -1: nothing
	acted  time.Time
	cpu    float64
	asked  time.Time
}

func newAutoscaler(c cluster, table *store.Table, m *metrics, log *slog.Logger) *autoscaler {
	return &autoscaler{
		cluster: c, table: table, metrics: m, log: log,
		presses: make(chan store.Key, 64), states: map[store.Key]*watched{},
	}
}

// press tells that calls of key wait for a replica. It does not block: what is lost
// shows at the next beat.
func (a *autoscaler) press(key store.Key) {
	select {
	case a.presses <- key:
	default:
	}
}

// Run scales until ctx is done.
func (a *autoscaler) Run(ctx context.Context) {
	ticker := time.NewTicker(beat)
	defer ticker.Stop()
	defer a.acts.Wait()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-ticker.C:
			a.look(ctx, now)
		case key := <-a.presses:
			if f, ok := a.table.Lookup(key); ok {
				a.consider(ctx, key, f, time.Now())
			}
		}
	}
}

// look considers every function and forgets those that are gone.
func (a *autoscaler) look(ctx context.Context, now time.Time) {
	all := map[store.Key]store.Function{}
	a.table.Each(func(key store.Key, f store.Function) bool {
		all[key] = f
		return true
	})
	for key, f := range all {
		a.consider(ctx, key, f, now)
	}
	for key := range a.states {
		if _, ok := all[key]; !ok {
			delete(a.states, key)
			a.metrics.forget(key)
		}
	}
}

// consider takes a sample of one function and acts on what follows.
func (a *autoscaler) consider(ctx context.Context, key store.Key, f store.Function, now time.Time) {
	w := a.states[key]
	if w == nil {
		w = &watched{at: now, idle: now, settled: now, wanted: f.Replicas, ours: -1, begun: a.metrics.of(key).begun.Load()}
		a.states[key] = w
	}
	rules, err := api.ParseScaling(f.Labels, f.Annotations)
	if err != nil || (!rules.OnLoad && !rules.Zero) {
		return // not ours to scale; who wrote the object past the gateway is told by min and max
	}
	s := a.sample(ctx, key, w, rules, now)
	w.notice(f.Replicas, now)
	s.wanted, s.settled = f.Replicas, w.settled
	if n := decide(s); n != f.Replicas {
		a.act(ctx, key, w, f.Replicas, n)
	}
}

// sample reads the counters.
func (a *autoscaler) sample(ctx context.Context, key store.Key, w *watched, rules api.Scaling, now time.Time) situation {
	c := a.metrics.of(key)
	begun, calls := c.begun.Load(), c.running.Load()
	if begun != w.begun || calls > 0 {
		w.idle = now
	}
	pressed := a.table.Load(key).Waiting > 0
	elapsed := now.Sub(w.at)
	load := float64(calls)
	switch {
	case rules.Type == api.ScaleCPU:
		load = a.usedCPU(ctx, key, w, now)
	case rules.Type == api.ScaleRPS && elapsed < beat/2: // a press between two beats says nothing of a rate
		return situation{rules: rules, samples: w.samples, pressed: pressed, calls: calls, idle: w.idle, now: now}
	case rules.Type == api.ScaleRPS:
		load = float64(begun-w.begun) / elapsed.Seconds()
	}
	if elapsed >= beat/2 {
		w.begun, w.at = begun, now
	}
	w.samples = remember(w.samples, sample{now, load}, rules.DownWindow)
	return situation{rules: rules, samples: w.samples, pressed: pressed, calls: calls, idle: w.idle, now: now}
}

// notice restarts the window when somebody else has changed the number.
func (w *watched) notice(wanted int32, now time.Time) {
	if wanted == w.wanted {
		return
	}
	w.wanted = wanted
	w.mu.Lock()
	defer w.mu.Unlock()
	if wanted != w.ours {
		w.settled = now
	}
	w.ours = -1
}

// act changes the replicas in the background; one change of a function at a time.
func (a *autoscaler) act(ctx context.Context, key store.Key, w *watched, from, to int32) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.acting || w.ours == to && time.Since(w.acted) < tableLag {
		return
	}
	w.acting, w.ours, w.acted = true, to, time.Now()
	a.acts.Go(func() {
		ctx, cancel := context.WithTimeout(ctx, actTimeout)
		defer cancel()
		defer func() {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.acting = false
		}()
		if to == 0 && a.metrics.of(key).running.Load() > 0 {
			return // a call came meanwhile
		}
		if err := a.cluster.Scale(ctx, key, int64(to)); err != nil {
			if ctx.Err() == nil {
				a.log.Warn("scaling failed", "function", key.String(), "from", from, "to", to, "error", err)
			}
			return
		}
		direction := "up"
		if to < from {
			direction = "down"
		}
		a.metrics.scalings.WithLabelValues(key.String(), direction).Inc()
		a.log.Info("scaled", "function", key.String(), "from", from, "to", to)
	})
}

// usedCPU returns what the cluster measured last, and asks it anew in the background.
func (a *autoscaler) usedCPU(ctx context.Context, key store.Key, w *watched, now time.Time) float64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	if now.Sub(w.asked) >= cpuBeat {
		w.asked = now
		a.acts.Go(func() {
			ctx, cancel := context.WithTimeout(ctx, actTimeout)
			defer cancel()
			usage, err := a.cluster.Usage(ctx, key)
			if err != nil {
				return // not measured yet, as with each new pod
			}
			w.mu.Lock()
			defer w.mu.Unlock()
			w.cpu = usage.CPU
		})
	}
	return w.cpu
}

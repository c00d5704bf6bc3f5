package gateway

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/labbox/labbox/internal/faas/api"
	"github.com/labbox/labbox/internal/faas/store"
)

// fakeCluster applies what the autoscaler asks to the tracker behind a table.
type fakeCluster struct {
	mu     sync.Mutex
	scaled []int64
	usage  float64
	apply  func(replicas int64) error
}

func (c *fakeCluster) Scale(_ context.Context, _ store.Key, n int64) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.apply(n); err != nil {
		return err
	}
	c.scaled = append(c.scaled, n)
	return nil
}

func (c *fakeCluster) Usage(context.Context, store.Key) (api.Usage, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return api.Usage{CPU: c.usage}, nil
}

func (c *fakeCluster) history() []int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]int64(nil), c.scaled...)
}

// paced is an autoscaler on a clock of its own, in a synctest bubble.
type paced struct {
	*autoscaler
	*fakeCluster
	replicas int32
}

func mustPaced(t *testing.T, replicas int32, labels map[string]string) *paced {
	t.Helper()
	table := store.NewTable()
	p := &paced{fakeCluster: &fakeCluster{}}
	set := func(n int32) { table.SetFunction(fKey, &store.Function{Labels: labels, Replicas: n}) }
	set(replicas)
	p.apply = func(n int64) error { set(int32(n)); return nil }
	p.autoscaler = newAutoscaler(p.fakeCluster, table, newMetrics(table), slog.New(slog.DiscardHandler))
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { p.Run(ctx); close(done) }()
	t.Cleanup(func() { cancel(); <-done })
	return p
}

// load makes n calls that last for d.
func (p *paced) load(n int, d time.Duration) {
	for range n {
		end := p.metrics.begin(fKey)
		go func() { time.Sleep(d); end(200) }()
	}
}

func (p *paced) expect(t *testing.T, when string, want ...int64) {
	t.Helper()
	synctest.Wait()
	got := p.history()
	if len(got) != len(want) {
		t.Fatalf("%s: replicas were set to %v, want %v", when, got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("%s: replicas were set to %v, want %v", when, got, want)
		}
	}
}

func TestAutoscalerFollowsLoad(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := mustPaced(t, 1, map[string]string{api.LabelType: "capacity", api.LabelTarget: "10", api.LabelProportion: "1", api.LabelDownWindow: "30s"})
		time.Sleep(5 * time.Second)
		p.expect(t, "idle")
		p.load(40, 10*time.Second)
		time.Sleep(4 * time.Second)
		if h := p.history(); len(h) == 0 || h[len(h)-1] != 4 {
			t.Fatalf("after 4 s of 40 calls at a time replicas were set to %v, want 4 in the end", h)
		}
		ups := len(p.history())
		time.Sleep(30 * time.Second) // the load ended 24 s ago
		if n := len(p.history()); n != ups {
			t.Fatalf("scaled down within the window: %v", p.history())
		}
		time.Sleep(10 * time.Second)
		if h := p.history(); h[len(h)-1] != 1 {
			t.Fatalf("replicas were set to %v, want 1 after the window", h)
		}
	})
}

func TestAutoscalerGoesToZeroAndMindsTheHand(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := mustPaced(t, 1, map[string]string{api.LabelZero: "true", api.LabelZeroAfter: "60s"})
		time.Sleep(50 * time.Second)
		p.load(1, 100*time.Second)
		time.Sleep(150 * time.Second)
		p.expect(t, "50 s after a long call")
		time.Sleep(15 * time.Second)
		p.expect(t, "idle", 0)
		time.Sleep(time.Hour)
		p.expect(t, "at zero", 0)
		_ = p.apply(3) // by hand
		time.Sleep(55 * time.Second)
		p.expect(t, "set by hand", 0)
		time.Sleep(10 * time.Second)
		p.expect(t, "idle again", 0, 0)
	})
}

func TestAutoscalerByCPUAndByRate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := mustPaced(t, 1, map[string]string{api.LabelType: "cpu", api.LabelTarget: "100", api.LabelProportion: "1"})
		p.mu.Lock()
		p.usage = 250
		p.mu.Unlock()
		time.Sleep(8 * time.Second)
		if h := p.history(); len(h) == 0 || h[len(h)-1] != 3 {
			t.Errorf("with 250m of CPU at 100m a replica: %v, want 3 in the end", h)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		p := mustPaced(t, 1, map[string]string{api.LabelTarget: "10", api.LabelProportion: "1"})
		time.Sleep(beat / 10) // not at the moment of a beat
		for range 100 {       // 40 a second
			p.load(4, time.Millisecond)
			time.Sleep(100 * time.Millisecond)
		}
		if h := p.history(); len(h) == 0 || h[len(h)-1] != 4 {
			t.Errorf("with 40 calls a second at 10 a replica: %v, want 4 in the end", h)
		}
	})
}

func TestAutoscalerSurvivesTheCluster(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := mustPaced(t, 1, map[string]string{api.LabelType: "capacity", api.LabelTarget: "1", api.LabelProportion: "1"})
		p.mu.Lock()
		apply := p.apply
		p.apply = func(int64) error { return errors.New("the API server is away") }
		p.mu.Unlock()
		p.load(5, 30*time.Second)
		time.Sleep(10 * time.Second)
		p.expect(t, "nothing can be set")
		p.mu.Lock()
		p.apply = apply
		p.mu.Unlock()
		time.Sleep(5 * time.Second)
		p.expect(t, "the cluster is back", 5)
		time.Sleep(30 * time.Second) // let the calls end
	})
}

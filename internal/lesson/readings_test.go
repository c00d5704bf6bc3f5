package lesson

import (
	"bytes"
	"context"
	"sync/atomic"
	"testing"
	"time"
)

// counter is a Source that is asked again and again.
type counter struct {
	reads atomic.Int64
	value atomic.Int64
}

func (c *counter) Read(context.Context, Watch) (any, error) {
	c.reads.Add(1)
	return c.value.Load(), nil
}

// TestReadingsAreShared: two users of the same thing cost one reading, and the last one
// ends it.
func TestReadingsAreShared(t *testing.T) {
	t.Parallel()
	c := &counter{}
	r := newReadings(Sources{"prometheus": c})
	r.pause = 10 * time.Millisecond
	var told atomic.Int64
	w := Watch{Prometheus: &PrometheusWatch{Query: "up"}}
	one := r.use(t.Context(), w, time.Time{}, func() { told.Add(1) })
	two := r.use(t.Context(), Watch{Prometheus: &PrometheusWatch{Query: "up"}}, time.Time{}, func() { told.Add(1) })
	await(t, "readings", func() bool { return c.reads.Load() > 5 })
	if len(r.feeds) != 1 {
		t.Errorf("%d feeds", len(r.feeds))
	}
	if n := told.Load(); n != 2 {
		t.Errorf("%d calls for one value", n)
	}
	c.value.Store(7)
	await(t, "the change", func() bool { return told.Load() == 4 })
	if value, known, err := two.last(); value != int64(7) || !known || err != nil {
		t.Errorf("%v, %v, %v", value, known, err)
	}
	one.release()
	n := c.reads.Load()
	await(t, "readings for the other one", func() bool { return c.reads.Load() > n })
	two.release()
	r.mu.Lock()
	left := len(r.feeds)
	r.mu.Unlock()
	if left != 0 {
		t.Error("the feed goes on without users")
	}
}

// TestAskedSystemsTickInTime: what is asked again and again ticks within the same time as
// what speaks by itself.
func TestAskedSystemsTickInTime(t *testing.T) {
	t.Parallel()
	files := mustFiles(t)
	yaml := files["drift/lesson.yaml"]
	yaml.Data = bytes.Replace(yaml.Data, []byte("      app: {kub"), []byte("      rate: {prometheus: {query: up}}\n      app: {kub"), 1)
	yaml.Data = bytes.Replace(yaml.Data, []byte("done: app.spec.syncPolicy.automated.selfHeal == true && size(pods) == 2"), []byte("done: rate == 7"), 1)
	lessons, problems := mustLoader(t).Load("gitops", files)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	r, c := newRig(t), &counter{}
	r.opt.Sources["prometheus"] = c
	r.SetLessons("gitops", lessons)
	r.run(t)
	r.mustStart(t)
	await(t, "the first look", func() bool { return r.task(t, "heal").Check != nil })
	for range 3 {
		n := c.reads.Load()
		await(t, "a question that finds nothing new", func() bool { return c.reads.Load() > n })
	}
	changed := time.Now()
	c.value.Store(7)
	await(t, "the tick", func() bool { return r.task(t, "heal").Tick != nil })
	if took := time.Since(changed); took > tickWithin {
		t.Errorf("the tick took %s; %s are promised", took, tickWithin)
	}
}

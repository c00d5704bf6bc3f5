package lesson

import (
	"context"
	"reflect"
	"sync"
	"time"
)

const (
	// askEvery is the pause between two questions to a system that does not speak by
	// itself.
	askEvery = 250 * time.Millisecond
	// readWithin bounds one question.
	readWithin = 5 * time.Second
	// slowest is the longest pause, after questions that take long themselves.
	slowest = 2 * time.Second
)

// readings are shared by all who watch the same thing: it is read once.
//
//	use ──► feed (first user) ── value, value, ... ──► notify ──► release (last user): ends
type readings struct {
	sources Sources
	pause   time.Duration

	mu    sync.Mutex
	feeds map[string]*feed
}

func newReadings(sources Sources) *readings {
	return &readings{sources: sources, pause: askEvery, feeds: map[string]*feed{}}
}

// feed is one thing that is watched.
type feed struct {
	watch Watch
	began time.Time
	stop  context.CancelFunc
	users int // guarded by readings.mu

	mu     sync.Mutex
	notify map[*subscription]func()
	known  bool
	value  any
	err    error
}

// subscription is one user's hold on a feed.
type subscription struct {
	all  *readings
	feed *feed
}

// use begins to watch w, or joins those who do, if none of their readings is from before
// the given time. notify is called at every change and must not block; it may be called
// before use returns. The caller releases it.
func (r *readings) use(ctx context.Context, w Watch, since time.Time, notify func()) *subscription {
	r.mu.Lock()
	defer r.mu.Unlock()
	f, there := r.feeds[w.key()]
	if !there || f.began.Before(since) {
		f = &feed{watch: w, began: time.Now(), notify: map[*subscription]func(){}}
		var life context.Context
		life, f.stop = context.WithCancel(context.WithoutCancel(ctx))
		r.feeds[w.key()] = f
		go r.run(life, f)
	}
	f.users++
	s := &subscription{r, f}
	f.mu.Lock()
	f.notify[s] = notify
	known := f.known
	f.mu.Unlock()
	if known {
		notify()
	}
	return s
}

// release ends the hold; the last one ends the feed.
func (s *subscription) release() {
	s.all.mu.Lock()
	defer s.all.mu.Unlock()
	s.feed.mu.Lock()
	delete(s.feed.notify, s)
	s.feed.mu.Unlock()
	if s.feed.users--; s.feed.users == 0 {
		s.feed.stop()
		if key := s.feed.watch.key(); s.all.feeds[key] == s.feed {
			delete(s.all.feeds, key)
		}
	}
}

// last returns what was read last, and whether anything was.
func (s *subscription) last() (value any, known bool, err error) {
	s.feed.mu.Lock()
	defer s.feed.mu.Unlock()
	return s.feed.value, s.feed.known, s.feed.err
}

// run reads until ctx is done.
func (r *readings) run(ctx context.Context, f *feed) {
	if follower, ok := r.sources[f.watch.kind()].(Follower); ok {
		follower.Follow(ctx, f.watch, f.set)
		return
	}
	for ctx.Err() == nil {
		began := time.Now()
		bounded, cancel := context.WithTimeout(ctx, readWithin)
		value, err := r.sources.read(bounded, f.watch)
		cancel()
		if ctx.Err() != nil {
			return
		}
		f.set(value, err)
		took := time.Since(began)
		select {
		case <-ctx.Done():
		case <-time.After(min(max(r.pause-took, took), slowest)):
		}
	}
}

// set keeps a reading and tells the users, if it is a new one.
func (f *feed) set(value any, err error) {
	f.mu.Lock()
	same := f.known && reflect.DeepEqual(f.value, value) && (err == nil) == (f.err == nil) && (err == nil || err.Error() == f.err.Error())
	f.known, f.value, f.err = true, value, err
	var tell []func()
	if !same {
		for _, notify := range f.notify {
			tell = append(tell, notify)
		}
	}
	f.mu.Unlock()
	for _, notify := range tell {
		notify()
	}
}

package lesson

import (
	"context"
	"time"

	"github.com/labbox/labbox/internal/lab"
)

const (
	// settle lets changes that come together be one look.
	settle = 40 * time.Millisecond
	// clockEvery is how often expressions about the present are looked at.
	clockEvery = time.Second
)

// session is one lesson that is being watched.
type session struct {
	engine *Engine
	lesson *Lesson
	time   int                                 // of the lesson's watches; another one has begun when the Engine's is greater
	held   map[string]map[string]*subscription // by task and name
	hold   []*subscription
	untold bool // something has changed that was not told yet
}

// watch looks at the tasks of a lesson whenever something that they watch changes,
// until ctx is done. Questions wait for an answer.
func (e *Engine) watch(ctx context.Context, w watched) {
	l := w.lesson
	changed := make(chan struct{}, 1)
	notify := func() {
		select {
		case changed <- struct{}{}:
		default: // a look is due already
		}
	}
	s := &session{engine: e, lesson: l, time: w.time, held: map[string]map[string]*subscription{}}
	defer s.release()
	clock := false
	for _, t := range l.Tasks {
		if !t.Asks {
			s.take(ctx, t, w.since, notify)
			clock = clock || t.clock
		}
	}
	tick := time.NewTicker(clockEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if !clock && !s.untold {
				continue
			}
		case <-changed:
		}
		s.look(ctx)
		select {
		case <-ctx.Done():
			return
		case <-time.After(settle):
		}
	}
}

// take begins to watch what a task is about, with readings from after the start.
func (s *session) take(ctx context.Context, t *Task, since time.Time, notify func()) {
	s.held[t.ID] = map[string]*subscription{}
	for name, w := range t.Watch {
		sub := s.engine.readings.use(ctx, w, since, notify)
		s.held[t.ID][name] = sub
		s.hold = append(s.hold, sub)
	}
}

func (s *session) release() {
	for _, sub := range s.hold {
		sub.release()
	}
}

// look evaluates every task whose readings are all there. A task that is ticked is
// looked at too: the learner sees how it stands now.
func (s *session) look(ctx context.Context) {
	p, err := s.engine.progress(ctx, s.lesson.ID)
	if err != nil {
		if ctx.Err() == nil {
			s.engine.opt.Log.Error("read the progress of a lesson", "lesson", s.lesson.ID, "error", err)
		}
		return
	}
	s.untold = false
	for _, t := range s.lesson.Tasks {
		m, complete := s.moment(t, p)
		if t.Asks || !complete {
			continue
		}
		check := t.look(ctx, s.lesson.ID, m)
		if ctx.Err() != nil {
			return
		}
		ticked, untold := s.engine.record(ctx, outcome{task: t, check: check, known: p, time: s.time})
		if ticked {
			p.ticks[t.ID] = lab.Tick{Time: check.Time, Evidence: check.Evidence}
		}
		s.untold = s.untold || untold
	}
}

// moment gathers the readings of a task and reports whether all are there.
func (s *session) moment(t *Task, p progress) (moment, bool) {
	m := moment{values: map[string]any{}, started: p.started(), now: time.Now(), ticked: p.ticked()}
	for name, sub := range s.held[t.ID] {
		value, known, err := sub.last()
		if !known {
			return m, false
		}
		if err != nil {
			value = nil
			m.problems = append(m.problems, name+": "+err.Error())
		}
		m.values[name] = value
	}
	return m, true
}

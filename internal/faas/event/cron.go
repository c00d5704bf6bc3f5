package event

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/robfig/cron/v3"

	"github.com/labbox/labbox/internal/faas/store"
)

// catchUp is how far back a tick is looked for that came while the gateway was away.
const catchUp = 10 * time.Minute

// Cron makes events at the times that functions' annotation "schedule" names: five
// fields as of crontab, or @hourly and the like, in UTC. Of ticks that were missed, the
// last of the past ten minutes is made up for. Run it once.
type Cron struct {
	Parts
	seen map[store.Key]*schedule
}

// schedule is what is known of one function.
type schedule struct {
	Text string    `json:"schedule"`
	Last time.Time `json:"last"` // up to here all is done
	plan cron.Schedule
}

// NewCron returns a Cron; it does nothing until Run.
func NewCron(p Parts) *Cron {
	return &Cron{Parts: p, seen: map[store.Key]*schedule{}}
}

// Run looks at the clock each second until ctx is done.
func (c *Cron) Run(ctx context.Context) error {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		if err := c.at(ctx, time.Now().UTC()); err != nil && ctx.Err() == nil {
			c.Log.Error("cron", "error", err) // tried again in a second
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// at does what is due at now. What fails is due again the next time.
func (c *Cron) at(ctx context.Context, now time.Time) error {
	functions := c.Bus.subscribers(TopicCron)
	for key := range c.seen {
		if _, ok := functions[key]; !ok {
			if err := c.State.Delete(ctx, stateKey(key)); err != nil {
				return err
			}
			delete(c.seen, key)
		}
	}
	for key, f := range functions {
		if err := c.one(ctx, key, f.Annotations[AnnotationSchedule], now); err != nil {
			return err
		}
	}
	return nil
}

func stateKey(key store.Key) string { return "cron." + key.Namespace + "." + key.Name }

// one looks at one function.
func (c *Cron) one(ctx context.Context, key store.Key, text string, now time.Time) error {
	s := c.seen[key]
	if s == nil || s.Text != text {
		var err error
		if s, err = c.load(ctx, key, text, now); err != nil {
			return err
		}
		c.seen[key] = s
	}
	if s.plan == nil {
		return nil
	}
	due := s.due(now)
	if due.IsZero() {
		return nil
	}
	e := Event{
		ID: fmt.Sprintf("cron/%s/%s", key, due.Format(time.RFC3339)), Source: "/labbox/cron", Topic: TopicCron, Subject: key.String(), Time: due,
		Data: mustJSON(map[string]any{"schedule": text, "scheduledTime": due}),
	}
	if err := c.Bus.deliver(ctx, e, key); err != nil {
		return err
	}
	if err := c.State.Put(ctx, stateKey(key), mustJSON(schedule{Text: text, Last: due})); err != nil {
		return err
	}
	s.Last = due
	return nil
}

// load returns what is known of a function; a schedule that is new counts from now.
func (c *Cron) load(ctx context.Context, key store.Key, text string, now time.Time) (*schedule, error) {
	plan, err := cron.ParseStandard(text)
	if err != nil {
		c.Log.Error("cron: the function is not called", "function", key.String(), "schedule", text, "error", err)
		c.Bus.ring.add(Event{ID: stateKey(key), Topic: TopicCron, Source: "/labbox/cron", Subject: key.String(), Time: now},
			&key, fmt.Errorf("annotation %s: %q: %w", AnnotationSchedule, text, err))
		return &schedule{Text: text}, nil
	}
	raw, err := c.State.Get(ctx, stateKey(key))
	if err != nil {
		return nil, err
	}
	var s schedule
	if json.Unmarshal(raw, &s) == nil && s.Text == text && !s.Last.After(now) {
		s.plan = plan
		return &s, nil
	}
	s = schedule{Text: text, Last: now, plan: plan}
	return &s, c.State.Put(ctx, stateKey(key), mustJSON(s))
}

// due returns the newest tick up to now that is not done; zero when there is none.
func (s *schedule) due(now time.Time) time.Time {
	from := s.Last
	if earliest := now.Add(-catchUp); from.Before(earliest) {
		from = earliest
	}
	var due time.Time
	for next := s.plan.Next(from); !next.IsZero() && !next.After(now); next = s.plan.Next(next) {
		due = next
	}
	return due
}

package labtest

import (
	"context"
	"encoding/json"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/labbox/labbox/internal/lab"
)

// Journal is a lab.Journal in memory with a live subscription. Its zero value is
// ready for use.
type Journal struct {
	// Err, when set, is what Append and Since return.
	Err error

	mu      sync.Mutex
	events  []lab.Event
	changed chan struct{}
}

var _ lab.Journal = (*Journal)(nil)

// Append stores e and returns its ID.
func (j *Journal) Append(_ context.Context, e lab.Event) (int64, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.Err != nil {
		return 0, j.Err
	}
	e.ID = int64(len(j.events)) + 1
	j.events = append(j.events, e)
	if j.changed != nil {
		close(j.changed)
	}
	j.changed = make(chan struct{})
	return e.ID, nil
}

// Since returns at most limit events after id; an unknown id counts as 0.
func (j *Journal) Since(_ context.Context, id int64, limit int) ([]lab.Event, error) {
	events, _, err := j.after(id)
	return events[:min(limit, len(events))], err
}

// Subscribe delivers the events after since and then every new one until ctx is done.
func (j *Journal) Subscribe(ctx context.Context, since int64) <-chan lab.Event {
	out := make(chan lab.Event)
	go func() {
		defer close(out)
		for {
			events, changed, err := j.after(since)
			if err != nil {
				return
			}
			for _, e := range events {
				select {
				case out <- e:
					since = e.ID
				case <-ctx.Done():
					return
				}
			}
			select {
			case <-changed:
			case <-ctx.Done():
				return
			}
		}
	}()
	return out
}

func (j *Journal) after(id int64) ([]lab.Event, <-chan struct{}, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.changed == nil {
		j.changed = make(chan struct{})
	}
	if id < 0 || id > int64(len(j.events)) {
		id = 0
	}
	return append([]lab.Event{}, j.events[id:]...), j.changed, j.Err
}

// LiveJournal is a journal that can be followed; labbox's own are.
type LiveJournal interface {
	lab.Journal
	Subscribe(ctx context.Context, since int64) <-chan lab.Event
}

// TestJournal is the contract of a journal. open returns an empty one for each call.
func TestJournal(t *testing.T, open func(t *testing.T) LiveJournal) {
	t.Helper()
	for name, check := range map[string]func(*testing.T, LiveJournal){
		"ids grow by one and what was stored comes back": journalRoundTrip,
		"since and limit select":                         journalSelects,
		"an id of another database counts as none":       journalUnknownID,
		"subscription replays, then lives, without gap":  journalSubscribes,
		"subscription ends with its context":             journalUnsubscribes,
		"many writers, each event once":                  journalConcurrent,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			check(t, open(t))
		})
	}
}

func journalRoundTrip(t *testing.T, j LiveJournal) {
	want := lab.Event{
		ID: 99, Time: time.Date(2026, 3, 1, 12, 0, 0, 123456789, time.UTC), Kind: lab.EventStep, Subject: "boot",
		Title: "Boot", State: lab.StateFailed, Progress: &lab.Progress{Message: "ä\n\"x\"", Done: 1, Total: 2},
		Error: lab.Errorf(lab.CodeStep, "try again", "no luck"), Detail: json.RawMessage(`{"a":[1]}`),
	}
	first := mustAppend(t, j, lab.Event{Kind: lab.EventLab, Subject: "lab", Time: want.Time})
	second := mustAppend(t, j, want)
	if first < 1 || second != first+1 {
		t.Fatalf("ids %d, %d: want them to grow by one from at least 1", first, second)
	}
	got := mustSince(t, j, first, 10)
	want.ID = second
	if len(got) != 1 || !reflect.DeepEqual(got[0], want) {
		t.Fatalf("got %+v\nwant %+v", got, want)
	}
}

func journalSelects(t *testing.T, j LiveJournal) {
	if got := mustSince(t, j, 0, 10); got == nil || len(got) != 0 {
		t.Fatalf("empty journal: got %v, want an empty list", got)
	}
	for range 5 {
		mustAppend(t, j, lab.Event{Kind: lab.EventLab, Subject: "lab"})
	}
	for _, c := range []struct{ since, limit, want, first int }{{0, 10, 5, 1}, {0, 2, 2, 1}, {3, 10, 2, 4}, {5, 10, 0, 0}} {
		got := mustSince(t, j, int64(c.since), c.limit)
		if len(got) != c.want || (c.want > 0 && got[0].ID != int64(c.first)) {
			t.Errorf("Since(%d, %d) = %v", c.since, c.limit, got)
		}
	}
}

func journalUnknownID(t *testing.T, j LiveJournal) {
	mustAppend(t, j, lab.Event{Kind: lab.EventLab, Subject: "lab"})
	if got := mustSince(t, j, 1000, 10); len(got) != 1 {
		t.Fatalf("Since(1000) = %v, want everything", got)
	}
}

func journalSubscribes(t *testing.T, j LiveJournal) {
	for range 600 {
		mustAppend(t, j, lab.Event{Kind: lab.EventLab, Subject: "lab"})
	}
	live := j.Subscribe(t.Context(), 10)
	for want := int64(11); want <= 650; want++ {
		if want > 600 {
			mustAppend(t, j, lab.Event{Kind: lab.EventLab, Subject: "lab"})
		}
		if got := mustReceive(t, live); got.ID != want {
			t.Fatalf("got event %d, want %d", got.ID, want)
		}
	}
}

func journalUnsubscribes(t *testing.T, j LiveJournal) {
	ctx, cancel := context.WithCancel(t.Context())
	live := j.Subscribe(ctx, 0)
	cancel()
	select {
	case _, open := <-live:
		if open {
			t.Fatal("received an event of an empty journal")
		}
	case <-time.After(10 * time.Second):
		t.Fatal("channel still open after the context ended")
	}
}

func journalConcurrent(t *testing.T, j LiveJournal) {
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 25 {
				if _, err := j.Append(t.Context(), lab.Event{Kind: lab.EventLab, Subject: "lab"}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	for i, e := range mustSince(t, j, 0, 1000) {
		if e.ID != int64(i)+1 {
			t.Fatalf("event %d has id %d", i+1, e.ID)
		}
	}
}

func mustAppend(t *testing.T, j lab.Journal, e lab.Event) int64 {
	t.Helper()
	id, err := j.Append(t.Context(), e)
	if err != nil {
		t.Fatalf("Append: %v", err)
	}
	return id
}

func mustSince(t *testing.T, j lab.Journal, id int64, limit int) []lab.Event {
	t.Helper()
	events, err := j.Since(t.Context(), id, limit)
	if err != nil {
		t.Fatalf("Since: %v", err)
	}
	return events
}

func mustReceive(t *testing.T, live <-chan lab.Event) lab.Event {
	t.Helper()
	select {
	case e, open := <-live:
		if !open {
			t.Fatal("subscription ended early")
		}
		return e
	case <-time.After(10 * time.Second):
		t.Fatal("no event within ten seconds")
		return lab.Event{}
	}
}

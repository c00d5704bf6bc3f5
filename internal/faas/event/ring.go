package event

import (
	"encoding/json"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/labbox/labbox/internal/faas/queue"
	"github.com/labbox/labbox/internal/faas/store"
)

// Delivery is one event on its way to one function.
type Delivery struct {
	ID      string    `json:"id"`
	Topic   string    `json:"topic"`
	Type    string    `json:"type"`
	Source  string    `json:"source"`
	Subject string    `json:"subject,omitempty"`
	Time    time.Time `json:"time"`
	// Function and Namespace are empty when nobody subscribes.
	Function  string `json:"functionName,omitempty"`
	Namespace string `json:"namespace,omitempty"`
	CallID    string `json:"callId,omitempty"`
	// State is unheard, queued, failed (not queued; the source tries again), and after a
	// try what queue.Outcome says: retry, done or dead.
	State  string `json:"state"`
	Status int    `json:"status,omitempty"`
	Tries  int    `json:"tries"`
	Error  string `json:"error,omitempty"`
	// Changed is when the state did last.
	Changed time.Time `json:"changedAt"`
}

// Ring remembers the newest deliveries, for people to look at; it does not outlive the
// process. It is safe for concurrent use.
type Ring struct {
	mu   sync.Mutex
	all  []Delivery // oldest first
	size int
}

// NewRing returns a Ring of the newest size deliveries.
func NewRing(size int) *Ring { return &Ring{size: size} }

// add notes that e was queued for a function, could not be, or concerns nobody. What comes
// a second time is called once and noted once.
func (r *Ring) add(e Event, key *store.Key, err error) {
	d := Delivery{
		ID: e.ID, Topic: e.Topic, Type: typePrefix + e.Topic, Source: e.Source, Subject: e.Subject, Time: e.Time.UTC(),
		State: "unheard", Changed: time.Now().UTC(),
	}
	if key != nil {
		d.Function, d.Namespace, d.CallID, d.State = key.Name, key.Namespace, e.callID(*key), "queued"
	}
	if err != nil {
		d.State, d.Error = "failed", err.Error()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	same := func(old Delivery) bool { return old.ID == d.ID && old.Topic == d.Topic && old.CallID == d.CallID }
	if old := r.newest(same); old != nil {
		if err != nil || old.State == "failed" {
			*old = d
		}
		return
	}
	r.all = append(r.all, d)
	if len(r.all) > r.size {
		r.all = append(r.all[:0], r.all[len(r.all)-r.size:]...)
	}
}

// newest returns the newest delivery that is so, or nil. The caller holds the lock.
func (r *Ring) newest(is func(Delivery) bool) *Delivery {
	for i := len(r.all) - 1; i >= 0; i-- {
		if is(r.all[i]) {
			return &r.all[i]
		}
	}
	return nil
}

// Observe notes how a try of a queued call ended, if it was an event's.
func (r *Ring) Observe(o queue.Outcome) {
	if o.Header.Get("Ce-Id") == "" {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if d := r.newest(func(d Delivery) bool { return d.CallID == o.ID && o.ID != "" }); d != nil {
		d.State, d.Status, d.Tries, d.Error, d.Changed = o.State, o.Status, o.Try, o.Error, time.Now().UTC()
	}
}

// Newest returns up to limit deliveries, the newest first.
func (r *Ring) Newest(limit int) []Delivery {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := []Delivery{}
	for i := len(r.all) - 1; i >= 0 && len(out) < limit; i-- {
		out = append(out, r.all[i])
	}
	return out
}

// Routes serve GET /system/events?limit=N (50, at most the ring's size).
func (r *Ring) Routes() map[string]func(http.ResponseWriter, *http.Request) error {
	return map[string]func(http.ResponseWriter, *http.Request) error{"GET /system/events": func(w http.ResponseWriter, q *http.Request) error {
		limit := 50
		if text := q.FormValue("limit"); text != "" {
			n, err := strconv.Atoi(text)
			if err != nil || n < 1 {
				return &store.Invalid{Message: "limit must be a number from 1"}
			}
			limit = n
		}
		w.Header().Set("Content-Type", "application/json")
		return json.NewEncoder(w).Encode(r.Newest(limit))
	}}
}

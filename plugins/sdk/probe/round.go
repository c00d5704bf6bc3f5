package probe

import (
	"context"
	"strings"

	"github.com/labbox/labbox/plugins/sdk"
)

// Round gathers the readings of one Check. It belongs to one goroutine.
type Round struct {
	client  *Client
	target  sdk.Target
	links   []sdk.Link
	signals []sdk.Signal
	facts   []string
	faults  []string
}

// Round begins a round of readings of t.
func (c *Client) Round(t sdk.Target) *Round { return &Round{client: c, target: t} }

// Endpoint returns an endpoint of the target; it is empty when there is none.
func (r *Round) Endpoint(name string) sdk.Endpoint { return r.target.Endpoints[name] }

// Link adds a page of an endpoint, if the target has it.
func (r *Round) Link(title, endpoint, path string) {
	if e := r.Endpoint(endpoint); e.URL != "" {
		r.links = append(r.links, sdk.Link{Name: title, URL: e.URL + path})
	}
}

// Fact adds to the message of a trend that is alive.
func (r *Round) Fact(text string) { r.facts = append(r.facts, text) }

// Fault says that the trend is not alive, and why.
func (r *Round) Fault(system, what string) { r.faults = append(r.faults, system+" "+what) }

// Failed notes err as a fault of system and says whether there was one.
func (r *Round) Failed(system string, err error) bool {
	if err != nil {
		r.Fault(system, err.Error())
	}
	return err != nil
}

// Signal adds a reading.
func (r *Round) Signal(s sdk.Signal) { r.signals = append(r.signals, s) }

// Count adds a reading that is a number of things, which is well whatever it is.
func (r *Round) Count(name string, n int, unit string) {
	r.Signal(sdk.Signal{Name: name, Value: float64(n), Unit: unit, OK: true})
}

// Series adds what Prometheus answers to query, as a reading that is well when it
// is above zero. Where Prometheus is not there, or has no such series, nothing is
// added: that is not this trend's fault. It returns the reading and whether there is one.
func (r *Round) Series(ctx context.Context, name, query, unit string) (float64, bool) {
	v, found, err := r.client.Scalar(ctx, r.Endpoint("prometheus"), query)
	if err != nil || !found {
		return 0, false
	}
	r.Signal(sdk.Signal{Name: name, Value: v, Unit: unit, OK: v > 0})
	return v, true
}

// Health ends the round: alive when there was no fault.
func (r *Round) Health() sdk.Health {
	h := sdk.Health{Alive: len(r.faults) == 0, Links: r.links, Signals: r.signals}
	if h.Alive {
		h.Message = strings.Join(r.facts, ", ")
	} else {
		h.Message = strings.Join(r.faults, "; ")
	}
	return h
}

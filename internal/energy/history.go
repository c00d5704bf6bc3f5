package energy

import (
	"sort"
	"time"
)

// point is the state of counters at one moment.
type point struct {
	at                    time.Time
	joules, active        float64
	cpu, reserved, memory float64
}

// history holds points of the last half hour, in order.
type history struct {
	points []point
}

// slack is how many points too old may stay before they are cleared at once.
const slack = 256

func (h *history) add(p point) {
	h.points = append(h.points, p)
	old := sort.Search(len(h.points), func(i int) bool { return !h.points[i].at.Before(p.at.Add(-keepHistory)) })
	if old > slack {
		kept := copy(h.points, h.points[old-1:]) // one older, to interpolate from
		h.points = h.points[:kept]
	}
}

// at returns the counters at t: interpolated between samples, and held before the
// first and after the last.
func (h *history) at(t time.Time) point {
	n := len(h.points)
	if n == 0 {
		return point{at: t}
	}
	i := sort.Search(n, func(i int) bool { return h.points[i].at.After(t) })
	switch i {
	case 0:
		return h.points[0]
	case n:
		return h.points[n-1]
	}
	a, b := h.points[i-1], h.points[i]
	f := float64(t.Sub(a.at)) / float64(b.at.Sub(a.at))
	mix := func(x, y float64) float64 { return x + f*(y-x) }
	return point{
		at: t, joules: mix(a.joules, b.joules), active: mix(a.active, b.active),
		cpu: mix(a.cpu, b.cpu), reserved: mix(a.reserved, b.reserved), memory: mix(a.memory, b.memory),
	}
}

// between returns what was added from one moment to another, and for how many of
// the seconds between them there were samples.
func (h *history) between(from, to time.Time) (delta point, seconds float64) {
	if len(h.points) == 0 || !to.After(from) {
		return point{}, 0
	}
	a, b := h.at(from), h.at(to)
	first, last := h.points[0].at, h.points[len(h.points)-1].at
	if from.Before(first) {
		from = first
	}
	if to.After(last) {
		to = last
	}
	return point{
		joules: b.joules - a.joules, active: b.active - a.active, cpu: b.cpu - a.cpu,
		reserved: b.reserved - a.reserved, memory: b.memory - a.memory,
	}, max(to.Sub(from).Seconds(), 0)
}

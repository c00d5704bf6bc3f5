package gateway

import (
	"time"

	"github.com/labbox/labbox/internal/faas/api"
)

// recently is the time whose mean load says whether more replicas are needed.
const recently = 2 * time.Second

// sample is a function's load, over all replicas, at a moment.
type sample struct {
	at   time.Time
	load float64
}

// situation is all that the number of a function's replicas depends on.
type situation struct {
	rules api.Scaling
	// wanted replicas, as the Deployment has it.
	wanted int32
	// samples of the load, oldest first.
	samples []sample
	// pressed: calls wait because every replica has as many as it may.
	pressed bool
	// calls that run or wait.
	calls int64
	// idle since the last call ended; settled since nobody else set the replicas.
	idle, settled time.Time
	now           time.Time
}

// decide returns how many replicas the function is to have. It is OpenFaaS's formula,
//
//	replicas = ⌈ready · (mean load of a ready replica / (target · proportion))⌉,
//
// where ready and mean cancel out to the load of all, and is
//
//   - up at once, by the mean of the last seconds;
//   - down once DownWindow has passed in which fewer would always have been enough;
//   - to zero, if the labels want it, after ZeroAfter without any call;
//   - never up from zero: that is the business of the call that comes (scaler).
//
// Who sets replicas by hand, or through POST /system/alert, is overruled by load that
// needs more, at once, and by load that needs fewer only after a DownWindow of its own
// (settled); a hand that sets zero is overruled by the next call. Without labels for
// the load, the hand alone decides between zero and max.
func decide(s situation) int32 {
	r := s.rules
	switch {
	case s.wanted == 0:
		return 0
	case r.Zero && s.calls == 0 && s.now.Sub(latest(s.idle, s.settled)) >= r.ZeroAfter:
		return 0
	case !r.OnLoad:
		return s.wanted
	}
	if up := r.Need(s.current()); up > s.wanted {
		return up
	}
	if down := r.Need(s.peak()); down < s.wanted && s.now.Sub(s.settled) >= r.DownWindow {
		return down
	}
	return s.wanted
}

// current is the load now: the mean of the last seconds, or the last sample if calls
// stand in line.
func (s situation) current() float64 {
	n := len(s.samples)
	if n == 0 {
		return 0
	}
	if s.pressed {
		return s.samples[n-1].load
	}
	var sum, count float64
	for _, one := range s.samples {
		if s.now.Sub(one.at) < recently {
			sum, count = sum+one.load, count+1
		}
	}
	return sum / max(count, 1)
}

// peak is the highest load within the window, and the calls that run now at least: a
// single moment of work keeps the replicas that it needed.
func (s situation) peak() float64 {
	var high float64
	for _, one := range s.samples {
		if s.now.Sub(one.at) < s.rules.DownWindow {
			high = max(high, one.load)
		}
	}
	return max(high, s.current())
}

// remember adds a sample and drops those that no decision can depend on: what is older
// than the last seconds and was exceeded since, or fell out of the window.
func remember(samples []sample, next sample, window time.Duration) []sample {
	kept := samples[:0]
	for i, one := range samples {
		age := next.at.Sub(one.at)
		if age < recently || age < window && !exceeded(one, samples[i+1:], next) {
			kept = append(kept, one)
		}
	}
	return append(kept, next)
}

func exceeded(one sample, later []sample, next sample) bool {
	if next.load >= one.load {
		return true
	}
	for _, other := range later {
		if other.load >= one.load {
			return true
		}
	}
	return false
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

package gateway

import (
	"testing"
	"time"

	"github.com/labbox/labbox/internal/faas/api"
)

func TestDecide(t *testing.T) {
	t.Parallel()
	now := time.Unix(1000, 0)
	ago := func(seconds float64) time.Time { return now.Add(-time.Duration(seconds * float64(time.Second))) }
	loads := func(pairs ...float64) (out []sample) { // seconds ago, load
		for i := 0; i < len(pairs); i += 2 {
			out = append(out, sample{ago(pairs[i]), pairs[i+1]})
		}
		return out
	}
	rules := func(labels ...string) api.Scaling {
		m := map[string]string{}
		for i := 0; i < len(labels); i += 2 {
			m["com.openfaas.scale."+labels[i]] = labels[i+1]
		}
		r, err := api.ParseScaling(m, nil)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	onLoad := rules("type", "capacity", "target", "10", "target-proportion", "1", "max", "5", "down.window", "60s")
	floor := onLoad
	floor.Min = 2
	toZero := rules("zero", "true", "zero-duration", "5m")
	both := onLoad
	both.Zero, both.ZeroAfter = true, 5*time.Minute
	tests := []struct {
		name string
		s    situation
		want int32
	}{
		{"no load, at min", situation{rules: onLoad, wanted: 1, samples: loads(0, 0)}, 1},
		{"no sample yet", situation{rules: onLoad, wanted: 3, settled: ago(10)}, 3},
		{"what one carries", situation{rules: onLoad, wanted: 1, samples: loads(1, 10, 0, 10)}, 1},
		{"more than one carries", situation{rules: onLoad, wanted: 1, samples: loads(1, 10, 0, 12)}, 2},
		{"up by several at once", situation{rules: onLoad, wanted: 1, samples: loads(0, 40)}, 4},
		{"never above max", situation{rules: onLoad, wanted: 1, samples: loads(0, 4000)}, 5},
		{"a peak is not the mean", situation{rules: onLoad, wanted: 1, samples: loads(1.5, 0, 1, 0, .5, 0, 0, 40)}, 1},
		{"a peak with a queue is", situation{rules: onLoad, wanted: 1, samples: loads(1.5, 0, 1, 0, .5, 0, 0, 40), pressed: true}, 4},
		{"old load is not now", situation{rules: onLoad, wanted: 1, samples: loads(30, 50, 0, 5)}, 1},
		{"not down within the window", situation{rules: onLoad, wanted: 4, samples: loads(50, 35, 0, 0), settled: ago(500)}, 4},
		{"down to what the window needed", situation{rules: onLoad, wanted: 4, samples: loads(50, 15, 0, 0), settled: ago(500)}, 2},
		{"down to min", situation{rules: floor, wanted: 4, samples: loads(100, 50, 0, 0), settled: ago(500)}, 2},
		{"watched for less than the window", situation{rules: onLoad, wanted: 4, samples: loads(0, 0), settled: ago(59)}, 4},
		{"set by hand a moment ago, load needs more", situation{rules: onLoad, wanted: 2, samples: loads(0, 45), settled: ago(1)}, 5},
		{"set below min by hand, load wants min", situation{rules: floor, wanted: 1, samples: loads(0, 0), settled: ago(1)}, 2},
		{"at zero, calls wait", situation{rules: both, wanted: 0, samples: loads(0, 50), calls: 50, pressed: true}, 0},
		{"without labels the hand decides", situation{rules: rules(), wanted: 7, samples: loads(0, 0), settled: ago(1e6), idle: ago(1e6)}, 7},
		{"min alone is no load", situation{rules: rules("min", "3"), wanted: 1, samples: loads(0, 1e6)}, 1},
		{"idle for long enough", situation{rules: toZero, wanted: 2, idle: ago(300), settled: ago(300)}, 0},
		{"idle not long enough", situation{rules: toZero, wanted: 2, idle: ago(299), settled: ago(500)}, 2},
		{"idle, but just woken or set", situation{rules: toZero, wanted: 2, idle: ago(1000), settled: ago(10)}, 2},
		{"a call runs", situation{rules: toZero, wanted: 2, idle: ago(1000), settled: ago(1000), calls: 1}, 2},
		{"zero goes below min", situation{rules: both, wanted: 1, samples: loads(0, 0), idle: ago(300), settled: ago(300)}, 0},
		{"load of a function that may be at zero", situation{rules: both, wanted: 1, samples: loads(0, 35), calls: 35, idle: now, settled: ago(300)}, 4},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.s.now = now
			if got := decide(tt.s); got != tt.want {
				t.Errorf("decide() = %d, want %d", got, tt.want)
			}
		})
	}
}

// What is dropped changes no decision, and little is kept.
func TestRememberKeepsWhatCounts(t *testing.T) {
	t.Parallel()
	window := time.Minute
	rules := api.Scaling{Min: 1, Max: 100, OnLoad: true, Target: 1, Proportion: 1, DownWindow: window}
	start := time.Unix(0, 0)
	var all, kept []sample
	for i := range 2000 {
		next := sample{start.Add(time.Duration(i) * beat), float64(i * i * 7919 % 90)}
		all, kept = append(all, next), remember(kept, next, window)
		for _, wanted := range []int32{1, 50, 100} {
			s := situation{rules: rules, wanted: wanted, now: next.at}
			s.samples = all[max(0, len(all)-200):]
			want := decide(s)
			s.samples = kept
			if got := decide(s); got != want {
				t.Fatalf("beat %d, %d replicas: %d with what is kept, %d with all", i, wanted, got, want)
			}
		}
	}
	for i := range 100 {
		kept = remember(kept, sample{start.Add(2000*beat + time.Duration(i)*beat), 0}, window)
	}
	if len(kept) > 40 {
		t.Errorf("%d samples are kept of an idle function", len(kept))
	}
}

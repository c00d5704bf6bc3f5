package api

import (
	"strings"
	"testing"
	"time"
)

func TestParseScaling(t *testing.T) {
	t.Parallel()
	base := Scaling{Min: 1, Max: 20, Factor: 20, Type: "rps", Target: 50, Proportion: 0.9, ZeroAfter: 15 * time.Minute, DownWindow: time.Minute}
	with := func(change func(*Scaling)) Scaling {
		s := base
		change(&s)
		return s
	}
	tests := []struct {
		name, labels, bound string
		want                Scaling
		fault               string
	}{
		{"nothing", "", "", base, ""},
		{"bounds", "min=2 max=7 factor=50", "", with(func(s *Scaling) { s.Min, s.Max, s.Factor, s.OnLoad = 2, 7, 50, true }), ""},
		{"load", "type=cpu target=500 target-proportion=0.70", "", with(func(s *Scaling) { s.Type, s.Target, s.Proportion, s.OnLoad = "cpu", 500, 0.7, true }), ""},
		{"zero", "zero=true zero-duration=90", "", with(func(s *Scaling) { s.Zero, s.ZeroAfter = true, 90*time.Second }), ""},
		{"window", "down.window=5m", "", with(func(s *Scaling) { s.DownWindow = 5 * time.Minute }), ""},
		{"bound", "", "1", with(func(s *Scaling) { s.Type, s.Target, s.Proportion, s.OnLoad = "capacity", 1, 1, true }), ""},
		{"no bound", "", "0", base, ""},
		{"foreign type", "type=queue", "", base, `scale.type: "queue" must be one of ["rps" "capacity" "cpu"]`},
		{"target 0", "target=0", "", base, "scale.target: "},
		{"target NaN", "target=NaN", "", base, "scale.target: "},
		{"proportion", "target-proportion=1.5", "", base, "target-proportion"},
		{"factor", "factor=101", "", base, "factor"},
		{"maybe zero", "zero=yes", "", base, "scale.zero: "},
		{"no time", "zero-duration=soon", "", base, "zero-duration"},
		{"negative window", "down.window=-5s", "", base, "down.window"},
		{"min above max", "min=3 max=2", "", base, "scale.max"},
		{"negative bound", "", "-1", base, AnnotationMaxInflight},
		{"bound is text", "", "one", base, AnnotationMaxInflight},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			labels := map[string]string{}
			for _, pair := range strings.Fields(tt.labels) {
				name, value, _ := strings.Cut(pair, "=")
				labels["com.openfaas.scale."+name] = value
			}
			got, err := ParseScaling(labels, map[string]string{AnnotationMaxInflight: tt.bound})
			if tt.fault != "" {
				if err == nil || !strings.Contains(err.Error(), tt.fault) {
					t.Errorf("error %v, want %q in it", err, tt.fault)
				}
				d := Deployment{Service: "f", Image: "i", Labels: labels, Annotations: map[string]string{AnnotationMaxInflight: tt.bound}}
				if d.Validate() == nil {
					t.Error("a deployment with it is accepted")
				}
				return
			}
			if err != nil || got != tt.want {
				t.Errorf("%+v, %v; want %+v", got, err, tt.want)
			}
		})
	}
}

func TestNeed(t *testing.T) {
	t.Parallel()
	s := Scaling{Min: 2, Max: 10, Target: 10, Proportion: 0.9}
	for load, want := range map[float64]int32{0: 2, 18: 2, 18.1: 3, 27: 3, 90: 10, 1e12: 10} {
		if got := s.Need(load); got != want {
			t.Errorf("Need(%v) = %d, want %d", load, got, want)
		}
	}
}

package api

import (
	"fmt"
	"math"
	"strconv"
	"time"
)

// AnnotationMaxInflight on a function bounds the calls that one replica has at a
// time, "1" or more; 0 or none is no bound. Calls beyond it wait for a free replica,
// first come first served.
const AnnotationMaxInflight = "labbox.dev/max-inflight"

// The labels that scaling on load and to zero goes by, beside LabelMin and LabelMax.
const (
	LabelFactor     = "com.openfaas.scale.factor"
	LabelType       = "com.openfaas.scale.type"
	LabelTarget     = "com.openfaas.scale.target"
	LabelProportion = "com.openfaas.scale.target-proportion"
	LabelZero       = "com.openfaas.scale.zero"
	LabelZeroAfter  = "com.openfaas.scale.zero-duration"
	LabelDownWindow = "com.openfaas.scale.down.window"
)

// What a function's load is measured in.
const (
	ScaleRPS      = "rps"      // calls a second
	ScaleCapacity = "capacity" // calls in flight, those that wait included
	ScaleCPU      = "cpu"      // thousandths of a core
)

// Scaling is what a function's labels say about the number of its replicas.
type Scaling struct {
	// Min and Max bound the replicas; only Zero goes below Min.
	Min, Max int32
	// Factor is the part of Max, in percent, that an alert adds.
	Factor int32
	// OnLoad: the number follows the load. It is so when a label says what the load
	// is measured in, how much of it a replica is to have, or how many replicas there
	// may be, or when a replica's calls are bounded; else the number stays as it was
	// set.
	OnLoad bool
	// Type is what the load is measured in.
	Type string
	// Target is the load that a replica can carry, Proportion the part of it that it
	// is to carry.
	Target, Proportion float64
	// Zero: without a call for ZeroAfter there are no replicas.
	Zero      bool
	ZeroAfter time.Duration
	// DownWindow is how long fewer replicas must have been enough before there are fewer.
	DownWindow time.Duration
}

// ParseScaling reads the labels, and the bound on a replica's calls, of a function. The
// error names the label that is wrong.
func ParseScaling(labels, annotations map[string]string) (Scaling, error) {
	p := scaleParser{labels: labels}
	var s Scaling
	s.Min, s.Max, p.err = ScaleBounds(labels)
	s.Factor = int32(p.number(LabelFactor, 20, 0, 100))
	bound, err := MaxInflight(annotations)
	if p.err == nil {
		p.err = err
	}
	kind, target, proportion := ScaleRPS, 50.0, 0.9
	if bound > 0 {
		kind, target, proportion = ScaleCapacity, float64(bound), 1
	}
	s.Type = p.oneOf(LabelType, kind, ScaleRPS, ScaleCapacity, ScaleCPU)
	s.Target = p.number(LabelTarget, target, 0.001, 1e6)
	s.Proportion = p.number(LabelProportion, proportion, 0.01, 1)
	s.Zero = p.oneOf(LabelZero, "false", "true", "false") == "true"
	s.ZeroAfter = p.duration(LabelZeroAfter, 15*time.Minute)
	s.DownWindow = p.duration(LabelDownWindow, time.Minute)
	s.OnLoad = bound > 0 || p.any(LabelType, LabelTarget, LabelProportion, LabelMax)
	return s, p.err
}

// MaxInflight reads AnnotationMaxInflight; 0 is no bound.
func MaxInflight(annotations map[string]string) (int, error) {
	text := annotations[AnnotationMaxInflight]
	if text == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n > 1e6 {
		return 0, fmt.Errorf("annotations: %s: %q must be a number from 0 to 1000000", AnnotationMaxInflight, text)
	}
	return n, nil
}

// Need returns the replicas that carry load together, within Min and Max.
func (s Scaling) Need(load float64) int32 {
	n := math.Ceil(load/(s.Target*s.Proportion) - 1e-9) // 90 of 100 is 0.9, not a little more
	return int32(min(max(n, float64(s.Min), 1), float64(s.Max)))
}

// scaleParser keeps the first fault.
type scaleParser struct {
	labels map[string]string
	err    error
}

func (p *scaleParser) any(names ...string) bool {
	for _, name := range names {
		if p.labels[name] != "" {
			return true
		}
	}
	return false
}

func (p *scaleParser) fault(name, want string) {
	if p.err == nil {
		p.err = fmt.Errorf("labels: %s: %q must be %s", name, p.labels[name], want)
	}
}

func (p *scaleParser) number(name string, otherwise, least, most float64) float64 {
	text := p.labels[name]
	if text == "" {
		return otherwise
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || !(n >= least && n <= most) { // a NaN is neither
		p.fault(name, fmt.Sprintf("a number from %g to %g", least, most))
		return otherwise
	}
	return n
}

func (p *scaleParser) oneOf(name, otherwise string, allowed ...string) string {
	text := p.labels[name]
	if text == "" {
		return otherwise
	}
	for _, a := range allowed {
		if text == a {
			return a
		}
	}
	p.fault(name, fmt.Sprintf("one of %q", allowed))
	return otherwise
}

// duration takes "90" as seconds and "1m30s".
func (p *scaleParser) duration(name string, otherwise time.Duration) time.Duration {
	text := p.labels[name]
	if text == "" {
		return otherwise
	}
	d, err := time.ParseDuration(text)
	if n, number := strconv.ParseUint(text, 10, 31); number == nil {
		d, err = time.Duration(n)*time.Second, nil
	}
	if err != nil || d <= 0 || d > 24*time.Hour {
		p.fault(name, "a time such as 90s or 15m, of at most 24h")
		return otherwise
	}
	return d
}

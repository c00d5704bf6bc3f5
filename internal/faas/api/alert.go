package api

import "fmt"

// Alerts is the part of Alertmanager's webhook message that scaling reads. The
// message has more fields, and gets new ones.
type Alerts struct {
	// Status is "firing" or "resolved" and counts for alerts without one of their own.
	Status string  `json:"status"`
	Alerts []Alert `json:"alerts"`
}

// Alert is one of them.
type Alert struct {
	Status string            `json:"status"`
	Labels map[string]string `json:"labels"`
}

// What an alert's status can be.
const (
	Firing   = "firing"
	Resolved = "resolved"
)

// LabelFactor is how much of the most replicas a firing alert adds, in per cent.
const LabelFactor = "com.openfaas.scale.factor"

// DefaultFactor is the step where LabelFactor says nothing.
const DefaultFactor = 20

// ScaleFactor reads LabelFactor: 0 (alerts change nothing) to 100.
func ScaleFactor(labels map[string]string) (int32, error) {
	n, err := scaleLabel(labels, LabelFactor, DefaultFactor)
	if err != nil || n > 100 {
		return 0, fmt.Errorf("labels: %s: %q must be a number from 0 to 100", LabelFactor, labels[LabelFactor])
	}
	return n, nil
}

// AfterAlert returns the replicas that a function of these labels is to have when an
// alert about it fires (a step more, most at most) or is resolved (the least, one at
// least). Labels that cannot be read count as absent.
func AfterAlert(labels map[string]string, replicas int32, firing bool) int32 {
	least, most, err := ScaleBounds(labels)
	if err != nil {
		least, most = 1, DefaultMax
	}
	if !firing {
		return max(least, 1)
	}
	factor, err := ScaleFactor(labels)
	if err != nil {
		factor = DefaultFactor
	}
	step := (most*factor + 99) / 100
	return max(min(replicas+step, most), replicas)
}

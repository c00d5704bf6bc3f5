package api

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

// AfterAlert returns the replicas that a function is to have when an alert about it
// fires (a step of LabelFactor more, the most at most) or is resolved (the least, one
// at least). Labels that cannot be read count as absent.
func AfterAlert(labels map[string]string, replicas int32, firing bool) int32 {
	s, err := ParseScaling(labels, nil)
	if err != nil {
		s, _ = ParseScaling(nil, nil)
	}
	if !firing {
		return max(s.Min, 1)
	}
	step := (s.Max*s.Factor + 99) / 100
	return max(min(replicas+step, s.Max), replicas)
}

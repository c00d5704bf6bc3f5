package lab

import "time"

// ObjectEvent is what Kubernetes reports on one of its objects: a pod was scheduled,
// an image could not be had, a probe failed.
type ObjectEvent struct {
	// Time is when it was seen last.
	Time time.Time `json:"time"`
	// Warning is false for what is normal.
	Warning bool   `json:"warning"`
	Reason  string `json:"reason"`
	Message string `json:"message"`
	// Object is its kind and name, such as "Pod/web-0".
	Object string `json:"object"`
	// Count is how often it was seen.
	Count int32 `json:"count"`
}

package kube

import (
	"runtime/debug"
	"time"
)

// The garbage a child may pile up, in percent of what it really uses: while it
// starts, and from then on. A heap that has once been large does not shrink well,
// because live objects are scattered over it; so the generous time is short.
const (
	garbageAtStart = 50
	garbageSettled = 25
	startTime      = 10 * time.Second
	// quietAfter is when the lab is furnished and what was needed for that only
	// can be given back.
	quietAfter = 90 * time.Second
)

// settle makes this process spare memory once it has started.
func settle() {
	debug.SetGCPercent(garbageAtStart)
	time.AfterFunc(startTime, func() { debug.SetGCPercent(garbageSettled) })
	time.AfterFunc(quietAfter, debug.FreeOSMemory)
}

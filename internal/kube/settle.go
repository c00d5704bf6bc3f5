package kube

import (
	"runtime/debug"
	"time"
)

// settleAfter is how long a child may be generous with memory. Until then the
// machine is busy starting the lab, and time is worth more.
const settleAfter = 45 * time.Second

// The garbage a child may pile up, in percent of what it really uses: at the
// start, and once it has settled. A larger heap at the start would not shrink
// again, because live objects are scattered over it.
const (
	garbageAtStart = 50
	garbageSettled = 25
)

// settle makes this process give memory back some time after its start.
func settle() {
	debug.SetGCPercent(garbageAtStart)
	time.AfterFunc(settleAfter, func() {
		debug.SetGCPercent(garbageSettled)
		debug.FreeOSMemory()
	})
}

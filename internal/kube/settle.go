package kube

import (
	"runtime/debug"
	"time"
)

// The garbage a child may pile up, in percent of what it really uses: while it starts,
// while the lab is furnished, and from then on. A heap that has once been large does not
// shrink well, because live objects are scattered over it; so the generous time is short.
const (
	garbageAtStart    = 50
	garbageFurnishing = 25
	garbageSettled    = 20
	startTime         = 10 * time.Second
	// giveBackEvery is how often a child gives free memory back at once, which the
	// runtime alone does hesitantly: a lab that is furnished, or a learner who installs
	// something, needs a lot for a short time. It takes some hundredths of a second.
	giveBackEvery = time.Minute
)

// settle makes this process spare memory once it has started.
func settle() {
	debug.SetGCPercent(garbageAtStart)
	time.AfterFunc(startTime, func() { debug.SetGCPercent(garbageFurnishing) })
	go func() {
		for range time.Tick(giveBackEvery) {
			debug.SetGCPercent(garbageSettled)
			debug.FreeOSMemory()
		}
	}()
}

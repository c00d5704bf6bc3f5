package runtime

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// neighbour is a worker in another container of the pod, which the kubelet starts
// and restarts. The pod's containers share their process ids, so that it can be
// seen, and ended, from here.
type neighbour struct {
	proc string // /proc
	once sync.Once
	end  chan struct{}

	mu    sync.Mutex
	known map[int]string // process id to start time
}

// watchEvery is how often a neighbour is looked for: nothing tells when it ends.
const watchEvery = 50 * time.Millisecond

func newNeighbour(proc string) *neighbour {
	n := &neighbour{proc: proc, end: make(chan struct{})}
	go n.watch()
	return n
}

// watch closes end when processes were seen and the last of them is gone.
func (n *neighbour) watch() {
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	for {
		now := n.others()
		n.mu.Lock()
		left := 0
		for pid, start := range n.known {
			if now[pid] == start {
				left++
			}
		}
		gone := len(n.known) > 0 && left == 0
		if !gone {
			n.known = now
		}
		n.mu.Unlock()
		if gone {
			n.once.Do(func() { close(n.end) })
			return
		}
		select {
		case <-tick.C:
		case <-n.end:
			return
		}
	}
}

// others returns the processes that are neither this one nor the pod's first.
func (n *neighbour) others() map[int]string {
	out := map[int]string{}
	entries, err := os.ReadDir(n.proc)
	if err != nil {
		return out
	}
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil || pid == 1 || pid == os.Getpid() {
			continue
		}
		text, err := os.ReadFile(fmt.Sprintf("%s/%d/stat", n.proc, pid))
		if err != nil {
			continue
		}
		// After the name in parentheses: state is the 1st field, start time the 20th.
		_, rest, _ := strings.Cut(string(text), ") ")
		if fields := strings.Fields(rest); len(fields) >= 20 && fields[0] != "Z" {
			out[pid] = fields[19]
		}
	}
	return out
}

func (n *neighbour) Ended() <-chan struct{} { return n.end }

func (n *neighbour) Outcome() string { return "Runtime exited without providing a reason" }

func (n *neighbour) Stop(grace time.Duration) {
	signal := syscall.SIGKILL
	if grace > 0 {
		signal = syscall.SIGTERM
	}
	for pid := range n.others() {
		_ = syscall.Kill(pid, signal)
	}
	if grace > 0 { // the kubelet does the rest
		n.once.Do(func() { close(n.end) })
		return
	}
	select {
	case <-n.end:
	case <-time.After(2 * time.Second): // it was never seen
		n.once.Do(func() { close(n.end) })
	}
}

func (n *neighbour) PeakMemory() int64 {
	var peak int64
	for pid := range n.others() {
		peak += peakMemory(pid)
	}
	return peak
}

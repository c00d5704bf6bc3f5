package energy

import (
	"context"
	"errors"
	"log/slog"
	"time"
)

// memoryEvery is how many samples share one reading of memory.
const memoryEvery = 10

// Sampler reads the machine at a fixed period and feeds a Ledger.
type Sampler struct {
	Proc      string // where /proc is
	Cgroups   Cgroups
	Meter     Meter
	Directory Directory
	Ledger    *Ledger
	Period    time.Duration
	Log       *slog.Logger

	last     NodeCPU
	lastTime time.Time
	bases    map[string]base // by pod
	first    bool
	count    int
	quiet    bool // the lack of pods was logged
}

// Run samples until ctx is done. A sample that fails is logged and left out; the
// next one covers its time as well.
func (s *Sampler) Run(ctx context.Context) error {
	if err := s.begin(time.Now()); err != nil {
		return err
	}
	ticker := time.NewTicker(s.Period)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case now := <-ticker.C:
			if err := s.sample(now); err != nil {
				s.Log.Warn("sample", "err", err)
			}
		}
	}
}

// begin takes the readings that the first interval starts from.
func (s *Sampler) begin(now time.Time) error {
	node, err := ReadNodeCPU(s.Proc)
	if err != nil {
		return err
	}
	s.last, s.lastTime, s.first = node, now, true
	s.bases = map[string]base{}
	pods, err := s.readPods()
	if err != nil {
		return err
	}
	s.intervals(now, pods)
	s.first = false
	_, err = s.Meter.Read(Usage{})
	return err
}

// sample closes the interval that began with the previous one.
func (s *Sampler) sample(now time.Time) error {
	pods, err := s.readPods() // before the node, so that its time covers theirs
	if err != nil {
		return err
	}
	node, err := ReadNodeCPU(s.Proc)
	if err != nil {
		return err
	}
	usage := Usage{
		Seconds: now.Sub(s.lastTime).Seconds(),
		Active:  max(node.Active-s.last.Active, 0), Total: max(node.Total-s.last.Total, 0),
	}
	if usage.Seconds <= 0 {
		return nil
	}
	zones, err := s.Meter.Read(usage)
	if err != nil {
		return err
	}
	s.last, s.lastTime = node, now
	s.Ledger.Add(Interval{At: now, Usage: usage, Energy: zones, Pods: s.intervals(now, pods)})
	return nil
}

func (s *Sampler) readPods() ([]PodUsage, error) {
	s.count++
	pods, err := s.Cgroups.Read(s.count%memoryEvery == 1)
	if errors.Is(err, ErrNoPods) { // the node is told all the same
		if !s.quiet {
			s.Log.Warn("no pods to be seen yet", "err", err)
		}
		s.quiet = true
		return nil, nil
	}
	s.quiet = false
	return pods, err
}

// base is what the counters of a pod showed when it was last seen.
type base struct {
	cpu    float64
	inside map[string]float64
	memory float64
	seen   time.Time
}

// keepBase bridges a pod that cannot be read for a moment.
const keepBase = time.Minute

// intervals turns counters into what was used since the last sample. A pod that was
// not there before has used all of its CPU time since, except at the first sample.
func (s *Sampler) intervals(now time.Time, pods []PodUsage) []PodInterval {
	out := make([]PodInterval, 0, len(pods))
	for _, p := range pods {
		last, known := s.bases[p.UID]
		if !known && s.first {
			last = base{cpu: p.CPUSeconds, inside: p.Containers}
		}
		next := base{cpu: p.CPUSeconds, inside: p.Containers, memory: last.memory, seen: now}
		if p.MemoryBytes > 0 {
			next.memory = p.MemoryBytes
		}
		s.bases[p.UID] = next
		info, _ := s.Directory.Lookup(p.UID) // without a name until Kubernetes tells
		info.UID = p.UID
		in := PodInterval{Info: info, CPU: max(p.CPUSeconds-last.cpu, 0), MemoryBytes: next.memory}
		if len(p.Containers) > 0 {
			in.Containers = make(map[string]float64, len(p.Containers))
			for id, used := range p.Containers {
				in.Containers[id] = max(used-last.inside[id], 0)
			}
		}
		out = append(out, in)
	}
	for uid, b := range s.bases {
		if now.Sub(b.seen) > keepBase {
			delete(s.bases, uid)
		}
	}
	return out
}

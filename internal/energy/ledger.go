package energy

import (
	"sync"
	"time"
)

const (
	// keepEnded is how long the counters of an ended pod or job stay readable.
	keepEnded = 30 * time.Minute
	// keepHistory is how far back a window may reach.
	keepHistory = 30 * time.Minute
)

// Interval is everything that was seen between two samples.
type Interval struct {
	At     time.Time
	Usage  Usage
	Energy []ZoneEnergy
	// Pods holds the pods whose cgroups are there, with the CPU seconds they used
	// within the interval.
	Pods []PodInterval
}

// PodInterval is one pod within an Interval.
type PodInterval struct {
	Info        PodInfo
	CPU         float64
	MemoryBytes float64
	Containers  map[string]float64
}

// Counter is energy that only grows, and the power of the last interval.
type Counter struct {
	Joules float64
	Watts  float64
}

func (c *Counter) add(joules, seconds float64) {
	c.Joules += joules
	if seconds > 0 {
		c.Watts = joules / seconds
	}
}

// ZoneCounters are the node's counters of one zone.
type ZoneCounters struct {
	Path                string
	Total, Active, Idle Counter
}

// ContainerRecord is what a container has used.
type ContainerRecord struct {
	ID, Name, Runtime string
	CPU               float64
	Zones             map[string]*Counter
}

// PodRecord is what a pod has used since the Ledger knows it.
type PodRecord struct {
	Info     PodInfo
	State    string
	Since    time.Time
	Ended    time.Time // zero while it runs
	CPU      float64
	Zones    map[string]*Counter
	Reserved Counter // idle energy of CPUs it reserves and does not use
	Memory   Counter // modelled
	// Containers is empty unless the sampler reads them.
	Containers map[string]*ContainerRecord
	history    history
	credited   credit
}

// JobKey names a Job.
type JobKey struct{ Namespace, Name string }

// JobRecord is what all pods of a Job have used.
type JobRecord struct {
	CPU   float64
	Zones map[string]*Counter
	last  time.Time
}

// Ledger adds up intervals. Its methods may be called from several goroutines.
type Ledger struct {
	mu      sync.RWMutex
	zones   map[string]*ZoneCounters
	ratio   float64
	pods    map[string]*PodRecord
	jobs    map[JobKey]*JobRecord
	node    history
	primary string
}

// NewLedger returns an empty Ledger.
func NewLedger() *Ledger {
	return &Ledger{
		zones: map[string]*ZoneCounters{}, pods: map[string]*PodRecord{}, jobs: map[JobKey]*JobRecord{},
		primary: "package",
	}
}

// Add takes one interval. Intervals come in the order of their time.
func (l *Ledger) Add(in Interval) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ratio = in.Usage.Ratio()
	l.choosePrimary(in.Energy)
	seen := map[string]bool{}
	for _, p := range in.Pods {
		seen[p.Info.UID] = true
		l.pod(p, in)
	}
	for _, z := range in.Energy {
		l.addZone(z, in)
	}
	l.addReserved(in)
	l.creditJobs(in)
	for _, p := range in.Pods {
		l.remember(l.pods[p.Info.UID], in.At)
	}
	zone := l.zones[l.primary]
	if zone != nil {
		l.node.add(point{at: in.At, joules: zone.Total.Joules, active: zone.Active.Joules})
	}
	l.retire(seen, in.At)
}

// choosePrimary picks the zone that energies without a zone refer to.
func (l *Ledger) choosePrimary(zones []ZoneEnergy) {
	for _, z := range zones {
		if z.Zone == "package" {
			l.primary = z.Zone
			return
		}
	}
	if len(zones) > 0 {
		l.primary = zones[0].Zone
	}
}

// pod brings the record of a pod up to date, all but its energy.
func (l *Ledger) pod(p PodInterval, in Interval) {
	rec, ok := l.pods[p.Info.UID]
	if !ok {
		begin := in.At.Add(-time.Duration(in.Usage.Seconds * float64(time.Second)))
		rec = &PodRecord{Since: begin, Zones: map[string]*Counter{}, Containers: map[string]*ContainerRecord{},
			credited: credit{joules: map[string]float64{}}}
		rec.history.add(point{at: begin})
		l.pods[p.Info.UID] = rec
	}
	rec.Info, rec.State, rec.Ended = p.Info, StateRunning, time.Time{}
	if p.Info.Ended {
		rec.State = StateTerminated
	}
	rec.CPU += p.CPU
	rec.Memory.add(MemoryWatts(p.MemoryBytes)*in.Usage.Seconds, in.Usage.Seconds)
	for id, cpu := range p.Containers {
		name, known := p.Info.Containers[id]
		if !known { // the pod's sandbox, or too new
			continue
		}
		c, ok := rec.Containers[id]
		if !ok {
			c = &ContainerRecord{ID: id, Name: name, Runtime: p.Info.Runtime, Zones: map[string]*Counter{}}
			rec.Containers[id] = c
		}
		c.CPU += cpu
	}
}

// creditJobs hands to Jobs what their pods have used and not handed on yet: also
// what they used before their names were known.
func (l *Ledger) creditJobs(in Interval) {
	for _, job := range l.jobs {
		for _, c := range job.Zones {
			c.Watts = 0
		}
	}
	for _, p := range in.Pods {
		if p.Info.Owner.Kind != "Job" {
			continue
		}
		rec := l.pods[p.Info.UID]
		key := JobKey{p.Info.Namespace, p.Info.Owner.Name}
		job, ok := l.jobs[key]
		if !ok {
			job = &JobRecord{Zones: map[string]*Counter{}}
			l.jobs[key] = job
		}
		job.last = in.At
		job.CPU += rec.CPU - rec.credited.cpu
		rec.credited.cpu = rec.CPU
		for zone, c := range rec.Zones {
			z := counter(job.Zones, zone)
			z.Joules += c.Joules - rec.credited.joules[zone]
			z.Watts += c.Watts
			rec.credited.joules[zone] = c.Joules
		}
	}
}

// credit is what a pod has handed to its Job.
type credit struct {
	cpu    float64
	joules map[string]float64
}

// addZone divides the energy of one zone among node, pods and containers.
func (l *Ledger) addZone(z ZoneEnergy, in Interval) {
	node, ok := l.zones[z.Zone]
	if !ok {
		node = &ZoneCounters{Path: z.Path}
		l.zones[z.Zone] = node
	}
	active, idle := Split(z.Joules, in.Usage)
	node.Total.add(z.Joules, in.Usage.Seconds)
	node.Active.add(active, in.Usage.Seconds)
	node.Idle.add(idle, in.Usage.Seconds)
	cpu := make([]float64, len(in.Pods))
	for i, p := range in.Pods {
		cpu[i] = p.CPU
	}
	for i, joules := range Share(active, in.Usage.Active, cpu) {
		p := in.Pods[i]
		rec := l.pods[p.Info.UID]
		counter(rec.Zones, z.Zone).add(joules, in.Usage.Seconds)
		rec.divide(z.Zone, joules, p, in.Usage.Seconds)
	}
}

// divide gives the containers their parts of the pod's energy.
func (r *PodRecord) divide(zone string, joules float64, p PodInterval, seconds float64) {
	ids := make([]string, 0, len(r.Containers))
	cpu := make([]float64, 0, len(r.Containers))
	for id := range r.Containers {
		ids = append(ids, id)
		cpu = append(cpu, p.Containers[id])
	}
	for i, part := range Share(joules, p.CPU, cpu) {
		counter(r.Containers[ids[i]].Zones, zone).add(part, seconds)
	}
}

// addReserved gives pods the idle energy of what they reserve and do not use.
func (l *Ledger) addReserved(in Interval) {
	if in.Usage.Seconds <= 0 {
		return
	}
	var idle float64
	for _, z := range in.Energy {
		if z.Zone == l.primary {
			_, idle = Split(z.Joules, in.Usage)
		}
	}
	unused := make([]float64, len(in.Pods))
	for i, p := range in.Pods {
		if !p.Info.Ended {
			unused[i] = p.Info.RequestCPUs - p.CPU/in.Usage.Seconds
		}
	}
	idleCPUs := (in.Usage.Total - in.Usage.Active) / in.Usage.Seconds
	for i, joules := range Reserve(idle, idleCPUs, unused) {
		l.pods[in.Pods[i].Info.UID].Reserved.add(joules, in.Usage.Seconds)
	}
}

func (l *Ledger) remember(rec *PodRecord, now time.Time) {
	p := point{at: now, cpu: rec.CPU, reserved: rec.Reserved.Joules, memory: rec.Memory.Joules}
	if c, ok := rec.Zones[l.primary]; ok {
		p.joules, p.active = c.Joules, c.Joules
	}
	rec.history.add(p)
}

// retire ends pods that are gone and forgets those that long are.
func (l *Ledger) retire(seen map[string]bool, now time.Time) {
	for uid, rec := range l.pods {
		if seen[uid] {
			continue
		}
		if rec.Ended.IsZero() {
			rec.Ended, rec.State = now, StateTerminated
			rec.Reserved.Watts, rec.Memory.Watts = 0, 0
			for _, c := range rec.Zones {
				c.Watts = 0
			}
			for _, c := range rec.Containers {
				for _, z := range c.Zones {
					z.Watts = 0
				}
			}
		}
		if now.Sub(rec.Ended) > keepEnded {
			delete(l.pods, uid)
		}
	}
	for key, job := range l.jobs {
		if now.Sub(job.last) > keepEnded {
			delete(l.jobs, key)
		}
	}
}

func counter(m map[string]*Counter, zone string) *Counter {
	c, ok := m[zone]
	if !ok {
		c = &Counter{}
		m[zone] = c
	}
	return c
}

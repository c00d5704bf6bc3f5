package energy

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

func start() time.Time { return time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) }

// interval is one second on a machine of two CPUs that costs 10 J.
func interval(n int, active float64, pods ...PodInterval) Interval {
	return Interval{
		At: start().Add(time.Duration(n) * time.Second), Usage: Usage{Seconds: 1, Active: active, Total: 2},
		Energy: []ZoneEnergy{{Zone: "package", Path: "model", Joules: 10}, {Zone: "core", Path: "x", Joules: 4}}, Pods: pods,
	}
}

func pod(uid string, cpu float64) PodInterval {
	return PodInterval{Info: PodInfo{UID: uid, Name: "pod-" + uid, Namespace: "ns"}, CPU: cpu}
}

func TestLedgerAttributes(t *testing.T) {
	t.Parallel()
	l := NewLedger()
	a := pod("a", .5)
	a.Info.RequestCPUs = .75
	a.MemoryBytes = 1e9
	a.Containers = map[string]float64{"c1": .3, "c2": .1, "sandbox": .1}
	a.Info.Containers = map[string]string{"c1": "app", "c2": "side"}
	l.Add(interval(1, 1, a, pod("b", .25)))
	rec := l.pods["a"]
	// 10 J at half load: 5 J active, of which a used half the CPU time.
	checks := map[string][2]float64{
		"node total":  {l.zones["package"].Total.Joules, 10},
		"node active": {l.zones["package"].Active.Joules, 5},
		"node idle":   {l.zones["package"].Idle.Joules, 5},
		"a":           {rec.Zones["package"].Joules, 2.5},
		"a in core":   {rec.Zones["core"].Joules, 1},
		"a watts":     {rec.Zones["package"].Watts, 2.5},
		"b":           {l.pods["b"].Zones["package"].Joules, 1.25},
		"a reserved":  {rec.Reserved.Joules, 1.25}, // a quarter CPU unused, of one idle CPU at 5 J
		"a memory":    {rec.Memory.Joules, memoryWattsPerGB},
		"c1":          {rec.Containers["c1"].Zones["package"].Joules, 1.5},
		"c2":          {rec.Containers["c2"].Zones["package"].Joules, .5},
	}
	for name, c := range checks {
		if !near(c[0], c[1], 1e-9) {
			t.Errorf("%s = %v, want %v", name, c[0], c[1])
		}
	}
	if len(rec.Containers) != 2 {
		t.Errorf("containers = %v", rec.Containers)
	}
}

// Counters only grow, and pods never have more than the node, however the machine
// behaves.
func TestLedgerProperties(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(3, 4))
	l := NewLedger()
	before := map[string]float64{}
	for n := range 4000 {
		var pods []PodInterval
		for i := range 6 {
			if rng.IntN(4) == 0 {
				continue
			}
			p := pod(fmt.Sprint("p", i+n/1000*10), rng.Float64())
			p.Info.Owner = Owner{Kind: "Job", Name: fmt.Sprint("j", i%2)}
			p.Info.RequestCPUs = rng.Float64() * 3
			pods = append(pods, p)
		}
		l.Add(interval(n, rng.Float64()*2, pods...))
		now := map[string]float64{}
		var all, reserved float64
		for uid, rec := range l.pods {
			now[uid] = rec.Zones["package"].Joules
			now[uid+" reserved"] = rec.Reserved.Joules
			now[uid+" cpu"] = rec.CPU
			all += rec.Zones["package"].Joules
			reserved += rec.Reserved.Joules
		}
		for key, job := range l.jobs {
			now["job "+key.Name] = job.Zones["package"].Joules
		}
		now["node"] = l.zones["package"].Active.Joules
		for name, v := range now {
			if v < before[name] {
				t.Fatalf("second %d: %s fell from %v to %v", n, name, before[name], v)
			}
		}
		if node := l.zones["package"]; all > node.Active.Joules*(1+1e-9) || reserved > node.Idle.Joules*(1+1e-9) {
			t.Fatalf("second %d: pods have %v active, %v idle of %+v", n, all, reserved, node)
		}
		before = now
	}
	var jobs, pods float64
	for _, j := range l.jobs {
		jobs += j.Zones["package"].Joules
	}
	for _, p := range l.pods {
		pods += p.Zones["package"].Joules
	}
	if len(l.pods) >= 24 || jobs < pods {
		t.Errorf("%d pods are remembered with %v J, their jobs have %v J", len(l.pods), pods, jobs)
	}
}

func TestEndedPodsStayForAWhile(t *testing.T) {
	t.Parallel()
	l := NewLedger()
	job := pod("a", 1)
	job.Info.Owner = Owner{Kind: "Job", Name: "train"}
	l.Add(interval(1, 1, job))
	l.Add(interval(2, 1))
	rec := l.pods["a"]
	if rec.State != StateTerminated || rec.Zones["package"].Watts != 0 || rec.Zones["package"].Joules != 5 {
		t.Errorf("after its end: %+v, %+v", rec, rec.Zones["package"])
	}
	l.Add(interval(1800, 1))
	r := l.Report(Query{Job: "train", From: start(), To: start().Add(20 * time.Second)}, Facts{})
	if !near(r.Joules, 5, 1e-9) || !near(r.Seconds, 1, 1e-9) || len(r.Pods) != 1 || r.Pods[0].State != StateTerminated {
		t.Errorf("half an hour later: %+v", r)
	}
	l.Add(interval(1803, 1))
	if len(l.pods) != 0 || len(l.jobs) != 0 {
		t.Errorf("still remembered: %v, %v", l.pods, l.jobs)
	}
}

// The API server may tell the name of a pod after the first samples.
func TestJobGetsWhatItsPodUsedUnnamed(t *testing.T) {
	t.Parallel()
	l := NewLedger()
	l.Add(interval(1, 1, PodInterval{Info: PodInfo{UID: "a"}, CPU: 1}))
	named := pod("a", 1)
	named.Info.Owner = Owner{Kind: "Job", Name: "train"}
	l.Add(interval(2, 1, named))
	l.Add(interval(3, 1, named))
	job := l.jobs[JobKey{"ns", "train"}]
	if job == nil || !near(job.Zones["package"].Joules, 15, 1e-9) || !near(job.CPU, 3, 1e-9) {
		t.Errorf("job = %+v", job)
	}
	if job.Zones["package"].Watts != 5 {
		t.Errorf("watts = %v", job.Zones["package"].Watts)
	}
}

func TestReport(t *testing.T) {
	t.Parallel()
	l := NewLedger()
	for n := range 60 {
		busy := 0.0
		if n >= 20 && n < 30 {
			busy = 1
		}
		p := pod("a", busy)
		p.Info.Owner = Owner{Kind: "Deployment", Name: "web"}
		other := pod("z", .1)
		other.Info.Namespace = "other"
		l.Add(interval(n, max(busy, .5)+.1, p, other))
	}
	facts := Facts{Method: MethodCCF, Zone: "DE", Grid: Grid{Year: 2024, Zones: map[string]float64{"DE": 360}}, Embodied: DefaultEmbodied()}
	at := func(n float64) time.Time { return start().Add(time.Duration(n * float64(time.Second))) }
	tests := map[string]struct {
		q       Query
		pods    int
		joules  float64
		seconds float64
	}{
		"all of the burst":   {Query{Namespace: "ns", From: at(10), To: at(40)}, 1, 50, 30},
		"half of a second":   {Query{Pod: "pod-a", From: at(22), To: at(22.5)}, 1, 2.5, .5},
		"before the burst":   {Query{Owner: "web", From: at(0), To: at(10)}, 1, 0, 10},
		"partly in the past": {Query{Pod: "pod-a", From: at(-100), To: at(25)}, 1, 30, 26},
		"a future":           {Query{Pod: "pod-a", From: at(500), To: at(600)}, 0, 0, 0},
		"nobody":             {Query{Pod: "pod-x", From: at(0), To: at(60)}, 0, 0, 0},
		"not a job":          {Query{Job: "web", From: at(0), To: at(60)}, 0, 0, 0},
		"both":               {Query{From: at(10), To: at(15)}, 2, 2.5, 5},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := l.Report(tt.q, facts)
			if len(r.Pods) != tt.pods || !near(r.Joules, tt.joules, 1e-6) || !near(r.Seconds, tt.seconds, 1e-6) {
				t.Errorf("%d pods, %v J, %v s; want %d, %v, %v", len(r.Pods), r.Joules, r.Seconds, tt.pods, tt.joules, tt.seconds)
			}
			if !near(r.GramsCO2e, tt.joules/1e4, 1e-9) || r.Method != MethodCCF || r.GridYear != 2024 || r.Note == "" {
				t.Errorf("report = %+v", r)
			}
		})
	}
	t.Run("per call", func(t *testing.T) {
		r := l.Report(Query{Pod: "pod-a", From: at(20), To: at(21), Units: 10, Unit: "call"}, facts)
		wantM := DefaultEmbodied().Grams(1, 1)
		if r.SCI == nil || !near(r.SCI.GramsPerUnit, (r.TotalGramsCO2e+wantM)/10, 1e-12) || r.Unit != "call" {
			t.Errorf("SCI = %+v", r.SCI)
		}
	})
	t.Run("node", func(t *testing.T) {
		r := l.Report(Query{From: at(10), To: at(20)}, facts)
		if !near(r.Node.Joules, 100, 1e-6) || !near(r.Node.ActiveJoules, 9*3+5.5, 1e-6) {
			t.Errorf("node = %+v", r.Node)
		}
		if r.Node.ActiveJoules+r.Node.IdleJoules != r.Node.Joules {
			t.Errorf("node = %+v", r.Node)
		}
	})
}

func TestHistoryIsBounded(t *testing.T) {
	t.Parallel()
	var h history
	for n := range 10_000 {
		h.add(point{at: start().Add(time.Duration(n) * time.Second), joules: float64(n)})
	}
	if len(h.points) > 1801+slack+1 {
		t.Errorf("%d points are kept", len(h.points))
	}
	d, seconds := h.between(start().Add(9000*time.Second), start().Add(9500*time.Second))
	if d.joules != 500 || seconds != 500 {
		t.Errorf("%v J in %v s", d.joules, seconds)
	}
}

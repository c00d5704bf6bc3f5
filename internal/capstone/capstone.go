package capstone

import (
	"context"
	"log/slog"
	"maps"
	"sync"
	"time"

	"github.com/labbox/labbox/internal/lab"
)

// Capstone runs the exercise. It is safe for concurrent use; runs and resets queue.
type Capstone struct {
	opt  Options
	turn sync.Mutex
}

// New returns a Capstone; it does no I/O.
func New(o Options) (*Capstone, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	return &Capstone{opt: o}, nil
}

// evidence is what a step has read back, by name; units are part of the names.
type evidence map[string]any

// job is one step at work.
type job struct {
	systems
	*facts
	log *slog.Logger
	// say tells the observer what is being done right now.
	say func(doing string)
	evidence
}

// facts are what later steps need from earlier ones.
type facts struct {
	commit  string   // head of the platform repository
	runID   string   // MLflow run of the champion
	version string   // champion's version
	pod     string   // pod that trained the champion
	stages  []string // Jobs started by this run
	traffic traffic
}

// step is one part of the capstone.
type step struct {
	id, title, titleDE string
	do                 func(ctx context.Context, j *job) error
}

// steps are all steps, in order.
func steps() []step {
	return []step{
		{"gitops", "Platform repository pushed, Argo CD syncs the app of apps", "Plattform-Repository gepusht, Argo CD synchronisiert die App der Apps", syncPlatform},
		{"pipeline", "Pipeline of Jobs: train, evaluate, register, champion", "Pipeline aus Jobs: trainieren, bewerten, registrieren, champion", runPipeline},
		{"promotion", "A commit promotes the model, Argo CD rolls it out", "Ein Commit befördert das Modell, Argo CD rollt es aus", promote},
		{"function", "Function classify reads 100 held-out digits", "Funktion classify liest 100 zurückgehaltene Ziffern", callFunction},
		{"metrics", "Prometheus holds rate, latency, errors and model version", "Prometheus kennt Rate, Latenz, Fehler und Modellversion", readMetrics},
		{"energy", "Energy and carbon of training, of a call and of idling", "Energie und CO2 des Trainings, eines Aufrufs und des Leerlaufs", readEnergy},
	}
}

// Titles returns the titles of the steps by their ids, in German.
func Titles() map[string]string {
	titles := map[string]string{}
	for _, s := range steps() {
		titles[s.id] = s.titleDE
	}
	return titles
}

// Steps returns all steps, not yet run, with their English titles, in order.
func Steps() []lab.CapstoneStep {
	var all []lab.CapstoneStep
	for _, s := range steps() {
		all = append(all, lab.CapstoneStep{ID: s.id, Title: s.title, Evidence: map[string]any{}})
	}
	return all
}

// Run runs all steps in order and stops at the first that fails; the steps after it
// carry an error that says so. observe gets each step as it starts, several times
// while it runs (Passed false, Error empty, Evidence["doing"] says what is being
// done) and once when it is done (Passed true, or Error set); it is called from one
// goroutine at a time. The error is non-nil only when ctx ended the run: a step
// that fails is part of the result.
func (c *Capstone) Run(ctx context.Context, observe func(lab.CapstoneStep)) (lab.CapstoneResult, error) {
	c.turn.Lock()
	defer c.turn.Unlock()
	if observe == nil {
		observe = func(lab.CapstoneStep) {}
	}
	result := lab.CapstoneResult{Started: time.Now(), Passed: true}
	shared, sys := &facts{}, c.systems()
	for _, s := range steps() {
		if !result.Passed {
			skipped := lab.CapstoneStep{ID: s.id, Title: s.title, Evidence: map[string]any{}, Error: "not run, because an earlier step did not pass"}
			result.Steps = append(result.Steps, skipped)
			continue
		}
		j := &job{systems: sys, facts: shared, log: c.opt.Log.With("step", s.id)}
		done := runStep(ctx, s, j, observe)
		result.Steps = append(result.Steps, done)
		result.Passed = done.Passed
	}
	result.Finished = time.Now()
	return result, ctx.Err()
}

// runStep runs one step and reports its start, its progress and its end.
func runStep(ctx context.Context, s step, j *job, observe func(lab.CapstoneStep)) lab.CapstoneStep {
	started := time.Now()
	now := lab.CapstoneStep{ID: s.id, Title: s.title}
	j.evidence = evidence{}
	j.say = func(doing string) {
		running := now
		running.Seconds = time.Since(started).Seconds()
		running.Evidence = maps.Clone(map[string]any(j.evidence))
		running.Evidence["doing"] = doing
		observe(running)
		j.log.Debug("capstone", "doing", doing)
	}
	j.say("starting")
	err := s.do(ctx, j)
	now.Seconds = round(time.Since(started).Seconds(), 2)
	now.Evidence = j.evidence
	now.Passed = err == nil
	if err != nil {
		now.Error = sentence(err)
	}
	j.log.Info("capstone step", "passed", now.Passed, "seconds", now.Seconds, "error", now.Error)
	observe(now)
	return now
}

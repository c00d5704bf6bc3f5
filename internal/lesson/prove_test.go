package lesson

import (
	"slices"
	"strings"
	"testing"

	"github.com/labbox/labbox/internal/lab"
)

func TestProve(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	proof, err := r.Prove(t.Context(), "gitops/drift")
	if err != nil || !proof.Passed {
		t.Fatalf("%+v, %v", proof, err)
	}
	if proof.Solutions != 3 || proof.Sabotages != 1 || proof.Mistakes != 3 || proof.Tick > tickWithin.Seconds() {
		t.Errorf("%+v", proof)
	}
	var names []string
	for _, s := range proof.Steps {
		names = append(names, s.Name)
	}
	want := "start, start: heal fails, heal: mistake scaled-by-hand, heal: solve, heal: sabotage, heal: solve again, " +
		"why: mistake pushes, why: answer, why: one choice is right, count: mistake none, count: answer, reset, reset: heal fails, put away"
	if got := strings.Join(names, ", "); got != want {
		t.Errorf("steps\n%s, want\n%s", got, want)
	}
	if len(r.store.starts)+len(r.store.ticks)+len(r.store.attempts)+len(r.events.all()) > 0 {
		t.Error("the learner's progress was touched")
	}
	if got := strings.Join(r.world.emptied, " "); got != "learn-drift" {
		t.Errorf("put away %q", got)
	}
	r.mustStart(t) // nothing is left that keeps the learner off
	if _, err := r.Prove(t.Context(), "gitops/drift"); err != nil || len(r.world.emptied) != 1 {
		t.Errorf("%v; what the learner has started was put away: %q", err, r.world.emptied)
	}
}

// TestProveFindsFaults: each way in which a lesson can be wrong fails the proof, and the
// step says why.
func TestProveFindsFaults(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("awaits for half a minute that something does not come")
	}
	for _, c := range []struct {
		name    string
		script  string
		do      func(w *world) Output
		step    string
		problem string
	}{
		{"a start that is the end", "start.sh", func(w *world) Output { w.app, w.pods = app(true), 2; return Output{} }, "start: heal fails", "though nothing has been done"},
		{"a start that fails", "start.sh", func(*world) Output { return Output{Code: 1, Text: "no"} }, "start", "exit code 1"},
		{"a solution that does nothing", "solve/heal.sh", func(*world) Output { return Output{} }, "heal: solve", "was not ticked by itself"},
		{"a solution that fails", "solve/heal.sh", func(*world) Output { return Output{Code: 2} }, "heal: solve", "exit code 2"},
		{"a sabotage that does nothing", "sabotage/heal.sh", func(*world) Output { return Output{} }, "heal: sabotage", "still passes"},
		{"a mistake that is none", "mistakes/heal/scaled-by-hand.sh", func(*world) Output { return Output{} }, "heal: mistake scaled-by-hand", "not recognised"},
		{"a wrong answer", "solve/count.sh", func(*world) Output { return Output{Text: "17\n"} }, "count: answer", `answer "17"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			r.world.scripts[c.script] = c.do
			proof, err := r.Prove(t.Context(), "gitops/drift")
			if err != nil || proof.Passed {
				t.Fatalf("%+v, %v", proof, err)
			}
			for _, s := range proof.Steps {
				if s.Name == c.step && !s.Passed && strings.Contains(s.Problem, c.problem) {
					return
				}
			}
			t.Errorf("no failed step %q with %q in %+v", c.step, c.problem, proof.Steps)
		})
	}
}

func TestProveIsAlone(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	if err := r.occupy("gitops/drift"); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Prove(t.Context(), "gitops/drift"); lab.AsError(err).Code != lab.CodeRunning {
		t.Errorf("%v", err)
	}
}

// TestProveResetIsTimedAlone: other provers begin nothing while a reset is timed; the start
// is not timed, so they need not wait for that.
func TestProveResetIsTimedAlone(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	start := r.world.scripts["start.sh"]
	var alone []bool
	r.world.scripts["start.sh"] = func(w *world) Output {
		others := r.resets.TryLock()
		if others {
			r.resets.Unlock()
		}
		alone = append(alone, !others)
		return start(w)
	}
	if proof, err := r.Prove(t.Context(), "gitops/drift"); err != nil || !proof.Passed {
		t.Fatalf("%+v, %v", proof, err)
	}
	if want := []bool{false, true}; !slices.Equal(alone, want) {
		t.Errorf("start and reset were alone: %v, want %v", alone, want)
	}
}

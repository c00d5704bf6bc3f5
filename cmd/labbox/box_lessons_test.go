package main

import (
	"encoding/json"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/labbox/labbox/internal/lab"
)

// proofFile is where the proofs are kept.
const proofFile = "../../build/lessons.json"

// proveWithin is how long it may take to prove all lessons.
const proveWithin = 15 * time.Minute

// lessonList is what "lesson list" says.
func (b *box) lessonList() []lab.Lesson {
	b.t.Helper()
	var list struct {
		Lessons []lab.Lesson `json:"lessons"`
	}
	if err := json.Unmarshal([]byte(b.must("lesson", "list", "-o", "json")), &list); err != nil {
		b.t.Fatal(err)
	}
	return list.Lessons
}

// learntLessons are those that are learnt by the command line; of each trend one is learnt
// in the browser, and all are proven.
func learntLessons() []string { return []string{"gitops/declarative", "platform/catalog"} }

// boxLesson is a learner's way through lessons: nothing is done at the start, everything
// after the solution, and a reset keeps what was done.
func boxLesson(t *testing.T, b *box) {
	seen := []string{}
	for _, l := range b.lessonList() {
		if !slices.Contains(seen, l.Trend) {
			seen = append(seen, l.Trend)
		}
		if !slices.Contains(learntLessons(), l.ID) {
			continue
		}
		b.must("lesson", "start", l.ID)
		if out, _, code := b.labbox("lesson", "check", l.ID); code != 17 {
			t.Errorf("%s: check at the start: exit code %d\n%s", l.ID, code, out)
		}
		if out, errOut, code := b.labbox("lesson", "solve", l.ID, "--run"); code != 0 {
			t.Errorf("%s: solution: exit code %d\n%s%s", l.ID, code, out, errOut)
			continue
		}
		if out, _, code := b.labbox("lesson", "check", l.ID); code != 0 {
			t.Errorf("%s: check after the solution: exit code %d\n%s", l.ID, code, out)
		}
		began := time.Now()
		b.must("lesson", "reset", l.ID)
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("%s: the reset took %s", l.ID, took)
		}
	}
	slices.Sort(seen)
	if want := []string{"capstone", "gitops", "mlops", "platform", "serverless", "sustainability"}; !slices.Equal(seen, want) {
		t.Errorf("there are lessons of %v, want %v", seen, want)
	}
	b.lessonsKept()
}

// lessonsKept: what was learnt is done, and nothing has made that undone.
func (b *box) lessonsKept() {
	b.t.Helper()
	kept := 0
	for _, l := range b.lessonList() {
		if !slices.Contains(learntLessons(), l.ID) {
			continue
		}
		kept++
		if l.Done != l.Tasks || l.Finished == nil {
			b.t.Errorf("%s: %d of %d tasks are done", l.ID, l.Done, l.Tasks)
		}
	}
	if kept != len(learntLessons()) {
		b.t.Errorf("%d of %v are there", kept, learntLessons())
	}
}

// boxLessons proves every lesson on the real lab, trends side by side.
func boxLessons(t *testing.T, b *box) {
	if os.Getenv("LABBOX_BOX_PROVE") == "" {
		t.Skip("LABBOX_BOX_PROVE is empty; \"make prove\" proves the lessons on a lab that runs")
	}
	out, errOut, code := b.labbox("lesson", "prove", "-o", "json")
	if err := os.WriteFile(proofFile, []byte(out), 0o644); err != nil { //nolint:gosec // for everybody to read
		t.Error(err)
	}
	var p proofs
	if err := json.Unmarshal([]byte(out), &p); err != nil {
		t.Fatalf("exit code %d: %v\n%s%s", code, err, out, errOut)
	}
	for _, l := range p.Lessons {
		t.Logf("%-32s %v  start %5.1f s  tick %.2f s  reset %5.1f s  total %5.1f s", l.Lesson, l.Passed, l.Start, l.Tick, l.Reset, l.Seconds)
		for _, s := range l.Steps {
			if !s.Passed {
				t.Errorf("%s, %s: %s\n%s", l.Lesson, s.Name, s.Problem, s.Output)
			}
		}
	}
	if all := len(b.lessonList()); !p.Passed || code != 0 || len(p.Lessons) != all {
		t.Errorf("passed %v, exit code %d, %d of %d lessons", p.Passed, code, len(p.Lessons), all)
	}
	if took := time.Duration(p.Seconds * float64(time.Second)); took > proveWithin {
		t.Errorf("it took %s; %s are the most", took, proveWithin)
	}
	b.lessonsKept() // a proof is nobody's progress
}

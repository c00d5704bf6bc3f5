package lesson

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/labbox/labbox/internal/lab"
)

// tickWithin is the promise: a task is ticked so soon after the change.
const tickWithin = 500 * time.Millisecond

func TestTicksByItself(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.run(t)
	r.mustStart(t)
	await(t, "the first look", func() bool { return r.task(t, "heal").Check != nil })
	first := r.task(t, "heal")
	if first.Tick != nil || first.Check.Passed || first.Check.Seen.DE != "2 Pods, selfHeal ist false" || first.Check.Expected.EN != "2 pods and selfHeal true" {
		t.Fatalf("at the start: %+v", first.Check)
	}
	r.world.change(func(w *world) { w.pods = 3 })
	await(t, "the mistake", func() bool { return r.task(t, "heal").Check.Mistake == "scaled-by-hand" })
	if hint := r.task(t, "heal").Check.Hint; hint == nil || hint.DE != "Du hast auf 3 Pods skaliert." {
		t.Errorf("hint %+v", hint)
	}
	changed := time.Now()
	r.world.change(func(w *world) { w.app, w.pods = app(true), 2 })
	await(t, "the tick", func() bool { return r.task(t, "heal").Tick != nil })
	if took := time.Since(changed); took > tickWithin {
		t.Errorf("the tick took %s; %s are promised", took, tickWithin)
	}
	tick := r.task(t, "heal").Tick
	if names, _ := tick.Evidence["pods"].([]any); tick.Evidence["revision"] != "abc" || len(names) != 2 {
		t.Errorf("evidence %v", tick.Evidence)
	}
	r.world.change(func(w *world) { w.app = nil })
	await(t, "the state after it", func() bool { return !r.task(t, "heal").Check.Passed })
	if r.task(t, "heal").Tick == nil {
		t.Error("the tick went away with the state")
	}
	want := []struct {
		passed  bool
		mistake string
	}{{false, "scaled-by-hand"}, {true, ""}}
	if len(r.store.attempts) != len(want) {
		t.Fatalf("attempts %+v", r.store.attempts)
	}
	for i, a := range r.store.attempts {
		if a.Asked || a.Passed != want[i].passed || a.Mistake != want[i].mistake {
			t.Errorf("attempt %d: %+v, want %+v", i, a, want[i])
		}
	}
}

// TestTheLastWordIsTold: however fast something changes, how it looks in the end is told.
func TestTheLastWordIsTold(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.run(t)
	r.mustStart(t)
	await(t, "the first look", func() bool { return r.task(t, "heal").Check != nil })
	r.world.change(func(w *world) { w.pods = 1 })
	await(t, "one pod", func() bool { return r.task(t, "heal").Check.Seen.EN == "1 pods, selfHeal is false" })
	r.world.change(func(w *world) { w.pods = 0 })
	told := func() (last lab.LessonCheck) {
		for _, e := range r.events.all() {
			if e.Subject == "gitops/drift/heal" {
				_ = json.Unmarshal(e.Detail, &last)
			}
		}
		return last
	}
	await(t, "the event", func() bool { return told().Seen.EN == "0 pods, selfHeal is false" })
	if n := len(r.events.all()); n > 5 {
		t.Errorf("%d events for two small changes", n)
	}
}

func TestEvents(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.run(t)
	r.mustStart(t)
	r.world.change(func(w *world) { w.app = app(true) })
	await(t, "the tick", func() bool { return r.task(t, "heal").Tick != nil })
	ready := 0
	for _, e := range r.events.all() {
		if e.Kind != lab.EventLesson || !strings.HasPrefix(e.Subject, "gitops/drift") {
			t.Errorf("event %+v", e)
		}
		if e.Subject != "gitops/drift/heal" || e.State != lab.StateReady {
			continue
		}
		ready++
		var check lab.LessonCheck
		if err := json.Unmarshal(e.Detail, &check); err != nil || !check.Passed || check.Task != "heal" {
			t.Errorf("detail %s: %v", e.Detail, err)
		}
	}
	if ready != 1 {
		t.Errorf("%d events of the tick", ready)
	}
	if first := r.events.all()[:2]; first[0].Subject != "gitops/drift" || first[0].State != lab.StateRunning || first[1].State != lab.StateReady {
		t.Errorf("the start was told as %+v", first)
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	ask := func(task, answer string) lab.LessonCheck {
		t.Helper()
		check, err := r.Check(t.Context(), lab.CheckRequest{Lesson: "gitops/drift", Task: task, Answer: answer})
		if err != nil {
			t.Fatal(err)
		}
		return check
	}
	_, err := r.Check(t.Context(), lab.CheckRequest{Lesson: "gitops/drift", Task: "heal"})
	if e := lab.AsError(err); e.Code != lab.CodeNotReady || !strings.Contains(e.Hint, "labbox lesson start gitops/drift") {
		t.Fatalf("before the start: %v", err)
	}
	r.mustStart(t)
	if ask("heal", "").Passed || ask("why", "").Passed {
		t.Error("it passes at the start")
	}
	if wrong := ask("why", "a"); wrong.Passed || wrong.Mistake != "pushes" || wrong.Hint.EN != "Nobody pushes." {
		t.Errorf("wrong answer: %+v", wrong)
	}
	if right := ask("why", "b"); !right.Passed || right.Evidence["answer"] != "b" {
		t.Errorf("right answer: %+v", right)
	}
	if !ask("count", "2").Passed || ask("count", "3").Passed {
		t.Error("the answer is not compared with the systems")
	}
	if n := len(r.store.attempts); n != 6 {
		t.Errorf("%d attempts, want one for each check: %+v", n, r.store.attempts)
	}
	list, err := r.List(t.Context())
	if err != nil || len(list) != 1 || list[0].Tasks != 3 || list[0].Done != 2 || list[0].Started == nil || list[0].Finished != nil {
		t.Errorf("list %+v, %v", list, err)
	}
	r.world.change(func(w *world) { w.app = app(true) })
	ask("heal", "")
	if list, _ = r.List(t.Context()); list[0].Done != 3 || list[0].Finished == nil {
		t.Errorf("finished: %+v", list[0])
	}
}

// TestUnreadableIsNotDone: where a system does not answer nothing passes, not even a
// condition that something is absent.
func TestUnreadableIsNotDone(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.mustStart(t)
	r.world.change(func(w *world) { w.app, w.err = app(true), errors.New("connection refused") })
	check, err := r.Check(t.Context(), lab.CheckRequest{Lesson: "gitops/drift", Task: "heal"})
	if err != nil || check.Passed || check.Mistake != "" || !strings.Contains(check.Problem, "app: connection refused; pods: connection refused") {
		t.Errorf("%+v, %v", check, err)
	}
	r.run(t)
	await(t, "the problem", func() bool { c := r.task(t, "heal").Check; return c != nil && c.Problem != "" })
	r.world.change(func(w *world) { w.err = nil })
	await(t, "the tick", func() bool { return r.task(t, "heal").Tick != nil })
}

func TestStart(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.mustStart(t)
	if got := strings.Join(r.world.namespaces, " "); got != "learn-drift git:learn-drift" {
		t.Errorf("made %q", got)
	}
	r.world.change(func(w *world) { w.app = app(true) })
	if _, err := r.Check(t.Context(), lab.CheckRequest{Lesson: "gitops/drift", Task: "heal"}); err != nil {
		t.Fatal(err)
	}
	r.mustStart(t) // the reset
	task := r.task(t, "heal")
	if task.Tick == nil || task.Check != nil {
		t.Errorf("after the reset: tick %+v, check %+v; want the tick alone", task.Tick, task.Check)
	}
	if starts := r.store.starts; len(starts) != 2 || !starts[0].Time.Equal(starts[0].Time.Truncate(time.Second)) {
		t.Errorf("starts %+v", starts)
	}
	r.world.scripts["start.sh"] = func(*world) Output { return Output{Code: 3, Text: "kubectl: no\n"} }
	err := r.Start(t.Context(), "gitops/drift")
	if e := lab.AsError(err); e.Code != lab.CodeStep || !strings.Contains(e.Hint, "kubectl: no") || !strings.Contains(e.Message, "exit code 3") {
		t.Errorf("a script that fails: %v, %v", err, lab.AsError(err).Hint)
	}
	if len(r.store.starts) != 2 {
		t.Error("a start that failed was counted")
	}
}

// TestStartIsAlone: while the start is brought about a second one is refused, and what
// is seen on the way does not count.
func TestStartIsAlone(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.run(t)
	r.mustStart(t)
	entered, leave := make(chan struct{}), make(chan struct{})
	r.world.scripts["start.sh"] = func(w *world) Output {
		w.app, w.pods = app(true), 2 // on the way to the start
		return Output{}
	}
	slow := &slowRunner{r.world, entered, leave}
	r.opt.Runner = slow
	ended := make(chan error, 1)
	go func() { ended <- r.Start(context.WithoutCancel(t.Context()), "gitops/drift") }()
	<-entered
	if err := r.Start(t.Context(), "gitops/drift"); lab.AsError(err).Code != lab.CodeRunning {
		t.Errorf("a second start: %v", err)
	}
	_, err := r.Check(t.Context(), lab.CheckRequest{Lesson: "gitops/drift", Task: "heal"})
	if lab.AsError(err).Code != lab.CodeRunning {
		t.Errorf("a check: %v", err)
	}
	r.world.change(func(w *world) { w.app = app(false) })
	close(leave)
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	await(t, "the look after it", func() bool { return r.task(t, "heal").Check != nil })
	if r.task(t, "heal").Tick != nil {
		t.Error("the way to the start was taken for the learner's work")
	}
}

// slowRunner does the script, then waits.
type slowRunner struct {
	world          *world
	entered, leave chan struct{}
}

func (s *slowRunner) Run(ctx context.Context, script Script) (Output, error) {
	out, err := s.world.Run(ctx, script)
	close(s.entered)
	<-s.leave
	return out, err
}

func TestOnlyWhatIsOpenIsWatched(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.run(t)
	if _, err := r.Show(t.Context(), "gitops/drift"); err != nil {
		t.Fatal(err)
	}
	r.mustStart(t)
	await(t, "the watch", func() bool { return r.world.followers() == 2 })
	r.mu.Lock()
	r.opened["gitops/drift"] = time.Now().Add(-2 * watchFor)
	r.mu.Unlock()
	r.rouse()
	await(t, "its end", func() bool { return r.world.followers() == 0 })
	if r.task(t, "heal"); true { // shown again
		await(t, "the watch again", func() bool { return r.world.followers() == 2 })
	}
	r.world.change(func(w *world) { w.app = app(true) })
	for _, q := range []lab.CheckRequest{{Task: "why", Answer: "b"}, {Task: "count", Answer: "2"}, {Task: "heal"}} {
		q.Lesson = "gitops/drift"
		if _, err := r.Check(t.Context(), q); err != nil {
			t.Fatal(err)
		}
	}
	await(t, "the end of the watch of a finished lesson", func() bool { return r.world.followers() == 0 })
}

func TestHelp(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for _, want := range []string{"one", "two", "three", "three"} {
		if hint, err := r.Hint(t.Context(), "gitops/drift", "heal"); err != nil || hint.EN != want {
			t.Errorf("hint %q, %v; want %q", hint.EN, err, want)
		}
	}
	task := r.task(t, "heal")
	if len(task.HintsShown) != 3 || task.HintsTotal != 3 || task.SolutionShown {
		t.Errorf("%+v", task)
	}
	if s, err := r.Solution(t.Context(), "gitops/drift", "heal"); err != nil || !strings.Contains(s.Commands, "kubectl -n argocd patch") {
		t.Errorf("solution %+v, %v", s, err)
	}
	if s, err := r.Solution(t.Context(), "gitops/drift", "why"); err != nil || s.Answer != "b" {
		t.Errorf("answer %+v, %v", s, err)
	}
	if !r.task(t, "heal").SolutionShown || !r.task(t, "why").SolutionShown {
		t.Error("the solutions were not counted")
	}
	if picture, err := r.Picture(t.Context(), "gitops/drift", "loop.svg"); err != nil || !strings.Contains(string(picture), "<svg") {
		t.Errorf("picture %q, %v", picture, err)
	}
	r.mustStart(t)
	if out, err := r.Replay(t.Context(), "gitops/drift", "heal"); err != nil || out != "patched\n" {
		t.Errorf("replay %q, %v", out, err)
	}
	if out, err := r.Replay(t.Context(), "gitops/drift", "why"); err != nil || out != "b" {
		t.Errorf("replay of a question: %q, %v", out, err)
	}
	if out, err := r.Replay(t.Context(), "gitops/drift", "count"); err != nil || out != "counting\n2\n" {
		t.Errorf("replay of a question with a script: %q, %v", out, err)
	}
	if err := r.SetNote(t.Context(), "gitops/drift", "mine"); err != nil {
		t.Fatal(err)
	}
	if text, err := r.Note(t.Context(), "gitops/drift"); err != nil || text != "mine" {
		t.Errorf("note %q, %v", text, err)
	}
}

func TestUnknown(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	ctx := t.Context()
	show := func(id string) error { _, err := r.Show(ctx, id); return err }
	check := func(id, task string) error {
		_, err := r.Check(ctx, lab.CheckRequest{Lesson: id, Task: task})
		return err
	}
	hint := func(id, task string) error { _, err := r.Hint(ctx, id, task); return err }
	solution := func(id, task string) error { _, err := r.Solution(ctx, id, task); return err }
	picture := func(id, name string) error { _, err := r.Picture(ctx, id, name); return err }
	note := func(id string) error { _, err := r.Note(ctx, id); return err }
	prove := func(id string) error { _, err := r.Prove(ctx, id); return err }
	for what, err := range map[string]error{
		"lesson": show("gitops/none"), "start": r.Start(ctx, "gitops/none"), "check": check("gitops/none", "heal"),
		"task": check("gitops/drift", "none"), "hint": hint("gitops/drift", "none"), "solution": solution("gitops/drift", "none"),
		"picture": picture("gitops/drift", "lesson.yaml"), "note": note("x"), "set note": r.SetNote(ctx, "x", ""), "proof": prove("x"),
	} {
		if e := lab.AsError(err); err == nil || e.Code != lab.CodeNotFound || e.Hint == "" {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestOrder(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for _, trend := range []string{"zebra", "mlops", "apple"} {
		l := *mustDrift(t)
		l.ID, l.Trend = trend+"/drift", trend
		r.SetLessons(trend, []*Lesson{&l})
	}
	list, err := r.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, l := range list {
		got = append(got, l.Trend)
	}
	if want := "mlops gitops apple zebra"; strings.Join(got, " ") != want {
		t.Errorf("got %v, want %s", got, want)
	}
	r.SetLessons("mlops", nil)
	if list, _ = r.List(t.Context()); len(list) != 3 {
		t.Errorf("after removing one: %+v", list)
	}
}

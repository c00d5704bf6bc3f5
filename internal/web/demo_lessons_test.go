package web

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/labbox/labbox/internal/lab"
)

// demoLessons are lessons in memory: one is half done, the others have not been begun.
// Task "heal" passes once the answer "done" is given with the check; task "why" is a
// question whose right answer is "b".
type demoLessons struct {
	mu     sync.Mutex
	views  []lab.LessonView
	notes  map[string]string
	starts int
	stops  int
}

func newDemoLessons() *demoLessons {
	d := &demoLessons{notes: map[string]string{}}
	for _, trend := range []string{"gitops", "platform", "mlops", "serverless", "sustainability"} {
		d.views = append(d.views, demoLesson(trend, "first", lab.Text{DE: "Der erste Schritt", EN: "The first step"}))
	}
	drift := demoLesson("gitops", "drift", lab.Text{DE: "Drift und Selbstheilung", EN: "Drift and self-heal"})
	began := time.Now().Add(-12 * time.Minute)
	drift.Started, drift.Needs = &began, []string{"gitops/first"}
	drift.List[1].Tick = &lab.Tick{Time: began.Add(7 * time.Minute), Evidence: map[string]any{"answer": "b"}}
	drift.List[0].Check = demoCheck("gitops/drift", "heal", false)
	d.views = slices.Insert(d.views, 1, drift)
	return d
}

func demoLesson(trend, id string, title lab.Text) lab.LessonView {
	hints := []lab.Text{{DE: "Schau dir `spec.syncPolicy` an.", EN: "Look at `spec.syncPolicy`."},
		{DE: "Es fehlt `automated.selfHeal`.", EN: "`automated.selfHeal` is missing."},
		{DE: "`kubectl patch app …`", EN: "`kubectl patch app …`"}}
	return lab.LessonView{
		Lesson: lab.Lesson{ID: trend + "/" + id, Trend: trend, Title: title, Minutes: 20, Needs: []string{}},
		Goal:   lab.Text{DE: "Danach kannst du **Drift** erkennen und heilen.", EN: "Afterwards you can see **drift** and heal it."},
		Theory: lab.Text{DE: "Argo CD vergleicht.\n\n![Kreislauf](loop.svg)\n\n| Begriff | Sinn |\n|---|---|\n| Drift | Abweichung |",
			EN: "Argo CD compares.\n\n![Loop](loop.svg)\n\n| term | meaning |\n|---|---|\n| drift | deviation |"},
		Notice:   lab.Text{DE: "- Wie lange dauert es?", EN: "- How long does it take?"},
		Debrief:  lab.Text{DE: "Der Zustand im Git gilt.", EN: "What is in git holds."},
		Pictures: []string{"loop.svg"}, Sources: []lab.ReadOn{{Title: "Argo CD: Automated Sync", URL: "https://argo-cd.readthedocs.io/en/stable/user-guide/auto_sync/"}},
		List: []lab.LessonTask{
			{ID: "heal", Title: lab.Text{DE: "Selbstheilung einschalten", EN: "Switch self-heal on"},
				Text:       lab.Text{DE: "Sorge dafür, dass Argo CD Änderungen von Hand *zurücknimmt*.", EN: "Make Argo CD *undo* changes made by hand."},
				HintsShown: hints[:0:0], HintsTotal: len(hints)},
			{ID: "why", Title: lab.Text{DE: "Warum?", EN: "Why?"}, Text: lab.Text{DE: "Wer ändert den Cluster?", EN: "Who changes the cluster?"}, Asks: true,
				Choices:    []lab.Choice{{ID: "a", Text: lab.Text{DE: "Die CI", EN: "The CI"}}, {ID: "b", Text: lab.Text{DE: "Argo CD", EN: "Argo CD"}}},
				HintsShown: []lab.Text{}, HintsTotal: len(hints)},
		},
	}
}

func demoCheck(lesson, task string, passed bool) *lab.LessonCheck {
	c := &lab.LessonCheck{Lesson: lesson, Task: task, Time: time.Now(), Passed: passed, Evidence: map[string]any{"revision": "4f2c1d9"},
		Seen: lab.Text{DE: "3 Pods, selfHeal ist false", EN: "3 pods, selfHeal is false"}, Expected: lab.Text{DE: "2 Pods und selfHeal true", EN: "2 pods and selfHeal true"}}
	if !passed {
		c.Mistake, c.Hint = "scaled-by-hand", &lab.Text{DE: "Du hast von Hand skaliert.", EN: "You have scaled by hand."}
	}
	return c
}

func (d *demoLessons) parts() LessonParts {
	return LessonParts{Lessons: d, Grounds: d, Tasks: d, Notes: d, Scripts: d}
}

// find returns the lesson and, where task is not empty, the task.
func (d *demoLessons) find(id, task string) (*lab.LessonView, *lab.LessonTask, error) {
	at := slices.IndexFunc(d.views, func(v lab.LessonView) bool { return v.ID == id })
	if at < 0 {
		return nil, nil, lab.Errorf(lab.CodeNotFound, "labbox lesson list", "there is no lesson %q", id)
	}
	if task == "" {
		return &d.views[at], nil, nil
	}
	n := slices.IndexFunc(d.views[at].List, func(t lab.LessonTask) bool { return t.ID == task })
	if n < 0 {
		return nil, nil, lab.Errorf(lab.CodeNotFound, "labbox lesson show "+id, "lesson %s has no task %q", id, task)
	}
	return &d.views[at], &d.views[at].List[n], nil
}

func (d *demoLessons) List(context.Context) ([]lab.Lesson, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	list := []lab.Lesson{}
	for _, v := range d.views {
		v.Tasks, v.Done = len(v.List), 0
		for _, t := range v.List {
			if t.Tick != nil {
				v.Done++
			}
		}
		list = append(list, v.Lesson)
	}
	return list, nil
}

func (d *demoLessons) Show(ctx context.Context, id string) (lab.LessonView, error) {
	list, _ := d.List(ctx)
	d.mu.Lock()
	defer d.mu.Unlock()
	v, _, err := d.find(id, "")
	if err != nil {
		return lab.LessonView{}, err
	}
	out := *v
	out.List = slices.Clone(v.List)
	out.Lesson = list[slices.IndexFunc(list, func(l lab.Lesson) bool { return l.ID == id })]
	return out, nil
}

func (d *demoLessons) Start(_ context.Context, id string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	v, _, err := d.find(id, "")
	if err != nil {
		return err
	}
	now := time.Now()
	v.Started = &now
	d.starts++
	return nil
}

func (d *demoLessons) Stop(_ context.Context, id string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	_, _, err := d.find(id, "")
	if err == nil {
		d.stops++
	}
	return err
}

func (d *demoLessons) Picture(_ context.Context, id, name string) ([]byte, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, _, err := d.find(id, ""); err != nil {
		return nil, err
	}
	if name != "loop.svg" {
		return nil, lab.Errorf(lab.CodeNotFound, "", "lesson %s has no picture %q", id, name)
	}
	return []byte(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 40"><text class="accent" fill="currentColor" x="10" y="25">git ⇄ cluster</text></svg>`), nil
}

func (d *demoLessons) Check(_ context.Context, r lab.CheckRequest) (lab.LessonCheck, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	_, t, err := d.find(r.Lesson, r.Task)
	if err != nil {
		return lab.LessonCheck{}, err
	}
	t.Check = demoCheck(r.Lesson, r.Task, r.Answer == map[bool]string{true: "b", false: "done"}[t.Asks])
	if t.Check.Passed && t.Tick == nil {
		t.Tick = &lab.Tick{Time: t.Check.Time, Evidence: t.Check.Evidence}
	}
	return *t.Check, nil
}

func (d *demoLessons) Hint(_ context.Context, id, task string) (lab.Text, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	_, t, err := d.find(id, task)
	if err != nil {
		return lab.Text{}, err
	}
	hint := lab.Text{DE: "Tipp " + strings.Repeat("I", len(t.HintsShown)+1), EN: "Hint " + strings.Repeat("I", len(t.HintsShown)+1)}
	if len(t.HintsShown) == t.HintsTotal {
		return t.HintsShown[t.HintsTotal-1], nil
	}
	t.HintsShown = append(t.HintsShown, hint)
	return hint, nil
}

func (d *demoLessons) Solution(_ context.Context, id, task string) (lab.Solution, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	_, t, err := d.find(id, task)
	if err != nil {
		return lab.Solution{}, err
	}
	t.SolutionShown = true
	return lab.Solution{Task: task, Commands: "kubectl -n argocd patch application learn-drift --type merge \\\n  -p '{\"spec\":{\"syncPolicy\":{\"automated\":{\"selfHeal\":true}}}}'\n"}, nil
}

func (d *demoLessons) Note(_ context.Context, id string) (string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	_, _, err := d.find(id, "")
	return d.notes[id], err
}

func (d *demoLessons) SetNote(_ context.Context, id, text string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.notes[id] = text
	_, _, err := d.find(id, "")
	return err
}

func (d *demoLessons) Replay(_ context.Context, id, task string) (string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	_, _, err := d.find(id, task)
	return "application.argoproj.io/learn-drift patched\n", err
}

func (d *demoLessons) Prove(_ context.Context, id string) (lab.LessonProof, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	_, _, err := d.find(id, "")
	return lab.LessonProof{Lesson: id, Passed: true, Steps: []lab.ProofStep{{Name: "start", Passed: true, Seconds: 1.5}}}, err
}

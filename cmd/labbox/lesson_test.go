package main

import (
	"bytes"
	"encoding/json"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/labbox/labbox/internal/lab"
)

// fakeLab answers on the admin socket of a data directory as a lab with one lesson does:
// task "heal" passes once it was replayed, task "why" is a question whose answer is b.
type fakeLab struct {
	dir string

	mu     sync.Mutex
	view   lab.LessonView
	healed bool
	asked  []string // what was posted
}

func mustLab(t *testing.T) *fakeLab {
	t.Helper()
	f := &fakeLab{dir: t.TempDir()}
	hints := []lab.Text{}
	f.view = lab.LessonView{
		Lesson: lab.Lesson{ID: "gitops/drift", Trend: "gitops", Title: lab.Text{DE: "Drift", EN: "Drift"}, Minutes: 20, Needs: []string{"gitops/sync"}, Tasks: 2},
		Goal:   lab.Text{DE: "Danach kannst du heilen.", EN: "Afterwards you can heal."}, Theory: lab.Text{DE: "Git **gilt**.", EN: "Git **holds**."},
		Notice: lab.Text{DE: "Schau hin.", EN: "Look."}, Debrief: lab.Text{DE: "So war es.", EN: "That was it."},
		List: []lab.LessonTask{
			{ID: "heal", Title: lab.Text{DE: "Heile", EN: "Heal"}, Text: lab.Text{DE: "Schalte ein.", EN: "Switch on."}, HintsShown: hints, HintsTotal: 3},
			{ID: "why", Title: lab.Text{DE: "Warum?", EN: "Why?"}, Text: lab.Text{DE: "Warum?", EN: "Why?"}, Asks: true, HintsShown: hints, HintsTotal: 3,
				Choices: []lab.Choice{{ID: "a", Text: lab.Text{DE: "Darum", EN: "Because"}}, {ID: "b", Text: lab.Text{DE: "Deshalb", EN: "Therefore"}}}},
		}}
	socket, err := net.Listen("unix", filepath.Join(f.dir, "labbox.sock"))
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: f.routes(), ReadHeaderTimeout: time.Minute}
	go func() { _ = server.Serve(socket) }()
	t.Cleanup(func() { _ = server.Close() })
	return f
}

func (f *fakeLab) routes() http.Handler {
	mux := http.NewServeMux()
	const one = "/api/v1/lessons/gitops/drift"
	send := func(pattern string, answer func(r *http.Request) any) {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			f.mu.Lock()
			defer f.mu.Unlock()
			if r.Method == http.MethodPost {
				f.asked = append(f.asked, strings.TrimPrefix(r.URL.Path, one+"/"))
			}
			_ = json.NewEncoder(w).Encode(answer(r))
		})
	}
	send("GET /api/v1/lessons", func(*http.Request) any { return map[string]any{"lessons": []lab.Lesson{f.view.Lesson}} })
	send("GET "+one, func(*http.Request) any { return f.view })
	send("POST "+one+"/start", func(*http.Request) any {
		now := time.Now()
		f.view.Started, f.healed = &now, false
		return f.view
	})
	send("POST "+one+"/stop", func(*http.Request) any { return f.view })
	send("POST "+one+"/tasks/{task}/check", f.check)
	send("POST "+one+"/tasks/{task}/hint", func(*http.Request) any { return lab.Text{DE: "Schau auf `spec`.", EN: "Look at `spec`."} })
	send("POST "+one+"/tasks/{task}/solution", func(r *http.Request) any {
		if r.PathValue("task") == "why" {
			return lab.Solution{Task: "why", Answer: "b"}
		}
		return lab.Solution{Task: "heal", Commands: "kubectl patch app\n"}
	})
	send("POST "+one+"/tasks/{task}/replay", func(r *http.Request) any {
		f.healed = f.healed || r.PathValue("task") == "heal"
		return map[string]string{"output": "patched\n"}
	})
	send("POST "+one+"/prove", func(*http.Request) any {
		return lab.LessonProof{Lesson: "gitops/drift", Passed: f.healed, Start: 1.5, Tick: 0.2, Reset: 2.5, Seconds: 30, Solutions: 2, Sabotages: 1, Mistakes: 3,
			Steps: []lab.ProofStep{{Name: "start", Passed: true}, {Name: "heal: solve", Passed: f.healed, Problem: "was not ticked", Output: "no\nreally"}}}
	})
	return mux
}

func (f *fakeLab) check(r *http.Request) any {
	var in struct{ Answer string }
	_ = json.NewDecoder(r.Body).Decode(&in)
	c := lab.LessonCheck{Lesson: "gitops/drift", Task: r.PathValue("task"), Time: time.Now(), Evidence: map[string]any{"revision": "abc"},
		Seen: lab.Text{DE: "selfHeal ist aus", EN: "selfHeal is off"}, Expected: lab.Text{DE: "selfHeal an", EN: "selfHeal on"}}
	at := map[string]int{"heal": 0, "why": 1}[c.Task]
	c.Passed = at == 0 && f.healed || at == 1 && in.Answer == "b"
	if !c.Passed {
		c.Mistake, c.Hint = "off", &lab.Text{DE: "Schalte es ein.", EN: "Switch it on."}
	}
	if c.Passed && f.view.List[at].Tick == nil {
		f.view.List[at].Tick = &lab.Tick{Time: c.Time, Evidence: c.Evidence}
		f.view.Done++
	}
	return c
}

// labbox runs a command line against the fake lab.
func (f *fakeLab) labbox(args ...string) (out, errOut string, code int) {
	var o, e bytes.Buffer
	code = run(append([]string{"--data-dir", f.dir}, args...), &o, &e)
	return o.String(), e.String(), code
}

// TestLessonStory is a learner's way through a lesson.
func TestLessonStory(t *testing.T) {
	t.Parallel()
	f := mustLab(t)
	for _, c := range []struct {
		line string
		code int
		want []string // in standard output
		err  string   // in standard error
	}{
		{"lesson list --lang en", 0, []string{"LESSON", "gitops/drift  0/2    20       Drift"}, ""},
		{"lesson list -o json", 0, []string{`"lessons": [`, `"tasks": 2`, `"done": 0`, `"de": "Drift"`}, ""},
		{"lesson show gitops/drift --lang de", 0, []string{"Danach kannst du heilen.", "Git gilt.", "[ ] 1. Heile  (heal)", "b)  Deshalb", "Besser vorher: gitops/sync", "labbox lesson start gitops/drift"}, ""},
		{"lesson check gitops/drift --watch", 12, nil, "has not been started"},
		{"lesson start gitops/drift --lang en", 0, []string{"gitops/drift is ready", "Switch on."}, ""},
		{"lesson check gitops/drift --lang en", 17, []string{"✗ heal", "seen:       selfHeal is off", "expected:   selfHeal on", "hint:       Switch it on.", "✗ why"}, "lesson gitops/drift is not done"},
		{"lesson check gitops/drift -o json", 17, []string{`"passed": false`, `"mistake": "off"`}, "is not done"},
		{"lesson check gitops/drift --task why --answer a", 17, nil, "is not done"},
		{"lesson check gitops/drift --task why --answer b --lang en", 0, []string{"✓ why", "revision             abc"}, ""},
		{"lesson hint gitops/drift --lang de", 0, []string{"Schau auf `spec`."}, ""},
		{"lesson solve gitops/drift --lang en", 0, []string{"# heal\nkubectl patch app", "# why\nAnswer: b"}, ""},
		{"lesson solve gitops/drift --run --lang en", 0, []string{"patched", "✓ heal", "✓ why"}, ""},
		{"lesson check gitops/drift", 0, []string{"✓ heal", "✓ why"}, ""},
		{"lesson check gitops/drift --watch --lang de", 0, []string{"✓ heal", "Alle Aufgaben sind erledigt."}, ""},
		{"lesson prove --lang en", 2, nil, "unknown flag"},
		{"lesson prove", 0, []string{"✓ gitops/drift", "1.5 s", "0.20 s", "2.5 s", "1 lessons in"}, ""},
		{"lesson prove gitops -o json", 0, []string{`"passed": true`, `"reset": 2.5`}, ""},
		{"lesson prove mlops", 15, nil, `no lesson or trend "mlops"`},
		{"lesson reset gitops/drift --lang en", 0, []string{"gitops/drift is ready", "[✓] 1. Heal"}, ""},
		{"lesson check gitops/drift --lang en", 17, []string{"✗ heal", "✓ why"}, "is not done"},
		{"lesson stop gitops/drift --lang de", 0, []string{"gitops/drift ist weggeräumt", "labbox lesson start gitops/drift"}, ""},
		{"lesson prove gitops/drift", 17, []string{"✗ gitops/drift, heal: solve: was not ticked", "    no\n    really"}, "1 of 1 lessons"},
		{"lesson solve gitops/drift --task none", 15, nil, `no task "none"`},
	} {
		out, errOut, code := f.labbox(strings.Fields(c.line)...)
		if code != c.code || !strings.Contains(errOut, c.err) {
			t.Errorf("%s: exit code %d, want %d: %s", c.line, code, c.code, errOut)
		}
		for _, want := range c.want {
			if !strings.Contains(out, want) {
				t.Errorf("%s: %q is not in\n%s", c.line, want, out)
			}
		}
	}
	if got := strings.Join(f.asked, " "); !strings.Contains(got, "tasks/heal/hint") || !strings.Contains(got, "tasks/heal/replay") {
		t.Errorf("asked %s", got)
	}
}

func TestStandsDone(t *testing.T) {
	t.Parallel()
	done, undone := lab.LessonCheck{Passed: true}, lab.LessonCheck{}
	ticked := lab.LessonTask{Tick: &lab.Tick{}}
	for _, c := range []struct {
		name   string
		tasks  []lab.LessonTask
		checks []lab.LessonCheck
		want   bool
	}{
		{"all pass", []lab.LessonTask{{}, {}}, []lab.LessonCheck{done, done}, true},
		{"one does not", []lab.LessonTask{{}, {}}, []lab.LessonCheck{done, undone}, false},
		{"a later task has undone an earlier one", []lab.LessonTask{ticked, ticked}, []lab.LessonCheck{undone, done}, true},
		{"it was never done", []lab.LessonTask{{}, ticked}, []lab.LessonCheck{undone, done}, false},
		{"after a reset", []lab.LessonTask{ticked, ticked}, []lab.LessonCheck{undone, undone}, false},
		{"a later question undoes nothing", []lab.LessonTask{ticked, {Tick: &lab.Tick{}, Asks: true}}, []lab.LessonCheck{undone, done}, false},
	} {
		if got := standsDone(c.tasks, c.checks); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

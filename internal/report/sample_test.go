package report

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/labbox/labbox/internal/lab"
	"github.com/labbox/labbox/ui"
)

// hostile is what a learner may write, and what must stay text.
const hostile = `<script>alert("1")</script> & <img src=x onerror=alert(2)> {{.Title}} 🚀 ✓ 漢字 العربية`

// longWord has no place where it may be broken.
func longWord() string { return strings.Repeat("Donaudampfschifffahrtsgesellschaft", 12) }

func mustComposer(t testing.TB) *Composer {
	t.Helper()
	shared := map[string]map[string]string{}
	for _, lang := range []string{"de", "en"} {
		data, err := ui.FS().Open("locales/" + lang + ".json")
		if err != nil {
			t.Fatal(err)
		}
		texts := map[string]string{}
		if err := json.NewDecoder(data).Decode(&texts); err != nil {
			t.Fatal(err)
		}
		shared[lang] = texts
	}
	c, err := NewComposer(shared)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func mustCompose(t testing.TB, lang string, in Input) Document {
	t.Helper()
	doc, err := mustComposer(t).Compose(lang, in)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func raw(text string) json.RawMessage {
	out, _ := json.Marshal(text)
	return out
}

func at(moment time.Time) *time.Time { return &moment }

func noon() time.Time { return time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC) }

// emptyInput is a lab in which nobody has done anything and nothing can be read.
func emptyInput() Input {
	return Input{Now: noon(), Problems: []Problem{{"energy", "Prometheus does not answer"}}}
}

// fullInput is a learner who has done nearly all.
func fullInput() Input {
	in := Input{Now: noon(), Status: fullStatus(), Links: []lab.Link{
		{ID: "argocd", Name: "Argo CD", URL: "http://127.0.0.1:8081"}, {ID: "git", Name: "Git", URL: "http://127.0.0.1:3000"},
		{ID: "mlflow", Name: "MLflow", URL: "javascript:alert(3)"},
	}, Modules: []lab.Module{
		{Name: "gitops", Title: "GitOps", Version: "0.5.0", Builtin: true, Signals: []lab.Signal{{Name: "applications", Value: 4, OK: true}, {Name: "Argo CD version", Text: "v3.4.13"}}},
		{Name: "hello", Title: "Hello", TitleDE: "Hallo", Version: "0.1.0"},
	}, Lessons: fullLessons(), Energy: &lab.Energy{
		Method: "ccf", Grams: 363, Zone: "DE", Year: "2024", NodeWatts: 6.42, ActiveWatts: 2.5, HourGrams: 2.3,
	}}
	for i, name := range []string{"argocd/argocd-application-controller", "monitoring/prometheus", "mlops/mlflow", "openfaas/gateway"} {
		namespace, component, _ := strings.Cut(name, "/")
		in.Energy.Components = append(in.Energy.Components, lab.ComponentEnergy{Namespace: namespace, Name: component, Watts: 0.2, Joules: 180 / float64(i+1)})
	}
	in.Progress = lab.ProgressFile{
		Notes: []lab.Note{
			{Subject: "gitops/drift", Text: "Von Hand geändert, nach drei Sekunden zurück: " + hostile + "\n\nZweiter Absatz mit Umlauten: äöüß.", Changed: noon()},
			{Subject: "mlops/track", Text: longWord(), Changed: noon()},
			{Subject: "gone/lesson", Text: strings.Repeat("A long note about what I have seen. ", 220), Changed: noon()},
		},
		Reflections: []lab.Note{{Subject: "appeal", Text: "GitOps, weil …", Changed: noon()}, {Subject: "career", Text: "Kubernetes", Changed: noon()}, {Subject: "focus", Text: "Flux ausprobieren", Changed: noon()}},
		Preferences: map[string]json.RawMessage{prefName: raw("Jörg Müßig <b>"), prefFocus: raw("gitops")},
		Hints:       []lab.LessonHint{{Lesson: "gitops/drift", Task: "t1", Number: 1}, {Lesson: "gitops/drift", Task: "t1", Number: 0}},
		Ticks:       []lab.LessonTick{{Lesson: "gone/lesson", Task: "x", Tick: lab.Tick{Time: noon()}}},
		Capstone:    []lab.CapstoneResult{fullCapstone()},
	}
	return in
}

func fullStatus() lab.Status {
	st := lab.Status{Ready: true, Phase: lab.StateReady, Version: "0.5.0"}
	for _, line := range []string{
		"kube-system/kine v0.17.5", "kube-system/kube-apiserver v1.37.2", "kube-system/kube-controller-manager v1.37.2", "kube-system/kube-scheduler v1.37.2",
		"kube-system/containerd v2.4.2", "kube-system/kubelet v1.37.2", "kube-system/coredns v1.15.0", "argocd/argocd-server v3.4.13", "argocd/argocd-redis v3.4.13",
		"git/git dev", "backstage/backstage dev", "mlops/mlflow 3.17.2", "openfaas/gateway dev", "monitoring/energy-exporter dev", "monitoring/prometheus v3.16.0",
		"workbench/workbench dev", "digits/model-server 3.17.2", "openfaas-fn/classify dev", "learn-drift/web 1.35",
	} {
		name, version, _ := strings.Cut(line, " ")
		namespace, component, _ := strings.Cut(name, "/")
		st.Components = append(st.Components, lab.Component{Namespace: namespace, Name: component, Version: version, Ready: true})
	}
	st.Components[len(st.Components)-1].Ready = false
	st.Components[len(st.Components)-1].Message = "1 of 2 ready"
	return st
}

func fullLessons() []lab.LessonView {
	var out []lab.LessonView
	for n, trend := range append(trends(), trendCapstone, "hello") {
		for _, name := range []string{"drift", "track"} {
			l := lab.LessonView{Lesson: lab.Lesson{ID: trend + "/" + name, Trend: trend, Title: lab.Text{DE: "Übung " + name, EN: "Exercise " + name}, Tasks: 3}}
			l.Sources = []lab.ReadOn{{Title: "OpenGitOps", URL: "https://opengitops.dev"}, {Title: "Bad", URL: "javascript:alert(4)"}}
			for i := range 3 {
				task := lab.LessonTask{ID: fmt.Sprintf("t%d", i), Title: lab.Text{DE: fmt.Sprintf("Aufgabe %d von %s", i, name), EN: fmt.Sprintf("Task %d of %s", i, name)}}
				if i < 3-n%2 {
					l.Started, task.Tick = at(noon()), &lab.Tick{Time: noon(), Evidence: map[string]any{
						"commit": "4f2c1d9a7be84f2c1d9a7be84f2c1d9a7be84f2c", "replicas": 3.0, "accuracy": 0.9638, "namespace": "learn-" + name, "long": longWord()}}
				}
				l.List = append(l.List, task)
			}
			out = append(out, l)
		}
	}
	out[0].List[1].SolutionShown = true
	out[0].List[1].HintsShown = []lab.Text{{EN: "a"}, {EN: "b"}}
	return out
}

func fullCapstone() lab.CapstoneResult {
	return lab.CapstoneResult{Passed: true, Started: noon(), Finished: noon().Add(94 * time.Second), Steps: []lab.CapstoneStep{
		{ID: "gitops", Title: "Platform repository pushed", Passed: true, Seconds: 6.2, Evidence: map[string]any{"commit": "4f2c1d9a7be8", "syncRevision": "4f2c1d9a7be8", "filesPushed": 14.0}},
		{ID: "energy", Title: "Energy", Passed: true, Seconds: 21, Evidence: map[string]any{
			"method": "ccf", "measured": false, "trainingJoules": 41.2, "trainingGramsCO2e": 0.00415, "callJoules": 0.0123, "callGramsCO2e": 1.24e-6,
			"idleWattsAlwaysOn": 0.0415, "idleWattsAtZero": 0.0, "savedJoulesPerDay": 3585.0, "savedGramsCO2ePerDay": 0.36,
			"trainingQuery": `kepler_pod_cpu_joules_total{zone="package",pod_namespace="mlops",pod_name="train-x"}`,
		}},
	}}
}

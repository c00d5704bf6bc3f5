package capstone

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/labbox/labbox/internal/lab"
)

func mustRun(t *testing.T, c *Capstone) lab.CapstoneResult {
	t.Helper()
	r, err := c.Run(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func mustPass(t *testing.T, r lab.CapstoneResult) map[string]lab.CapstoneStep {
	t.Helper()
	byID := map[string]lab.CapstoneStep{}
	for _, s := range r.Steps {
		if !s.Passed {
			t.Fatalf("step %s: %s", s.ID, s.Error)
		}
		byID[s.ID] = s
	}
	if !r.Passed || len(r.Steps) != len(Steps()) {
		t.Fatalf("passed %t with %d steps", r.Passed, len(r.Steps))
	}
	return byID
}

func TestRunReadsItsEvidenceBack(t *testing.T) {
	t.Parallel()
	w := mustWorld(t)
	got := mustPass(t, mustRun(t, w.capstone()))
	want := []struct {
		step, name string
		value      any
	}{
		{"gitops", "app model-server", "Synced, Healthy"},
		{"pipeline", "runId", "r1"},
		{"pipeline", "accuracy", 0.98},
		{"pipeline", "modelVersion", "1"},
		{"pipeline", "trainedNow", true},
		{"pipeline", "trainSeconds", 7.0},
		{"pipeline", "registerJob", "mlops/digits-register"},
		{"promotion", "versionBefore", ""},
		{"promotion", "servedVersion", "1"},
		{"promotion", "committedNow", true},
		{"promotion", "syncTrigger", "push"},
		{"promotion", "commit", w.git.head()},
		{"function", "right", 100},
		{"function", "total", 100},
		{"function", "modelVersion", "1"},
		{"metrics", "modelVersion", "1"},
		{"metrics", "errorsPerSecond", 0.0},
		{"energy", "method", "ccf"},
		{"energy", "measured", false},
		{"energy", "trainingJoules", 18.0},
		{"energy", "trainingGramsCO2e", 0.00171},
		{"energy", "idleWattsAtZero", 0.0},
	}
	for _, tt := range want {
		if have := got[tt.step].Evidence[tt.name]; have != tt.value {
			t.Errorf("%s: %s is %v, want %v", tt.step, tt.name, have, tt.value)
		}
	}
	// 60 calls of 0.02 J in each of three components, and the idle power in between.
	if j := got["energy"].Evidence["callJoules"].(float64); j < 0.06 || j > 0.09 {
		t.Errorf("callJoules is %v", j)
	}
	// Own CPU, reserved CPU and memory of 1 mW each.
	if p := got["energy"].Evidence["idleWattsAlwaysOn"].(float64); p < 0.0025 || p > 0.0035 {
		t.Errorf("idleWattsAlwaysOn is %v", p)
	}
	if _, err := json.Marshal(got); err != nil {
		t.Errorf("evidence is not JSON: %v", err)
	}
}

func TestSecondRunChangesNothing(t *testing.T) {
	t.Parallel()
	w := mustWorld(t)
	c := w.capstone()
	mustPass(t, mustRun(t, c))
	commits, jobs, metrics := len(w.git.commits), len(w.jobs), len(w.runs[0].Data.Metrics)
	got := mustPass(t, mustRun(t, c))
	if len(w.git.commits) != commits || len(w.jobs) != jobs || len(w.runs[0].Data.Metrics) != metrics {
		t.Errorf("commits %d→%d, jobs %d→%d, metrics %d→%d", commits, len(w.git.commits), jobs, len(w.jobs), metrics, len(w.runs[0].Data.Metrics))
	}
	for step, name := range map[string]string{"pipeline": "trainedNow", "promotion": "committedNow", "function": "createdNow"} {
		if got[step].Evidence[name] != false {
			t.Errorf("%s: %s is %v", step, name, got[step].Evidence[name])
		}
	}
	if got["gitops"].Evidence["filesPushed"] != 0 {
		t.Errorf("filesPushed is %v", got["gitops"].Evidence["filesPushed"])
	}
}

func TestChangedParametersTrainAndPromoteAgain(t *testing.T) {
	t.Parallel()
	w := mustWorld(t)
	c := w.capstone()
	mustPass(t, mustRun(t, c))
	mustCommit(t, c, "pipeline/parameters.yaml", `C: "10"`, `C: "3"`)
	got := mustPass(t, mustRun(t, c))
	if got["pipeline"].Evidence["modelVersion"] != "2" || got["promotion"].Evidence["versionBefore"] != "1" {
		t.Errorf("pipeline %v, promotion %v", got["pipeline"].Evidence, got["promotion"].Evidence)
	}
}

func TestNewWorkerTrainsAgain(t *testing.T) {
	t.Parallel()
	w := mustWorld(t)
	mustPass(t, mustRun(t, w.capstone()))
	c := w.capstone()
	c.opt.Images.WorkerDigest = "sha256:new"
	if got := mustPass(t, mustRun(t, c)); got["pipeline"].Evidence["trainedNow"] != true {
		t.Errorf("trainedNow is %v", got["pipeline"].Evidence["trainedNow"])
	}
}

// mustCommit is a learner's change of one file.
func mustCommit(t *testing.T, c *Capstone, path, before, after string) {
	t.Helper()
	co, err := c.systems().repo.open(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	content, err := co.read(path)
	if err != nil || !strings.Contains(string(content), before) {
		t.Fatalf("%s has no %q: %v", path, before, err)
	}
	if err := co.write(path, []byte(strings.Replace(string(content), before, after, 1))); err != nil {
		t.Fatal(err)
	}
	if _, err := co.push(context.Background(), "change "+path); err != nil {
		t.Fatal(err)
	}
}

func TestLearnersFilesAreKept(t *testing.T) {
	t.Parallel()
	w := mustWorld(t)
	c := w.capstone()
	mustPass(t, mustRun(t, c))
	mustCommit(t, c, "README.md", "# platform", "# our platform")
	mustPass(t, mustRun(t, c))
	if !strings.HasPrefix(w.git.file("README.md"), "# our platform") {
		t.Error("the learner's change is gone")
	}
}

func TestDeafArgoIsAsked(t *testing.T) {
	t.Parallel()
	w := mustWorld(t)
	w.deafArgo = true
	got := mustPass(t, mustRun(t, w.capstone()))
	if s := got["promotion"].Evidence["syncTrigger"].(string); !strings.HasPrefix(s, "asked") || w.refresh == 0 {
		t.Errorf("syncTrigger is %q after %d refreshes", s, w.refresh)
	}
}

func TestFailuresSayWhatWasSeenAndWhatToDo(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, step string
		fault      func(w *world)
		says       []string
	}{
		{"degraded application", "gitops", func(w *world) { w.health["classify"] = "Degraded" },
			[]string{"health Degraded", "expected application classify synced", "Open Argo CD"}},
		{"failing job", "pipeline", func(w *world) { w.failingJob = "digits-train" },
			[]string{"run job digits-train", "BackoffLimitExceeded: it has failed", "expected it to complete", "logs job/digits-train"}},
		{"poor model", "pipeline", func(w *world) { w.accuracy = 0.9 },
			[]string{"saw accuracy 0.9000", "at least 0.95", "pipeline/parameters.yaml"}},
		{"stale server", "promotion", func(w *world) { w.staleServer = "7" },
			[]string{"Version:7", "report version 1", "logs deployment/model-server"}},
		{"no gateway", "function", func(w *world) { w.down = true },
			[]string{"the function gateway: PUT /system/functions", "status 503", "labbox status"}},
		{"too few right", "function", func(w *world) { w.wrong = 8 },
			[]string{"saw 93 right", "at least 95", "handler.py"}},
		{"too few digits", "function", func(w *world) { w.examples = 7 },
			[]string{"saw 7", "at least 100", "capstone reset"}},
		{"gateway not scraped", "metrics", func(w *world) { w.noSeries = "gateway_function_invocation_total" },
			[]string{"no such series", "Prometheus to scrape", "Target health"}},
		{"no exporter", "energy", func(w *world) { w.noSeries = "labbox_energy_method" },
			[]string{"0 and 1 series", "one of each", "energy exporter"}},
		{"training not seen", "energy", func(w *world) { w.noSeries = "max_over_time" },
			[]string{"training pod digits-train-x", "joules above 0"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := mustWorld(t)
			tt.fault(w)
			r := mustRun(t, w.capstone())
			at := slices.IndexFunc(r.Steps, func(s lab.CapstoneStep) bool { return !s.Passed })
			if r.Passed || at < 0 || r.Steps[at].ID != tt.step {
				t.Fatalf("passed %t, first failure %d of %+v", r.Passed, at, r.Steps)
			}
			for _, say := range tt.says {
				if !strings.Contains(r.Steps[at].Error, say) {
					t.Errorf("the error lacks %q: %s", say, r.Steps[at].Error)
				}
			}
			for _, s := range r.Steps[at+1:] {
				if s.Passed || !strings.HasPrefix(s.Error, "not run") {
					t.Errorf("step %s after the failure: %+v", s.ID, s)
				}
			}
		})
	}
}

func TestRunGoesOnAfterAFailure(t *testing.T) {
	t.Parallel()
	w := mustWorld(t)
	w.failingJob = "digits-evaluate"
	if r := mustRun(t, w.capstone()); r.Passed {
		t.Fatal("passed with a failing job")
	}
	w.failingJob = ""
	mustPass(t, mustRun(t, w.capstone()))
	if trainings := strings.Count(strings.Join(w.jobs, " "), "digits-train"); trainings != 1 {
		t.Errorf("trained %d times", trainings)
	}
}

func TestObserverSeesStartProgressAndEnd(t *testing.T) {
	t.Parallel()
	var ids []string
	ended := map[string]int{}
	c := mustWorld(t).capstone()
	_, err := c.Run(context.Background(), func(s lab.CapstoneStep) {
		if len(ids) == 0 || ids[len(ids)-1] != s.ID {
			ids = append(ids, s.ID)
		}
		if doing := s.Evidence["doing"]; s.Passed == (doing != nil) {
			t.Errorf("step %s: passed %t while doing %v", s.ID, s.Passed, doing)
		}
		if s.Passed {
			ended[s.ID]++
		}
	})
	if err != nil || strings.Join(ids, " ") != "gitops pipeline promotion function metrics energy" || len(ended) != 6 {
		t.Errorf("saw %v, ended %v, error %v", ids, ended, err)
	}
}

func TestCancelledRunEnds(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	r, err := mustWorld(t).capstone().Run(ctx, func(s lab.CapstoneStep) {
		if s.ID == "pipeline" {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) || r.Passed {
		t.Errorf("passed %t, error %v", r.Passed, err)
	}
}

func TestResetBringsTheStartBack(t *testing.T) {
	t.Parallel()
	w := mustWorld(t)
	c := w.capstone()
	ctx := context.Background()
	mustPass(t, mustRun(t, c))
	for range 2 { // the second finds nothing left
		if err := c.Reset(ctx); err != nil {
			t.Fatal(err)
		}
	}
	if w.git.store != nil || w.champ != nil || len(w.runs) > 0 || w.deployed != nil {
		t.Error("repository, model, runs or function are left")
	}
	for _, ref := range []lab.ObjectRef{appRef(rootApp), appRef("classify"), jobRef("digits-train"), secretRef()} {
		if _, err := w.Get(ctx, ref); lab.AsError(err).Code != lab.CodeNotFound {
			t.Errorf("%s %s is left", ref.Kind, ref.Name)
		}
	}
	mustPass(t, mustRun(t, c))
}

func TestTitlesInBothLanguages(t *testing.T) {
	t.Parallel()
	german := Titles()
	for _, s := range Steps() {
		if s.Title == "" || german[s.ID] == "" || german[s.ID] == s.Title {
			t.Errorf("step %s: %q and %q", s.ID, s.Title, german[s.ID])
		}
	}
}

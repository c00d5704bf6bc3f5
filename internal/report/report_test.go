package report

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/labbox/labbox/internal/lab"
)

// sectionIDs are those of every report.
var sectionIDs = []string{"summary", "architecture", "tools", "work", "findings", "capstone", "energy", "review", "roadmap", "missing", "sources"}

// everybody are the learners that every promise is checked with.
func everybody() map[string]Input {
	unread := fullInput()
	unread.Status, unread.Lessons, unread.Energy, unread.Modules = lab.Status{}, nil, nil, nil
	unread.Progress = lab.ProgressFile{}
	for _, what := range []string{"status", "lessons", "progress", "energy"} {
		unread.Problems = append(unread.Problems, Problem{what, "it is " + hostile})
	}
	return map[string]Input{"full": fullInput(), "empty": emptyInput(), "unread": unread}
}

// eachReport runs a test for every learner and language.
func eachReport(t *testing.T, test func(t *testing.T, who string, doc Document)) {
	t.Helper()
	for who, in := range everybody() {
		for _, lang := range []string{"de", "en"} {
			t.Run(who+" "+lang, func(t *testing.T) {
				t.Parallel()
				test(t, who, mustCompose(t, lang, in))
			})
		}
	}
}

// said is all the words of a section, in order.
func said(s Section) string {
	out := []string{s.Title}
	add := func(list ...Words) {
		for _, w := range list {
			out = append(out, w.Text)
		}
	}
	for _, b := range s.Blocks {
		switch b := b.(type) {
		case Heading:
			out = append(out, b.Text)
		case Paragraph:
			out = append(out, b.Text)
		case Quote:
			out = append(out, b.Text)
		case Code:
			out = append(out, b.Text)
		case Figure:
			out = append(out, b.Caption, b.Drawing.Alt)
			for _, shape := range b.Drawing.Shapes {
				out = append(out, shape.Text)
			}
		case List:
			add(b.Items...)
		case Facts:
			for _, row := range b.Rows {
				out = append(out, row.Label)
				add(row.Value)
			}
		case Table:
			out = append(out, b.Head...)
			for _, row := range b.Rows {
				add(row...)
			}
		}
	}
	return strings.Join(out, "\n")
}

func mustSection(t testing.TB, doc Document, id string) Section {
	t.Helper()
	at := slices.IndexFunc(doc.Sections, func(s Section) bool { return s.ID == id })
	if at < 0 {
		t.Fatalf("there is no section %q", id)
	}
	return doc.Sections[at]
}

// Every report has all sections, in order, none of them empty, and every word of it is
// in the catalogue.
func TestSections(t *testing.T) {
	t.Parallel()
	eachReport(t, func(t *testing.T, _ string, doc Document) {
		var ids []string
		for _, s := range doc.Sections {
			ids = append(ids, s.ID)
			text := said(s)
			if len(s.Blocks) == 0 || strings.Contains(text, "⟦") || strings.Contains(text, "%!") {
				t.Errorf("section %s: %d blocks, says %q", s.ID, len(s.Blocks), text)
			}
			for _, b := range s.Blocks {
				if table, ok := b.(Table); ok {
					for _, row := range table.Rows {
						if len(row) != len(table.Head) || len(table.Widths) != len(table.Head) {
							t.Errorf("section %s has a row of %d cells below %d headings: %v", s.ID, len(row), len(table.Head), row)
						}
					}
				}
			}
		}
		if !slices.Equal(ids, sectionIDs) {
			t.Errorf("sections are %v", ids)
		}
	})
}

func TestFullLearner(t *testing.T) {
	t.Parallel()
	for lang, wanted := range map[string]map[string][]string{
		"de": {
			"summary":      {"36 von 42", "8 von 14", "bestanden am", "Hinweise: 1, Lösungen: 1", "6,42 W"},
			"architecture": {"Git-Server → Argo CD (holt)", "Kubernetes v1.37.2", "Module anderer: hello", "learn-drift", "1 of 2 ready"},
			"tools":        {"v3.4.13", "vergleicht Git mit dem Cluster", "applications: 4", "Hallo"},
			"work":         {"6 von 6 Aufgaben geprüft", "Commit: 4f2c1d9a7be8", "Genauigkeit: 0,964", "Lösung angesehen"},
			"findings":     {"GitOps: Übung drift", hostile, longWord(), "gone/lesson"},
			"capstone":     {"Von Git in den Cluster", "94 s", "synchronisierte Revision", "4,15 mgCO₂e"},
			"energy":       {"363 gCO₂e/kWh, DE 2024", "41,2 J", "12,3 mJ", "3350", "41,5 mW", "modelliert (ccf)", "mlops/mlflow: 60 J"},
			"review":       {"GitOps, weil …", "Vertiefen will ich: GitOps", "Flux ausprobieren", "Noch nicht beantwortet."},
			"roadmap":      {"platform-engineering", "erledigt", "in Arbeit", "dieses Dokument", "26 von 30"},
			"missing":      {"Platform Engineering: 2 von 6", "moderne Trends in meine bestehenden Projekte", "nicht hat: 1", "learn-drift/web"},
			"sources":      {"https://www.gitops.tech", "OpenGitOps"},
		},
		"en": {
			"summary":      {"36 of 42", "8 of 14", "passed on", "hints: 1, solutions: 1", "6.42 W"},
			"architecture": {"Git server → Argo CD (pulls)", "Modules by others: hello"},
			"work":         {"6 of 6 tasks checked", "accuracy: 0.964", "solution looked at"},
			"energy":       {"modelled (ccf)", "One training uses as much energy as about 3350 calls."},
			"missing":      {"Platform engineering: 2 of 6 tasks are open"},
		},
	} {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			doc := mustCompose(t, lang, fullInput())
			if doc.Author != "Jörg Müßig <b>" || doc.Lang != lang {
				t.Errorf("author %q, language %q", doc.Author, doc.Lang)
			}
			for id, texts := range wanted {
				for _, text := range texts {
					if got := said(mustSection(t, doc, id)); !strings.Contains(got, text) {
						t.Errorf("section %s does not say %q, but\n%s", id, text, clip(got, 3000))
					}
				}
			}
		})
	}
}

// What was not done and not read is said to be so, and no figure takes its place.
func TestEmptyLearner(t *testing.T) {
	t.Parallel()
	doc := mustCompose(t, "en", emptyInput())
	for id, texts := range map[string][]string{
		"summary":      {"0 of 0", "not run yet", "could not be read"},
		"architecture": {"could not be read"},
		"work":         {"has no lessons"},
		"findings":     {"No notes"},
		"capstone":     {"has not been run"},
		"energy":       {"Prometheus did not answer", "It has not passed yet"},
		"review":       {"Not answered yet.", "No focus"},
		"roadmap":      {"open"},
		"missing":      {"The energy figures could not be read: Prometheus does not answer", "has not been run", "no notes", "name is not set"},
	} {
		got := said(mustSection(t, doc, id))
		for _, text := range texts {
			if !strings.Contains(got, text) {
				t.Errorf("section %s does not say %q, but\n%s", id, text, got)
			}
		}
	}
	figure := regexp.MustCompile(`\d ?[mµnk]?(J|W|gCO₂e)\b`)
	for _, id := range []string{"energy", "capstone", "summary"} {
		if got := said(mustSection(t, doc, id)); figure.MatchString(got) {
			t.Errorf("section %s has figures that nobody read:\n%s", id, got)
		}
	}
	if roadmap := said(mustSection(t, doc, "roadmap")); strings.Contains(roadmap, "\ndone") || strings.Contains(roadmap, "under way") {
		t.Errorf("something is done that nobody did:\n%s", roadmap)
	}
}

// Only ticks count: neither a start, nor a check that has passed, nor a finish.
func TestOnlyTicksCount(t *testing.T) {
	t.Parallel()
	in := fullInput()
	for i := range in.Lessons {
		in.Lessons[i].Done, in.Lessons[i].Finished = 3, at(noon())
		for j := range in.Lessons[i].List {
			in.Lessons[i].List[j].Tick = nil
			in.Lessons[i].List[j].Check = &lab.LessonCheck{Passed: true, Evidence: map[string]any{"commit": "deadbeef"}}
		}
	}
	doc := mustCompose(t, "en", in)
	if got := said(mustSection(t, doc, "summary")); !strings.Contains(got, "0 of 42") {
		t.Errorf("the summary counts what is not ticked:\n%s", got)
	}
	if got := said(mustSection(t, doc, "roadmap")); strings.Contains(got, "6 of 6") || strings.Contains(got, "under way\n") {
		t.Errorf("the roadmap counts what is not ticked:\n%s", got)
	}
	if got := said(mustSection(t, doc, "work")); strings.Contains(got, "deadbeef") {
		t.Errorf("evidence of no tick is shown:\n%s", got)
	}
}

// What is not in the lab is not in its picture.
func TestPictureIsOfThisLab(t *testing.T) {
	t.Parallel()
	in := fullInput()
	in.Status.Components = slices.DeleteFunc(in.Status.Components, func(c lab.Component) bool { return c.Name == "mlflow" || c.Name == "model-server" })
	at := slices.IndexFunc(in.Status.Components, func(c lab.Component) bool { return c.Name == "gateway" })
	in.Status.Components[at].Ready = false
	p := readPlatform(in)
	texts := mustComposer(t).texts["en"]
	d := texts.architecture(p)
	var names []string
	dashed := 0
	for _, s := range d.Shapes {
		names = append(names, s.Text)
		if s.Dashed {
			dashed++
		}
		if s.X < 0 || s.Y < 0 || s.X+s.W > d.Width || s.Y+s.H > d.Height {
			t.Errorf("%+v is outside of the picture, %v x %v", s, d.Width, d.Height)
		}
		for _, point := range s.Points {
			if point.X < 0 || point.Y < 0 || point.X > d.Width || point.Y > d.Height {
				t.Errorf("%+v is outside of the picture", point)
			}
		}
	}
	if slices.Contains(names, "MLflow") || slices.Contains(names, "Model server") || !slices.Contains(names, "Argo CD") {
		t.Errorf("the picture shows %q", names)
	}
	if dashed != 1 || strings.Contains(d.Alt, "MLflow") {
		t.Errorf("%d frames are dashed; in words: %s", dashed, d.Alt)
	}
}

func TestUnknownLanguage(t *testing.T) {
	t.Parallel()
	var failed *lab.Error
	if _, err := mustComposer(t).Compose("fr", emptyInput()); !errors.As(err, &failed) || failed.Code != lab.CodeUsage {
		t.Errorf("got %v", err)
	}
}

// Both languages have the same keys, and none is empty.
func TestWords(t *testing.T) {
	t.Parallel()
	c := mustComposer(t)
	for key, text := range c.texts["en"].of {
		if other := c.texts["de"].of[key]; strings.HasPrefix(key, "report.") && (other == "" || text == "" || strings.Count(other, "{") != strings.Count(text, "{")) {
			t.Errorf("%s: %q and %q", key, text, other)
		}
	}
	if de, en := len(c.texts["de"].of), len(c.texts["en"].of); de != en {
		t.Errorf("%d texts in German, %d in English", de, en)
	}
}

// TestKeep leaves the reports in the directory REPORTS for somebody who wants to look.
func TestKeep(t *testing.T) {
	t.Parallel()
	dir := os.Getenv("REPORTS")
	if dir == "" {
		t.Skip("REPORTS is not set")
	}
	eachReport(t, func(t *testing.T, who string, doc Document) {
		for format, write := range map[string]func(Document) ([]byte, error){"html": HTML, "pdf": PDF} {
			data, err := write(doc)
			if err == nil {
				err = os.WriteFile(filepath.Join(dir, who+"-"+doc.Lang+"."+format), data, 0o600)
			}
			if err != nil {
				t.Error(err)
			}
		}
	})
}

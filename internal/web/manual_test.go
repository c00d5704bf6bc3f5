package web

import (
	"strings"
	"testing"

	"github.com/labbox/labbox/ui"
)

func mustManual(t *testing.T, lang string) *manual {
	t.Helper()
	m, err := loadManual(ui.FS(), lang)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestManualsMatch: both languages have the same topics and terms.
func TestManualsMatch(t *testing.T) {
	t.Parallel()
	ids := func(m *manual) (topics, terms map[string]bool) {
		topics, terms = map[string]bool{}, map[string]bool{}
		for _, x := range m.Topics {
			topics[x.ID] = true
		}
		for _, x := range m.Terms {
			if terms[x.ID] || x.Term == "" || x.Text == "" {
				t.Errorf("term %q is there twice or empty", x.ID)
			}
			terms[x.ID] = true
		}
		return topics, terms
	}
	deTopics, deTerms := ids(mustManual(t, "de"))
	enTopics, enTerms := ids(mustManual(t, "en"))
	for name, pair := range map[string][2]map[string]bool{"topic": {deTopics, enTopics}, "term": {deTerms, enTerms}} {
		for i := range pair {
			for id := range pair[i] {
				if !pair[1-i][id] {
					t.Errorf("%s %q is in one language only", name, id)
				}
			}
		}
	}
}

func TestSearch(t *testing.T) {
	t.Parallel()
	sources := mustManual(t, "de").sources()
	for _, c := range []struct{ query, first string }{
		{"kaltstart", "Kaltstart"}, {"KALTSTART", "Kaltstart"}, {"befehle", "Befehle"}, {"beforderung", "Beförderung (Promotion)"},
		{"Beförderung", "Beförderung (Promotion)"}, {"drift", "Drift"}, {"rapl", "RAPL"}, {"labbox progress", "Befehle"},
	} {
		found := search(c.query, sources, 10)
		if len(found) == 0 || found[0].Title != c.first {
			t.Errorf("%q finds %v first, want %q", c.query, found, c.first)
		}
	}
	for _, query := range []string{"", "   ", "xyzzy", "kaltstart xyzzy", "<script>"} {
		if found := search(query, sources, 10); len(found) != 0 {
			t.Errorf("%q finds %d", query, len(found))
		}
	}
	if found := search("e", sources, 3); len(found) != 3 {
		t.Errorf("%d answers, want 3 at most", len(found))
	}
}

func TestExcerpt(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("wort ", 60) + "Überfluss" + strings.Repeat(" wort", 60)
	before, match, after := excerpt(long, []string{"uberfluss"})
	if match != "Überfluss" || !strings.HasPrefix(before, "…") || !strings.HasSuffix(after, "…") {
		t.Errorf("%q %q %q", before, match, after)
	}
	if before, match, after = excerpt("kurz", []string{"fehlt"}); before+match != "" || after != "kurz" {
		t.Errorf("%q %q %q", before, match, after)
	}
	if _, match, _ = excerpt("İstanbul", []string{"stan"}); match != "" && match != "stan" {
		t.Errorf("a letter that folds to two: %q", match)
	}
}

func TestSearchPage(t *testing.T) {
	t.Parallel()
	d := mustLearn(t)
	for query, want := range map[string]string{
		"drift": `<a href="/lessons/gitops/drift">Drift and self-heal</a>`, "cold": "<mark>cold</mark>", "xyzzy": "Nothing here speaks of that",
		"%3Cscript%3E": "&lt;script&gt;",
	} {
		if body := d.page(t, "/help?q="+query); !strings.Contains(body, want) || strings.Contains(body, "<script>") {
			t.Errorf("%s: lacks %q", query, want)
		}
	}
}

package main

import (
	"bytes"
	"strings"
	"testing"
)

func TestMarkdown(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	m := newMarkdown(&out, "de")
	m.width = 40
	m.write(strings.Join([]string{
		"## Theorie", "Argo CD **vergleicht** den Zustand im Git mit dem im `kube-system` und *heilt* ihn.", "",
		"- ein Punkt, der länger ist als eine Zeile breit", "- [Doku](https://argo-cd.io/)", "",
		"1. erst", "2. dann", "", "```yaml", "a: **b**", "```", "",
		"| Begriff | Sinn |", "|---|---|", "| Drift | `diff` |", "", "![Kreislauf](loop.svg)",
	}, "\n"), "")
	want := `Theorie
───────
Argo CD vergleicht den Zustand im Git
mit dem im ` + "`kube-system`" + ` und heilt ihn.

• ein Punkt, der länger ist als eine
  Zeile breit
• Doku (https://argo-cd.io/)

1. erst
2. dann

    a: **b**

Begriff  Sinn
───────────────
Drift    ` + "`diff`" + `

[Bild: Kreislauf]

`
	if got := out.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestWideTablesAreLists(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	m := newMarkdown(&out, "en")
	m.width = 40
	m.write("| field | belongs to | say it so |\n|---|---|---|\n| `spec.replicas` with an autoscaler | the HPA | leave it out |", "")
	want := "• `spec.replicas` with an autoscaler\n  belongs to: the HPA\n  say it so: leave it out\n\n"
	if got := out.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestMarkdownColours(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	m := newMarkdown(&out, "en")
	m.colour = true
	m.write("a **strong** `word`", "  ")
	if got, want := out.String(), "  a \x1b[1mstrong\x1b[0m \x1b[36mword\x1b[0m\n"; !strings.HasPrefix(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestLanguage(t *testing.T) {
	for _, c := range []struct{ flag, labbox, all, lang, want string }{
		{"", "", "", "de_DE.UTF-8", "de"}, {"", "", "", "C.UTF-8", "en"}, {"", "", "", "", "en"}, {"", "", "en_US", "de_DE", "en"},
		{"", "de", "en_US", "en_US", "de"}, {"en", "de", "de", "de", "en"},
	} {
		t.Setenv("LABBOX_LANG", c.labbox)
		t.Setenv("LC_ALL", c.all)
		t.Setenv("LANG", c.lang)
		if got, err := language(newLesson(&globals{}), c.flag); err != nil || got != c.want {
			t.Errorf("%+v: %q, %v", c, got, err)
		}
	}
}

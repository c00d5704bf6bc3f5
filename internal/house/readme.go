package house

import (
	"fmt"
	"io/fs"
	"strings"
)

const maxReadmeLines = 30

// checkReadmes: each big room has a README that fits on a screen.
func checkReadmes(t *Tree) []Finding {
	var out []Finding
	for _, dir := range []string{"charts", "plugins", "internal", "bundle", "ui"} {
		name := dir + "/README.md"
		text, err := fs.ReadFile(t.FS, name)
		if err != nil {
			out = append(out, Finding{Path: name, Line: 1, Text: "there is no " + name})
			continue
		}
		if n := strings.Count(string(text), "\n"); n > maxReadmeLines {
			out = append(out, Finding{Path: name, Line: n, Text: fmt.Sprintf("the file has %d lines; %d are the most", n, maxReadmeLines)})
		}
	}
	return out
}

// checkEmbeds: an embed of charts says all:, or files like _helpers.tpl are left
// out without a word.
func checkEmbeds(t *Tree) []Finding {
	var out []Finding
	for _, f := range t.Files {
		if room(f.Dir) != "charts" {
			continue
		}
		for _, group := range f.AST.Comments {
			for _, c := range group.List {
				patterns, ok := strings.CutPrefix(c.Text, "//go:embed ")
				for _, p := range strings.Fields(patterns) {
					if ok && !strings.HasPrefix(p, "all:") {
						out = append(out, t.at(f, c, "the embed of %s drops files that begin with _ or a dot; write all:%s", p, p))
					}
				}
			}
		}
	}
	return out
}

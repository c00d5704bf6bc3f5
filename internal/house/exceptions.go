package house

import (
	"fmt"
	"strings"
)

// Exception lets findings of one rule pass, for a reason.
type Exception struct {
	Rule string
	// Path is a file, or a directory with everything in it.
	Path string
	// Text must occur in the finding; empty fits all findings of Path.
	Text   string
	Reason string
}

// Exceptions returns what is let pass in this tree. Add to it only with a reason
// that will still convince in a year.
func Exceptions() []Exception {
	return []Exception{
		{"context", "internal/supervise/supervisor.go", "stored", "it is the life of Run, which Services that are added while it runs must share"},
		{"size", "internal/kube/sandboxinit.go", "function mount", "the arguments of the system call, in its order"},
	}
}

// fits says whether the exception is about the finding.
func (e Exception) fits(f Finding) bool {
	return e.Rule == f.Rule && strings.Contains(f.Text, e.Text) &&
		(f.Path == e.Path || strings.HasPrefix(f.Path, e.Path+"/"))
}

// Check runs all rules and returns the findings that no exception fits, and one
// for each exception that fits nothing any more.
func Check(t *Tree, exceptions []Exception) []Finding {
	var out []Finding
	used := make([]bool, len(exceptions))
	for _, r := range Rules() {
	findings:
		for _, f := range r.Run(t) {
			for i, e := range exceptions {
				if e.fits(f) {
					used[i] = true
					continue findings
				}
			}
			out = append(out, f)
		}
	}
	for i, e := range exceptions {
		if !used[i] {
			out = append(out, Finding{e.Rule, e.Path, 1, fmt.Sprintf("the exception %q is not needed any more: remove it", e.Text)})
		}
	}
	return out
}

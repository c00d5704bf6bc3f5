package house

import (
	"go/ast"
	"slices"
	"strconv"
	"strings"
)

// importsOf calls f for each import of each file that is written by hand.
func (t *Tree) importsOf(f func(file *File, spec *ast.ImportSpec, path string)) {
	for _, file := range t.Files {
		for _, spec := range file.AST.Imports {
			if p, err := strconv.Unquote(spec.Path.Value); err == nil {
				f(file, spec, p)
			}
		}
	}
}

// local returns the directory of an import of ours.
func local(importPath string) (dir string, ours bool) {
	if importPath == Module {
		return ".", true
	}
	return strings.CutPrefix(importPath, Module+"/")
}

// room returns the room that a directory belongs to: "internal/kube",
// "plugins/gitops", "cmd/labbox", "charts"...
func room(dir string) string {
	parts := strings.Split(dir, "/")
	switch parts[0] {
	case "internal", "plugins", "cmd":
		return strings.Join(parts[:min(2, len(parts))], "/")
	}
	return parts[0]
}

// tools are the commands that run while labbox is built, or measure it. They may
// reach into the rooms whose work they do.
var tools = []string{"cmd/mkbundle", "cmd/mkui", "cmd/bench"}

// checkDirection: cmd -> app -> rooms -> lab -> standard library.
func checkDirection(t *Tree) []Finding {
	var out []Finding
	t.importsOf(func(file *File, spec *ast.ImportSpec, p string) {
		dir, ours := local(p)
		from := room(file.Dir)
		if !ours {
			if isThirdParty(p) && slices.Contains([]string{"internal/lab", "internal/house", "bundle", "charts", "ui"}, from) {
				out = append(out, t.at(file, spec, "%s imports %s; it may import the standard library only", from, p))
			}
			return
		}
		if to := room(dir); to != from && !mayImport(from, to, file.Test) {
			out = append(out, t.at(file, spec, "%s imports %s", from, dir))
		}
	})
	return out
}

// mayImport says whether one room may import another one.
func mayImport(from, to string, test bool) bool {
	kind, _, _ := strings.Cut(from, "/")
	toKind, _, _ := strings.Cut(to, "/")
	leaf := toKind == "bundle" || toKind == "charts" || toKind == "ui"
	switch {
	case test && (to == "internal/labtest" || leaf) && (kind == "internal" || kind == "cmd"):
		return true // the fakes, and the real files that app would hand over
	case kind == "plugins":
		return to == "plugins/sdk" && from != "plugins/sdk"
	case from == "internal/lab", from == "internal/house", kind == "bundle", kind == "charts", kind == "ui":
		return false
	case to == "internal/lab":
		return true
	case from == "internal/app":
		return leaf || toKind == "plugins" || toKind == "internal"
	case from == "internal/modhost":
		return to == "plugins/sdk"
	case from == "cmd/labbox":
		return to == "internal/app"
	case slices.Contains(tools, from):
		return leaf || toKind == "internal"
	case kind == "cmd": // the programs that run inside pods
		return toKind == "internal" && to != "internal/app"
	}
	return false
}

// isThirdParty says whether an import is neither ours nor the standard library's.
func isThirdParty(p string) bool {
	first, _, _ := strings.Cut(p, "/")
	_, ours := local(p)
	return !ours && strings.Contains(first, ".")
}

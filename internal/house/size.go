package house

import (
	"go/ast"
)

// The sizes of DESIGN section 5.
const (
	maxFileLines = 400
	maxFuncLines = 80
	maxMethods   = 4
	maxParams    = 4
)

// checkSize: files, functions, interfaces and parameter lists stay small.
func checkSize(t *Tree) []Finding {
	var out []Finding
	for _, f := range t.Files {
		if !f.Generated && f.Lines > maxFileLines {
			out = append(out, t.at(f, f.AST.Name, "the file has %d lines; %d are the most", f.Lines, maxFileLines))
		}
	}
	t.each(func(f *File, n ast.Node) {
		switch n := n.(type) {
		case *ast.FuncDecl:
			lines := t.Fset.Position(n.End()).Line - t.Fset.Position(n.Pos()).Line + 1
			if lines > maxFuncLines {
				out = append(out, t.at(f, n, "function %s has %d lines; %d are the most", n.Name.Name, lines, maxFuncLines))
			}
			if params := parameters(n.Type); params > maxParams {
				out = append(out, t.at(f, n, "function %s has %d parameters; make it an options struct", n.Name.Name, params))
			}
		case *ast.InterfaceType:
			if methods := n.Methods.NumFields(); methods > maxMethods {
				out = append(out, t.at(f, n, "the interface has %d methods; %d are the most", methods, maxMethods))
			}
		}
	})
	return out
}

// parameters counts what a function is told. A context and a test are not counted:
// they are with every call and say nothing.
func parameters(f *ast.FuncType) int {
	n := 0
	for _, p := range f.Params.List {
		if dotted(p.Type) != "context.Context" && !isTest(p.Type) {
			n += max(1, len(p.Names))
		}
	}
	return n
}

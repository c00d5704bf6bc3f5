package house

import "go/ast"

// checkContext: a context comes first and is never stored. In a test the test may
// come before it, and a fixture may hold it: both end together.
func checkContext(t *Tree) []Finding {
	var out []Finding
	t.each(func(f *File, n ast.Node) {
		switch n := n.(type) {
		case *ast.FuncDecl:
			if i := contextAt(n.Type); i > 0 {
				out = append(out, t.at(f, n, "function %s takes its context as parameter %d, not first", n.Name.Name, i+1))
			}
		case *ast.StructType:
			for _, field := range n.Fields.List {
				if dotted(field.Type) == "context.Context" && !f.Test {
					out = append(out, t.at(f, field, "a context is stored in a struct"))
				}
			}
		}
	})
	return out
}

// contextAt returns the index of the context among the parameters, not counting a
// leading *testing.T; 0 where there is none.
func contextAt(f *ast.FuncType) int {
	i := 0
	for _, p := range f.Params.List {
		if dotted(p.Type) == "context.Context" {
			return i
		}
		if i == 0 && isTest(p.Type) {
			continue
		}
		i += max(1, len(p.Names))
	}
	return 0
}

// isTest says whether a type is that of a test's first parameter.
func isTest(e ast.Expr) bool {
	if star, ok := e.(*ast.StarExpr); ok {
		e = star.X
	}
	switch dotted(e) {
	case "testing.T", "testing.TB", "testing.B", "testing.F":
		return true
	}
	return false
}

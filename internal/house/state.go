package house

import (
	"go/ast"
	"go/token"
	"strings"
)

// checkInit: no init functions; what must happen first is called first.
func checkInit(t *Tree) []Finding {
	var out []Finding
	t.each(func(f *File, n ast.Node) {
		if d, ok := n.(*ast.FuncDecl); ok && d.Recv == nil && d.Name.Name == "init" {
			out = append(out, t.at(f, d, "there is an init function"))
		}
	})
	return out
}

// checkState: no mutable package state. A package-level variable may be an error,
// an expression or template compiled once, an embedded file system, a plain value,
// or an unexported table; and nothing in the package may change it.
func checkState(t *Tree) []Finding {
	var out []Finding
	vars := map[string]map[string]bool{} // directory to names
	top := map[any]bool{}                // their declarations
	t.packageVars(func(f *File, decl *ast.GenDecl, spec *ast.ValueSpec) {
		if vars[f.Dir] == nil {
			vars[f.Dir] = map[string]bool{}
		}
		top[spec] = true
		for i, name := range spec.Names {
			vars[f.Dir][name.Name] = true
			if why := suspicious(decl, spec, i); why != "" {
				out = append(out, t.at(f, name, "package variable %s %s", name.Name, why))
			}
		}
	})
	t.each(func(f *File, n ast.Node) {
		for _, id := range changed(n) {
			// The parser knows what is declared in the same file, local or not; what it
			// does not know is another file's.
			if id.Name != "_" && vars[f.Dir][id.Name] && (id.Obj == nil || top[id.Obj.Decl]) {
				out = append(out, t.at(f, id, "package variable %s is changed", id.Name))
			}
		}
	})
	return out
}

// packageVars calls f for each declaration of package-level variables.
func (t *Tree) packageVars(f func(*File, *ast.GenDecl, *ast.ValueSpec)) {
	for _, file := range t.Files {
		if file.Generated {
			continue
		}
		for _, decl := range file.AST.Decls {
			d, ok := decl.(*ast.GenDecl)
			if !ok || d.Tok != token.VAR {
				continue
			}
			for _, spec := range d.Specs {
				f(file, d, spec.(*ast.ValueSpec))
			}
		}
	}
}

// constructors are the calls whose results nobody changes.
var constructors = []string{
	"errors.New", "fmt.Errorf", "regexp.MustCompile", "template.Must", "netip.MustParsePrefix", "netip.MustParseAddr",
	"strings.NewReplacer", "resource.MustParse", "time.Date", "time.Unix",
}

// suspicious says why a variable may be state, "" if it may not.
func suspicious(decl *ast.GenDecl, spec *ast.ValueSpec, i int) string {
	name := spec.Names[i].Name
	if name == "_" || embedded(decl, spec) {
		return ""
	}
	if len(spec.Values) <= i {
		return "has no value: it is there to be changed"
	}
	switch v := spec.Values[i].(type) {
	case *ast.CallExpr:
		if called := dotted(v.Fun); !containsAny(constructors, called) && !conversion(v) {
			return "comes from a call of " + called + ", which may return something that changes"
		}
	case *ast.CompositeLit:
		if ast.IsExported(name) {
			return "is an exported table that other packages could change"
		}
	case *ast.UnaryExpr:
		if v.Op == token.AND {
			return "is a pointer to something that may change"
		}
	}
	return ""
}

// conversion says whether a call is one of a plain type: []byte("x"), State("y").
func conversion(c *ast.CallExpr) bool {
	_, slice := c.Fun.(*ast.ArrayType)
	literal := false
	if len(c.Args) == 1 {
		_, literal = c.Args[0].(*ast.BasicLit)
	}
	id, plain := c.Fun.(*ast.Ident)
	return literal && (slice || plain && id.Name != "new" && id.Name != "make")
}

// embedded says whether a variable is filled by the compiler.
func embedded(decl *ast.GenDecl, spec *ast.ValueSpec) bool {
	for _, doc := range []*ast.CommentGroup{decl.Doc, spec.Doc} {
		if doc == nil {
			continue
		}
		for _, c := range doc.List {
			if strings.HasPrefix(c.Text, "//go:embed ") {
				return true
			}
		}
	}
	return false
}

// changed returns the variables that a node changes: by assignment to them or to a
// part of them, by counting, or by delete, clear and copy.
func changed(n ast.Node) []*ast.Ident {
	var out []*ast.Ident
	add := func(e ast.Expr) {
		if id := base(e); id != nil {
			out = append(out, id)
		}
	}
	switch n := n.(type) {
	case *ast.AssignStmt:
		if n.Tok != token.DEFINE {
			for _, e := range n.Lhs {
				add(e)
			}
		}
	case *ast.IncDecStmt:
		add(n.X)
	case *ast.RangeStmt:
		if n.Tok == token.ASSIGN {
			add(n.Key)
			add(n.Value)
		}
	case *ast.CallExpr:
		if id, ok := n.Fun.(*ast.Ident); ok && len(n.Args) > 0 && (id.Name == "delete" || id.Name == "clear" || id.Name == "copy") {
			add(n.Args[0])
		}
	case *ast.UnaryExpr:
		if n.Op == token.AND {
			add(n.X)
		}
	}
	return out
}

// base returns the variable that an expression is a part of: x of x.f[1].g.
func base(e ast.Expr) *ast.Ident {
	for {
		switch x := e.(type) {
		case *ast.Ident:
			return x
		case *ast.SelectorExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		case *ast.ParenExpr:
			e = x.X
		default:
			return nil
		}
	}
}

// dotted returns the name of a function as it is written: "errors.New".
func dotted(e ast.Expr) string {
	switch x := e.(type) {
	case *ast.Ident:
		return x.Name
	case *ast.SelectorExpr:
		return dotted(x.X) + "." + x.Sel.Name
	case *ast.IndexExpr:
		return dotted(x.X)
	case *ast.CallExpr:
		return dotted(x.Fun)
	}
	return "?"
}

func containsAny(list []string, s string) bool {
	for _, x := range list {
		if s == x || strings.HasPrefix(s, x+".") {
			return true
		}
	}
	return false
}

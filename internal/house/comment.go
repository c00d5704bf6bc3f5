package house

import (
	"go/ast"
	"slices"
	"strings"
)

// checkComments: every package has a sentence that says what it is for, every
// exported name one that says what it promises.
func checkComments(t *Tree) []Finding {
	return append(packageComments(t), nameComments(t)...)
}

func packageComments(t *Tree) []Finding {
	var out []Finding
	said := map[string]bool{}
	first := map[string]*File{}
	for _, f := range t.Files {
		if f.Test {
			continue
		}
		if first[f.Dir] == nil {
			first[f.Dir] = f
		}
		if doc := f.AST.Doc.Text(); strings.HasPrefix(doc, "Package "+f.AST.Name.Name+" ") ||
			f.AST.Name.Name == "main" && strings.HasPrefix(doc, "Command ") {
			said[f.Dir] = true
		}
	}
	for dir, f := range first {
		if !said[dir] {
			out = append(out, t.at(f, f.AST.Name, "package %s has no sentence that begins with \"Package %s\" or \"Command\"", dir, f.AST.Name.Name))
		}
	}
	return out
}

func nameComments(t *Tree) []Finding {
	var out []Finding
	for _, f := range t.Files {
		if f.Test || f.Generated || f.AST.Name.Name == "main" {
			continue
		}
		for _, decl := range f.AST.Decls {
			for _, name := range uncommented(decl) {
				out = append(out, t.at(f, name, "%s is exported and has no comment", name.Name))
			}
		}
	}
	return out
}

// uncommented returns the exported names that a declaration leaves without comment.
// A comment on a group speaks for every name in it.
func uncommented(decl ast.Decl) []*ast.Ident {
	switch d := decl.(type) {
	case *ast.FuncDecl:
		if d.Doc.Text() == "" && d.Name.IsExported() && exportedReceiver(d) {
			return []*ast.Ident{d.Name}
		}
	case *ast.GenDecl:
		if d.Doc.Text() != "" {
			return nil
		}
		var out []*ast.Ident
		for _, spec := range d.Specs {
			switch s := spec.(type) {
			case *ast.TypeSpec:
				if s.Doc.Text() == "" && s.Comment.Text() == "" && s.Name.IsExported() {
					out = append(out, s.Name)
				}
			case *ast.ValueSpec:
				if s.Doc.Text() == "" && s.Comment.Text() == "" {
					out = append(out, slices.DeleteFunc(slices.Clone(s.Names), func(n *ast.Ident) bool { return !n.IsExported() })...)
				}
			}
		}
		return out
	}
	return nil
}

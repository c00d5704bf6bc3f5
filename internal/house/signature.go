package house

import (
	"go/ast"
	"path"
	"strconv"
	"strings"
)

// checkSignatures: no third-party type in a signature of lab or sdk.
func checkSignatures(t *Tree) []Finding {
	var out []Finding
	for _, file := range t.Files {
		if (file.Dir != "internal/lab" && file.Dir != "plugins/sdk") || file.Test {
			continue
		}
		foreign := map[string]string{}
		for _, spec := range file.AST.Imports {
			if p, err := strconv.Unquote(spec.Path.Value); err == nil && isThirdParty(p) {
				foreign[importName(spec, p)] = p
			}
		}
		for _, node := range exportedSignatures(file.AST) {
			ast.Inspect(node, func(n ast.Node) bool {
				sel, ok := n.(*ast.SelectorExpr)
				if !ok {
					return true
				}
				if x, ok := sel.X.(*ast.Ident); ok && foreign[x.Name] != "" {
					out = append(out, t.at(file, sel, "%s.%s of %s is in an exported signature", x.Name, sel.Sel.Name, foreign[x.Name]))
				}
				return true
			})
		}
	}
	return out
}

// importName returns the name under which a file knows an import. Without a name
// it is guessed from the path, which also does for "go-plugin" and "v3".
func importName(spec *ast.ImportSpec, p string) string {
	if spec.Name != nil {
		return spec.Name.Name
	}
	base := path.Base(p)
	if len(base) > 1 && base[0] == 'v' && strings.Trim(base[1:], "0123456789") == "" {
		base = path.Base(path.Dir(p))
	}
	return strings.TrimPrefix(base, "go-")
}

// exportedSignatures returns the types of exported functions, methods, variables,
// and the exported parts of types.
func exportedSignatures(file *ast.File) []ast.Node {
	var out []ast.Node
	for _, decl := range file.Decls {
		switch d := decl.(type) {
		case *ast.FuncDecl:
			if d.Name.IsExported() && exportedReceiver(d) {
				out = append(out, d.Type)
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch s := spec.(type) {
				case *ast.TypeSpec:
					if s.Name.IsExported() {
						out = append(out, exportedParts(s.Type)...)
					}
				case *ast.ValueSpec:
					if s.Type != nil && s.Names[0].IsExported() {
						out = append(out, s.Type)
					}
				}
			}
		}
	}
	return out
}

// exportedParts leaves the unexported fields of a struct out.
func exportedParts(t ast.Expr) []ast.Node {
	s, ok := t.(*ast.StructType)
	if !ok {
		return []ast.Node{t}
	}
	var out []ast.Node
	for _, f := range s.Fields.List {
		if len(f.Names) == 0 || f.Names[0].IsExported() {
			out = append(out, f.Type)
		}
	}
	return out
}

// exportedReceiver says whether a function has no receiver or one of an exported type.
func exportedReceiver(d *ast.FuncDecl) bool {
	if d.Recv == nil || len(d.Recv.List) == 0 {
		return true
	}
	t := d.Recv.List[0].Type
	for {
		switch x := t.(type) {
		case *ast.StarExpr:
			t = x.X
		case *ast.IndexExpr:
			t = x.X
		case *ast.IndexListExpr:
			t = x.X
		case *ast.Ident:
			return x.IsExported()
		default:
			return true
		}
	}
}

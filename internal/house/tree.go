package house

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Module is the import path that everything in the tree begins with.
const Module = "github.com/labbox/labbox"

// Tree is the source of the project, parsed.
type Tree struct {
	FS    fs.FS
	Fset  *token.FileSet
	Files []*File // by path
}

// File is one Go file.
type File struct {
	Path      string
	Dir       string // of Path, "." for the root
	Test      bool
	Generated bool
	Lines     int
	AST       *ast.File
}

// Finding is one breach of one rule.
type Finding struct {
	Rule string
	Path string
	Line int
	Text string
}

// String returns the finding in the form that editors jump to.
func (f Finding) String() string {
	return fmt.Sprintf("%s:%d: %s (%s)", f.Path, f.Line, f.Text, f.Rule)
}

// Rule is one rule of the house.
type Rule struct {
	Name  string
	check func(*Tree) []Finding
}

// Run returns the breaches of the rule.
func (r Rule) Run(t *Tree) []Finding {
	out := r.check(t)
	for i := range out {
		out[i].Rule = r.Name
	}
	return out
}

// Rules returns all rules.
func Rules() []Rule {
	return []Rule{
		{"direction", checkDirection},
		{"heavy", checkHeavy},
		{"signature", checkSignatures},
		{"reach", checkReach},
		{"init", checkInit},
		{"state", checkState},
		{"size", checkSize},
		{"context", checkContext},
		{"comment", checkComments},
		{"readme", checkReadmes},
		{"embed", checkEmbeds},
		{"paths", checkPaths},
	}
}

// Load parses every Go file of fsys, without the modules inside that have a go.mod
// of their own and without what is built or downloaded.
func Load(fsys fs.FS) (*Tree, error) {
	t := &Tree{FS: fsys, Fset: token.NewFileSet()}
	err := walk(fsys, func(name string) error {
		if path.Ext(name) != ".go" || inOwnModule(fsys, path.Dir(name)) {
			return nil
		}
		src, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(t.Fset, name, src, parser.ParseComments)
		if err != nil {
			return err
		}
		t.Files = append(t.Files, &File{
			Path: name, Dir: path.Dir(name), Test: strings.HasSuffix(name, "_test.go"),
			Generated: ast.IsGenerated(file), Lines: strings.Count(string(src), "\n"), AST: file,
		})
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("parse the tree: %w", err)
	}
	return t, nil
}

// skipped are directories that hold nothing of ours.
var skipped = []string{".git", "node_modules", "bin", "build", "dist", "testdata", "__pycache__"}

// walk calls f with every file of ours.
func walk(fsys fs.FS, f func(name string) error) error {
	return fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && slices.Contains(skipped, d.Name()):
			return fs.SkipDir
		case !d.Type().IsRegular():
			return nil
		}
		return f(name)
	})
}

// inOwnModule says whether dir, or one above it, has a go.mod below the root.
func inOwnModule(fsys fs.FS, dir string) bool {
	for ; dir != "."; dir = path.Dir(dir) {
		if _, err := fs.Stat(fsys, dir+"/go.mod"); err == nil {
			return true
		}
	}
	return false
}

// at makes a finding at a node. Its Rule is filled in by whoever runs the rule.
func (t *Tree) at(f *File, n ast.Node, format string, args ...any) Finding {
	return Finding{Path: f.Path, Line: t.Fset.Position(n.Pos()).Line, Text: fmt.Sprintf(format, args...)}
}

// each calls f for every node of every file that is not generated.
func (t *Tree) each(f func(*File, ast.Node)) {
	for _, file := range t.Files {
		if file.Generated {
			continue
		}
		ast.Inspect(file.AST, func(n ast.Node) bool {
			if n != nil {
				f(file, n)
			}
			return true
		})
	}
}

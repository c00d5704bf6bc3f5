package house

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
)

// files is a tree in a few words: path to text.
type files map[string]string

func mustLoad(t *testing.T, f files) *Tree {
	t.Helper()
	fsys := fstest.MapFS{}
	for name, text := range f {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	tree, err := Load(fsys)
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

func mustRule(t *testing.T, name string) Rule {
	t.Helper()
	for _, r := range Rules() {
		if r.Name == name {
			return r
		}
	}
	t.Fatalf("there is no rule %q", name)
	return Rule{}
}

// pkg is a Go file of package p that imports the given paths.
func pkg(imports ...string) string {
	text := "package p\n"
	for _, i := range imports {
		text += fmt.Sprintf("import _ %q\n", i)
	}
	return text
}

const ours = Module + "/"

// bad are trees that break a rule, with what the finding must say.
var bad = []struct {
	rule, name string
	tree       files
	want       string
}{
	{"direction", "room to room", files{"internal/kube/a.go": pkg(ours + "internal/helm")}, "internal/kube imports internal/helm"},
	{"direction", "in a test", files{"internal/kube/a_test.go": pkg(ours + "internal/helm")}, "internal/kube imports internal/helm"},
	{"direction", "lab to third party", files{"internal/lab/a.go": pkg("github.com/x/y")}, "standard library only"},
	{"direction", "charts to third party", files{"charts/a.go": pkg("github.com/x/y")}, "standard library only"},
	{"direction", "bundle to a room", files{"bundle/a.go": pkg(ours + "internal/lab")}, "bundle imports internal/lab"},
	{"direction", "lab to a room", files{"internal/lab/a.go": pkg(ours + "internal/app")}, "internal/lab imports internal/app"},
	{"direction", "room to app", files{"internal/web/a.go": pkg(ours + "internal/app")}, "internal/web imports internal/app"},
	{"direction", "room to bundle", files{"internal/web/a.go": pkg(ours + "ui")}, "internal/web imports ui"},
	{"direction", "cmd past app", files{"cmd/labbox/a.go": pkg(ours + "internal/kube")}, "cmd/labbox imports internal/kube"},
	{"direction", "plugin to plugin", files{"plugins/gitops/a.go": pkg(ours + "plugins/mlops")}, "plugins/gitops imports plugins/mlops"},
	{"direction", "plugin to lab", files{"plugins/gitops/a.go": pkg(ours + "internal/lab")}, "plugins/gitops imports internal/lab"},
	{"direction", "sdk to lab", files{"plugins/sdk/host/a.go": pkg(ours + "internal/lab")}, "plugins/sdk imports internal/lab"},
	{"direction", "room to sdk", files{"internal/web/a.go": pkg(ours + "plugins/sdk")}, "internal/web imports plugins/sdk"},
	{"direction", "fakes outside tests", files{"internal/web/a.go": pkg(ours + "internal/labtest")}, "internal/web imports internal/labtest"},
	{"heavy", "echo", files{"internal/app/a.go": pkg("github.com/labstack/echo/v4")}, "its rooms are internal/web"},
	{"heavy", "kubernetes in faas", files{"internal/faas/a.go": pkg("k8s.io/kubernetes/cmd")}, "its rooms are internal/kube, internal/helm"},
	{"heavy", "in a test", files{"internal/web/a_test.go": pkg("k8s.io/client-go/rest")}, "is used in internal/web"},
	{"reach", "directly", files{"cmd/gateway/a.go": pkg(ours + "internal/kube"), "internal/kube/a.go": pkg()}, "cmd/gateway -> internal/kube"},
	{"reach", "by others", files{"cmd/gateway/a.go": pkg(ours + "internal/faas"), "internal/faas/a.go": pkg(ours + "internal/helm")},
		"cmd/gateway -> internal/faas -> internal/helm"},
	{"signature", "function", files{"plugins/sdk/a.go": "package sdk\nimport \"google.golang.org/grpc\"\nfunc F(c *grpc.ClientConn) {}\n"}, "grpc.ClientConn"},
	{"signature", "field", files{"internal/lab/a.go": "package lab\nimport \"github.com/hashicorp/go-plugin\"\ntype T struct{ C plugin.Client }\n"}, "plugin.Client"},
	{"signature", "version in path", files{"internal/lab/a.go": "package lab\nimport \"helm.sh/helm/v3\"\ntype T = helm.X\n"}, "helm.X"},
	{"init", "init", files{"a/a.go": "package a\nfunc init() {}\n"}, "init function"},
	{"state", "no value", files{"a/a.go": "package a\nvar n int\n"}, "no value"},
	{"state", "a lock", files{"a/a.go": "package a\nimport \"sync\"\nvar mu sync.Mutex\n"}, "no value"},
	{"state", "made", files{"a/a.go": "package a\nvar m = make(map[string]int)\n"}, "call of make"},
	{"state", "new", files{"a/a.go": "package a\nvar m = new(int)\n"}, "call of new"},
	{"state", "pointer", files{"a/a.go": "package a\ntype t struct{}\nvar m = &t{}\n"}, "pointer"},
	{"state", "exported table", files{"a/a.go": "package a\nvar M = map[string]int{}\n"}, "exported table"},
	{"state", "assigned", files{"a/a.go": "package a\nvar n = 1\nfunc f() { n = 2 }\n"}, "n is changed"},
	{"state", "counted", files{"a/a.go": "package a\nvar n = 1\nfunc f() { n++ }\n"}, "n is changed"},
	{"state", "in another file", files{"a/a.go": "package a\nvar m = map[string]int{}\n", "a/b.go": "package a\nfunc f() { m[\"x\"] = 2 }\n"}, "m is changed"},
	{"state", "deleted from", files{"a/a.go": "package a\nvar m = map[string]int{}\nfunc f() { delete(m, \"x\") }\n"}, "m is changed"},
	{"state", "address taken", files{"a/a.go": "package a\nvar n = 1\nfunc f() *int { return &n }\n"}, "n is changed"},
	{"state", "from a test", files{"a/a.go": "package a\nvar n = 1\n", "a/a_test.go": "package a\nfunc f() { n = 2 }\n"}, "n is changed"},
	{"size", "file", files{"a/a.go": "package a\n" + strings.Repeat("\n", 401)}, "402 lines"},
	{"size", "function", files{"a/a.go": "package a\nfunc f() {\n" + strings.Repeat("\n", 80) + "}\n"}, "82 lines"},
	{"size", "parameters", files{"a/a.go": "package a\nfunc f(a, b int, c, d, e string) {}\n"}, "5 parameters"},
	{"size", "unnamed parameters", files{"a/a.go": "package a\nfunc f(int, int, int, int, int) {}\n"}, "5 parameters"},
	{"size", "interface", files{"a/a.go": "package a\ntype i interface{ A(); B(); C(); D(); E() }\n"}, "5 methods"},
	{"context", "second", files{"a/a.go": "package a\nimport \"context\"\nfunc f(n int, ctx context.Context) {}\n"}, "parameter 2"},
	{"context", "stored", files{"a/a.go": "package a\nimport \"context\"\ntype t struct{ ctx context.Context }\n"}, "stored"},
	{"comment", "no package", files{"a/a.go": "package a\n"}, "no sentence"},
	{"comment", "wrong package", files{"a/a.go": "// Some words.\npackage a\n"}, "no sentence"},
	{"comment", "no command", files{"cmd/x/main.go": "package main\n"}, "no sentence"},
	{"comment", "function", files{"a/a.go": "// Package a is.\npackage a\nfunc F() {}\n"}, "F is exported"},
	{"comment", "method", files{"a/a.go": "// Package a is.\npackage a\n// T is.\ntype T int\nfunc (t *T) M() {}\n"}, "M is exported"},
	{"comment", "type", files{"a/a.go": "// Package a is.\npackage a\ntype T int\n"}, "T is exported"},
	{"comment", "constant", files{"a/a.go": "// Package a is.\npackage a\nconst C = 1\n"}, "C is exported"},
	{"readme", "missing", files{}, "there is no charts/README.md"},
	{"readme", "long", files{"ui/README.md": strings.Repeat("x\n", 31)}, "31 lines"},
	{"embed", "no all", files{"charts/a.go": "package charts\nimport \"embed\"\n//go:embed git argocd\nvar fs embed.FS\n"}, "all:git"},
	{"paths", "home of root", files{"Makefile": "x:\n\tcp /ro" + "ot/x y\n"}, "somebody's machine"},
	{"paths", "checkout", files{"a.sh": "cd \"/wo" + "rk/main\"\n"}, "somebody's machine"},
	{"paths", "home", files{"a.md": "see /ho" + "me/anna/labbox\n"}, "somebody's machine"},
	{"paths", "npm", files{"ui/package-lock.json": `"resolved": "https://npm.example.internal/x.tgz"`}, "npm.example.internal"},
	{"paths", "pip", files{"bundle/requirements.txt": "--index-url https://user:pw@pypi.example/simple\n"}, "pypi.example"},
}

func TestRulesNoticeBreaches(t *testing.T) {
	t.Parallel()
	for _, c := range bad {
		t.Run(c.rule+"/"+c.name, func(t *testing.T) {
			t.Parallel()
			findings := mustRule(t, c.rule).Run(mustLoad(t, c.tree))
			for _, f := range findings {
				if strings.Contains(f.Text, c.want) && f.Rule == c.rule && f.Path != "" {
					return
				}
			}
			t.Errorf("no finding says %q; there are: %v", c.want, findings)
		})
	}
}

// good is a tree that comes close to breaking every rule, and breaks none.
var good = files{
	"internal/app/a.go": "// Package app wires.\n" + strings.Replace(pkg(ours+"internal/kube", ours+"charts", ours+"plugins/gitops"), "package p", "package app", 1),
	"internal/kube/a.go": `// Package kube is a cluster.
package kube

import (
	"context"
	"errors"
	_ "embed"
	_ "k8s.io/kubernetes/cmd"
	"` + ours + `internal/lab"
)

var errGone = errors.New("gone")

var table = map[string]int{"a": 1}

var word, raw = "x", []byte("y")

//go:embed x.txt
var text string

var _ lab.T = 1

func f(ctx context.Context, a, b, c, d int) int {
	table := map[string]int{}
	table["b"] = table["a"]
	var word string
	word = "y"
	_ = word
	_ = raw
	return table["a"]
}
`,
	"internal/kube/a_test.go":    pkg(ours+"internal/labtest", ours+"charts"),
	"internal/kube/c_test.go":    "package kube\nimport \"context\"\ntype fixture struct{ ctx context.Context }\n",
	"internal/kube/b_test.go":    "package kube\nimport (\"context\"; \"testing\")\nfunc mustX(t *testing.T, ctx context.Context, a, b, c, d int) {}\n",
	"internal/kube/gen.go":       "// Code generated by x. DO NOT EDIT.\npackage kube\nvar State int\nfunc init() {}\n" + strings.Repeat("\n", 500),
	"internal/kube/v/a.go":       "// Package v is a part.\n" + strings.Replace(pkg(ours+"internal/kube"), "package p", "package v", 1),
	"internal/lab/a.go":          "// Package lab is words.\npackage lab\n// T is.\ntype T int\n",
	"internal/faas/a.go":         "// Package faas is.\npackage faas\nimport _ \"k8s.io/client-go/rest\"\n",
	"cmd/labbox/main.go":         "// Command labbox is.\npackage main\nimport _ \"" + ours + "internal/app\"\n",
	"cmd/gateway/main.go":        "// Command gateway is.\npackage main\nimport _ \"" + ours + "internal/faas\"\n",
	"cmd/mkbundle/main.go":       "// Command mkbundle is.\npackage main\nimport _ \"" + ours + "bundle\"\nimport _ \"" + ours + "internal/image\"\n",
	"plugins/gitops/a.go":        "// Package gitops is.\npackage gitops\nimport _ \"" + ours + "plugins/sdk/probe\"\n",
	"plugins/gitops/main/a.go":   "// Command gitops is.\npackage main\nimport _ \"" + ours + "plugins/gitops\"\n",
	"plugins/sdk/a.go":           "// Package sdk is.\npackage sdk\nimport \"google.golang.org/grpc\"\ntype s struct{ c grpc.X }\nfunc (x *s) Do(c grpc.X) {}\n",
	"charts/a.go":                "// Package charts is.\npackage charts\nimport \"embed\"\n//go:embed all:git all:argocd\nvar fs embed.FS\n",
	"bundle/images/x/go.mod":     "module x\n",
	"bundle/images/x/main.go":    "package main\nvar state int\nfunc init() {}\n",
	"ui/package-lock.json":       `"resolved": "https://registry.npmjs.org/x.tgz",` + "\n" + `"funding": "https://example.com"`,
	"charts/README.md":           "x\n",
	"plugins/README.md":          "x\n",
	"internal/README.md":         "x\n",
	"bundle/README.md":           "the user's files are in /home/app/ of the image; see https://example.com/work/x and pkg/root/y\n",
	"ui/README.md":               "x\n",
	"ui/node_modules/x/x.js":     "/ro" + "ot/x\n",
	"bundle/images/x/binary.bin": "\x00/ro" + "ot/x\n",
}

func TestRulesLeaveTheGoodAlone(t *testing.T) {
	t.Parallel()
	tree := mustLoad(t, good)
	for _, f := range Check(tree, nil) {
		t.Error(f)
	}
}

func TestEveryRuleHasABreach(t *testing.T) {
	t.Parallel()
	tested := map[string]bool{}
	for _, c := range bad {
		tested[c.rule] = true
	}
	for _, r := range Rules() {
		if !tested[r.Name] {
			t.Errorf("rule %s is never broken in these tests, so nobody knows whether it works", r.Name)
		}
	}
}

func TestExceptions(t *testing.T) {
	t.Parallel()
	tree := mustLoad(t, files{
		"charts/README.md": "", "plugins/README.md": "", "internal/README.md": "", "bundle/README.md": "", "ui/README.md": "",
		"a/a.go":  "// Package a is.\npackage a\nfunc init() {}\n",
		"ab/a.go": "// Package ab is.\npackage ab\nfunc init() {}\n",
	})
	got := Check(tree, []Exception{{Rule: "init", Path: "a", Reason: "a test"}})
	if len(got) != 1 || got[0].Path != "ab/a.go" {
		t.Errorf("an exception for a leaves %v, not the finding in ab alone", got)
	}
	got = Check(tree, []Exception{{"init", "a", "", "x"}, {"init", "ab/a.go", "init", "x"}, {"size", "a", "", "x"}})
	if len(got) != 1 || !strings.Contains(got[0].Text, "not needed any more") {
		t.Errorf("a stale exception gives %v", got)
	}
}

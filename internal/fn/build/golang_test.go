package build

import (
	"debug/elf"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const handlerGo = "package function\n\nimport \"net/http\"\n\nfunc Handle(w http.ResponseWriter, r *http.Request) { w.Write([]byte(\"go\")) }\n"

func TestHandlerShape(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, code, want, fail string }{
		{"middleware", handlerGo, "middleware", ""},
		{"bytes", "package function\nfunc Handle(req []byte) string { return string(req) }", "bytes", ""},
		{"request", "package function\nimport handler \"github.com/openfaas/templates-sdk/go-http\"\nfunc Handle(req handler.Request) (handler.Response, error) { return handler.Response{}, nil }", "request", ""},
		{"method is none", "package function\ntype T int\nfunc (T) Handle() {}", "", "no func Handle"},
		{"nothing", "package function", "", "no func Handle"},
		{"other package", "package main\nfunc Handle() {}", "", "package main"},
		{"other signature", "package function\nfunc Handle(a int, b map[string]int) {}", "", "func Handle(int, ?)"},
		{"no Go", "package", "", "read the handler"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			shape, err := handlerShape(mustFolder(t, map[string]string{"handler.go": tt.code, "handler_test.go": "package function; func Handle(x int) {}"}))
			if tt.fail != "" {
				wantRefusal(t, err, tt.fail)
				return
			}
			if err != nil || string(shape) != tt.want {
				t.Errorf("shape %q, %v", shape, err)
			}
		})
	}
}

// The SDK that handlers of golang-http import, as far as the program needs it.
const sdkForTests = `package handler

import ("context"; "net/http")

type Response struct { Body []byte; StatusCode int; Header http.Header }
type Request struct { Body []byte; Header http.Header; QueryString, Method, Host string; ctx context.Context }
func (r *Request) WithContext(ctx context.Context) { r.ctx = ctx }
`

func TestBuildGo(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("go is not on PATH")
	}
	const sdk = "vendor/github.com/openfaas/templates-sdk/go-http/handler.go"
	tests := []struct {
		name  string
		files map[string]string
	}{
		{"without go.mod", map[string]string{"handler.go": handlerGo, "static/a.txt": "file"}},
		{"with a package of its own", map[string]string{"go.mod": "module handler/function\n\ngo 1.21\n", "static/a.txt": "file",
			"handler.go": "package function\nimport \"handler/function/pkg\"\nfunc Handle(req []byte) string { return pkg.Up(string(req)) }", "pkg/up.go": "package pkg\nimport \"strings\"\nfunc Up(s string) string { return strings.ToUpper(s) }"}},
		{"vendored", map[string]string{"go.mod": "module example.org/mine\n\ngo 1.21\n\nrequire github.com/openfaas/templates-sdk/go-http v0.0.0\n", "static/a.txt": "file",
			"handler.go": "package function\nimport handler \"github.com/openfaas/templates-sdk/go-http\"\nfunc Handle(req handler.Request) (handler.Response, error) { return handler.Response{Body: req.Body}, nil }",
			sdk:          sdkForTests, "vendor/modules.txt": "# github.com/openfaas/templates-sdk/go-http v0.0.0\n## explicit; go 1.21\ngithub.com/openfaas/templates-sdk/go-http\n"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir := mustFolder(t, tt.files)
			res, files, err := layerOf(t, Input{Lang: "golang-middleware", Dir: dir})
			if err != nil {
				t.Fatal(err)
			}
			if res.Base != "labbox.local/fn-go:dev" || files["home/app/static/a.txt"] != "file" || len(files) != 2 {
				t.Errorf("%+v, %d files", res, len(files))
			}
			again, _, err := layerOf(t, Input{Lang: "golang-middleware", Dir: dir})
			if err != nil || again.Digest != res.Digest {
				t.Errorf("the same folder gave %s and %s (%v)", res.Digest, again.Digest, err)
			}
			binary, err := elf.NewFile(strings.NewReader(files["home/app/handler"]))
			if err != nil {
				t.Fatal(err)
			}
			if libs, _ := binary.ImportedLibraries(); len(libs) > 0 || binary.Section(".interp") != nil {
				t.Errorf("the program is not static: %v", libs)
			}
			if entries, err := os.ReadDir(filepath.Join(dir, mainDir)); err == nil {
				t.Errorf("the function's own folder was written to: %v", entries)
			}
		})
	}
}

func TestBuildGoRefuses(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("go is not on PATH")
	}
	tests := []struct {
		name, want string
		files      map[string]string
	}{
		{"does not compile", "handler.go:2", map[string]string{"handler.go": "package function\nfunc Handle(b []byte) string { return 7 }"}},
		{"module that is not there", "modules that are not on this machine", map[string]string{"go.mod": "module handler/function\n\ngo 1.21\n",
			"handler.go": "package function\nimport _ \"example.org/no/such/module\"\nfunc Handle(b []byte) string { return \"\" }"}},
		{"go.mod without a module", "names no module", map[string]string{"go.mod": "go 1.21\n", "handler.go": handlerGo}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, _, err := layerOf(t, Input{Lang: "go", Dir: mustFolder(t, tt.files)})
			wantRefusal(t, err, tt.want)
			if strings.Contains(err.Error(), os.TempDir()) {
				t.Errorf("the error shows places that the author does not know: %v", err)
			}
		})
	}
}

package build

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestReadContext(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	order, err := ReadContext(bytes.NewReader(mustTar(t, map[string]string{
		"./" + ConfigName: `{"image":"ttl.sh/x/hello:1","buildArgs":{"A":"b"},"platforms":["linux/amd64"],"skipPush":true}`,
		"./context/":      "", "./context/Dockerfile": "FROM x", "context/function/handler.py": "h", "elsewhere/x": "no",
	})), dir)
	if err != nil || order.Image != "ttl.sh/x/hello:1" || order.BuildArgs["A"] != "b" || !order.SkipPush {
		t.Fatalf("order %+v, %v", order, err)
	}
	if text, err := os.ReadFile(filepath.Join(dir, "context/function/handler.py")); err != nil || string(text) != "h" {
		t.Errorf("handler %q, %v", text, err)
	}
	if _, err := os.Stat(filepath.Join(dir, "elsewhere")); err == nil {
		t.Error("what is not in context/ was unpacked")
	}
}

func TestReadContextRefuses(t *testing.T) {
	t.Parallel()
	const good = `{"image":"x"}`
	long := mustTar(t, map[string]string{ConfigName: good, "context/a": strings.Repeat("a", 2000)})
	tests := []struct {
		name, want string
		tar        []byte
	}{
		{"no tar", "read the build context", []byte(strings.Repeat("x", 1024))},
		{"empty", "has no " + ConfigName, mustTar(t, nil)},
		{"bad order", "read " + ConfigName, mustTar(t, map[string]string{ConfigName: "{"})},
		{"no image", "names no image", mustTar(t, map[string]string{ConfigName: "{}", "context/a": ""})},
		{"no context", "no folder context/", mustTar(t, map[string]string{ConfigName: good})},
		{"up", "outside of it", mustTar(t, map[string]string{ConfigName: good, "context/../../x": "x"})},
		{"absolute", "outside of it", mustTar(t, map[string]string{ConfigName: good, "/etc/x": "x"})},
		{"link", "neither a file nor a folder", mustTar(t, map[string]string{ConfigName: good, "context/l": "->/etc"})},
		{"cut in a header", "read the build context", long[:1200]},
		{"cut in a file", "the tar ends too early", long[:2000]},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			parent := t.TempDir()
			_, err := ReadContext(bytes.NewReader(tt.tar), filepath.Join(parent, "in"))
			wantRefusal(t, err, tt.want)
			if left, _ := filepath.Glob(filepath.Join(parent, "*")); len(left) > 1 {
				t.Errorf("written outside: %v", left)
			}
		})
	}
}

func TestShrinkwrap(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		files map[string]string
		base  string
		file  string // in the layer
		want  string // error
	}{
		{"labbox's template", map[string]string{"Dockerfile": "FROM labbox.local/fn-python:dev\nLABEL labbox.dev/lang=\"python3-http\"\n", "function/handler.py": handlerPy}, "labbox.local/fn-python:dev", "home/app/function/handler.py", ""},
		{"OpenFaaS's template", map[string]string{"template.yml": "language: node20\nfprocess: node index.js\n", "Dockerfile": "FROM node:20\nRUN npm i\n", "index.js": "x", "function/handler.js": handlerJs}, "labbox.local/fn-node:dev", "home/app/function/handler.js", ""},
		{"another folder", map[string]string{"template.yml": "language: python3-http\nhandler_folder: code\n", "code/handler.py": handlerPy}, "labbox.local/fn-python:dev", "home/app/function/handler.py", ""},
		{"Dockerfile of one's own", map[string]string{"Dockerfile": "FROM labbox.local/busybox:1.35\nCOPY a /a\n", "a": "x"}, "labbox.local/busybox:1.35", "a", ""},
		{"no runtime", map[string]string{"template.yml": "language: java11\n", "function/x": ""}, "", "", "no runtime"},
		{"nothing", map[string]string{"x": ""}, "", "", "neither a template.yml"},
		{"evil folder", map[string]string{"template.yml": "language: python3\nhandler_folder: ../..\n"}, "", "", "leaves the context"},
		{"bad yaml", map[string]string{"template.yml": "language: [\n"}, "", "", "read template.yml"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			res, files, err := layerOf(t, Input{Dir: mustFolder(t, tt.files)})
			if tt.want != "" {
				wantRefusal(t, err, tt.want)
				return
			}
			if err != nil || res.Base != tt.base {
				t.Fatalf("%+v, %v", res, err)
			}
			if _, there := files[tt.file]; !there || len(files) != 1 {
				t.Errorf("files %v", files)
			}
		})
	}
}

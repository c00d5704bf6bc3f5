package assemble

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/labbox/labbox/internal/image/recipe"
)

// mustTree writes files below dir; names that end in a slash are directories.
func mustTree(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, content := range files {
		full := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(name, "/") {
			continue
		}
		if err := os.WriteFile(full, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// mustRoot makes a checkout with one image of two layers, one of them shared.
func mustRoot(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	mustTree(t, root, map[string]string{
		"bundle/layers/base.yaml":           "files: {from: base, to: /, dirs: {/tmp: \"1777\"}, links: {/lib: usr/lib}}",
		"bundle/layers/base/etc/passwd":     "root:x:0:0::/:/bin/sh\n",
		"bundle/images/one/recipe.yaml":     "name: one\ntag: \"1\"\nlayers: [{use: base}, {files: {}}]\nconfig: {entrypoint: [/bin/one], ports: [80]}",
		"bundle/images/one/rootfs/bin/one":  "#!/bin/sh\n",
		"bundle/images/two/recipe.yaml":     "name: two\ntag: \"1\"\nlayers: [{use: base}]",
		"bundle/images/two/rootfs/unused":   "",
		"bundle/images/one/rootfs/a/b/c/d/": "",
	})
	return root
}

func mustBuild(t *testing.T, root, cache string, log io.Writer) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if _, err := Build(context.Background(), Options{Root: root, Out: dir, Cache: cache, Log: log}); err != nil {
		t.Fatal(err)
	}
	return dir
}

func mustRead(t *testing.T, elem ...string) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(elem...))
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func TestBuildIsReproducible(t *testing.T) {
	t.Parallel()
	// Two checkouts, two caches, other times and another umask: the same bytes.
	a, b := mustRoot(t), mustRoot(t)
	if err := os.Chmod(filepath.Join(b, "bundle/layers/base/etc/passwd"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(filepath.Join(b, "bundle/images/one/rootfs/bin/one"), epoch, epoch); err != nil {
		t.Fatal(err)
	}
	first := mustRead(t, mustBuild(t, a, t.TempDir(), io.Discard), "images/index.json")
	second := mustRead(t, mustBuild(t, b, t.TempDir(), io.Discard), "images/index.json")
	if first != second {
		t.Errorf("index differs:\n%s\n%s", first, second)
	}
	if !strings.Contains(first, `"labbox.local/one:1"`) {
		t.Errorf("index does not name the image:\n%s", first)
	}
}

func TestBuildSharesLayers(t *testing.T) {
	t.Parallel()
	dir := mustBuild(t, mustRoot(t), t.TempDir(), io.Discard)
	blobs, err := os.ReadDir(filepath.Join(dir, "images/blobs/sha256"))
	if err != nil {
		t.Fatal(err)
	}
	// Two layers, two configurations, two manifests.
	if len(blobs) != 6 {
		t.Errorf("layout has %d blobs, want 6: the base layer once", len(blobs))
	}
}

func TestBuildUsesItsCache(t *testing.T) {
	t.Parallel()
	root, cache := mustRoot(t), t.TempDir()
	mustBuild(t, root, cache, io.Discard)
	var log bytes.Buffer
	mustBuild(t, root, cache, &log)
	if log.Len() != 0 {
		t.Errorf("a second build did something:\n%s", &log)
	}
	mustTree(t, root, map[string]string{"bundle/images/one/rootfs/bin/one": "changed"})
	mustBuild(t, root, cache, &log)
	if got := log.String(); !strings.Contains(got, "image one: layer 2 of 2") || strings.Contains(got, "layer base") {
		t.Errorf("after a change in one layer the build did:\n%s", got)
	}
}

func TestBuildForgetsOldBlobs(t *testing.T) {
	t.Parallel()
	root, cache, out := mustRoot(t), t.TempDir(), t.TempDir()
	build := func() int {
		if _, err := Build(context.Background(), Options{Root: root, Out: out, Cache: cache, Log: io.Discard}); err != nil {
			t.Fatal(err)
		}
		blobs, err := os.ReadDir(filepath.Join(out, "images/blobs/sha256"))
		if err != nil {
			t.Fatal(err)
		}
		return len(blobs)
	}
	before := build()
	mustTree(t, root, map[string]string{"bundle/images/one/rootfs/bin/one": "changed"})
	if after := build(); after != before {
		t.Errorf("layout has %d blobs after a change, before it had %d", after, before)
	}
}

func TestBuildRunsStages(t *testing.T) {
	t.Parallel()
	root := mustRoot(t)
	mustTree(t, root, map[string]string{
		"bundle/images/two/recipe.yaml": `
name: two
tag: "1"
prepare:
  - {name: first, inputs: [seed], run: ["cp seed made", "touch junk"], outputs: [made]}
  - {name: second, run: ["mkdir -p rootfs", "cat made made > rootfs/twice"], outputs: [rootfs/twice]}
layers: [{files: {}}]
`,
		"bundle/images/two/seed": "s",
	})
	cache := t.TempDir()
	mustBuild(t, root, cache, io.Discard)
	work, err := filepath.Glob(filepath.Join(cache, "work", "two-*"))
	if err != nil || len(work) != 1 {
		t.Fatalf("work directories are %v (%v), want one", work, err)
	}
	if got := mustRead(t, work[0], "rootfs/twice"); got != "ss" {
		t.Errorf("the second stage made %q of the first one's output", got)
	}
	if _, err := os.Stat(filepath.Join(work[0], "junk")); err == nil {
		t.Error("a file that is no output was kept")
	}
}

func TestBuildFailsWithReason(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		recipe, want string
		only         []string
	}{
		"failing stage":    {"prepare: [{name: a, run: [\"echo the reason >&2; exit 3\"], outputs: [x]}]\nlayers: [{files: {}}]", "the reason", nil},
		"missing output":   {"prepare: [{name: a, run: [\"true\"], outputs: [x]}]\nlayers: [{files: {}}]", "keep output x", nil},
		"missing input":    {"prepare: [{name: a, inputs: [nope], run: [\"true\"], outputs: [x]}]\nlayers: [{files: {}}]", "input nope is missing", nil},
		"missing tool":     {"prepare: [{name: a, tools: [no-such-tool], run: [\"true\"], outputs: [x]}]\nlayers: [{files: {}}]", `"no-such-tool" is not on PATH`, nil},
		"missing files":    {"layers: [{files: {from: nope}}]", "nope", nil},
		"unknown image":    {"layers: [{files: {}}]", `no recipe for "three"`, []string{"three"}},
		"missing licences": {"layers: [{files: {}}]\nlicenses: [nope.txt]", "nope.txt", nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root := mustRoot(t)
			mustTree(t, root, map[string]string{"bundle/images/two/recipe.yaml": "name: two\ntag: \"1\"\n" + tt.recipe})
			_, err := Build(context.Background(), Options{Root: root, Out: t.TempDir(), Cache: t.TempDir(), Log: io.Discard, Only: tt.only})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error is %v, want it to say %q", err, tt.want)
			}
		})
	}
}

func TestLayerKeyChangesWithInputs(t *testing.T) {
	t.Parallel()
	key := func(change func(dir string, l *recipe.Files)) string {
		dir := t.TempDir()
		mustTree(t, dir, map[string]string{"rootfs/a": "a", "rootfs/b": "b"})
		f := &recipe.Files{To: "/"}
		change(dir, f)
		k, err := filesKey(f, workspace{dir: dir})
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	same := key(func(string, *recipe.Files) {})
	changes := map[string]func(dir string, f *recipe.Files){
		"content":   func(dir string, _ *recipe.Files) { mustTree(t, dir, map[string]string{"rootfs/a": "A"}) },
		"new file":  func(dir string, _ *recipe.Files) { mustTree(t, dir, map[string]string{"rootfs/c": ""}) },
		"exec bit":  func(dir string, _ *recipe.Files) { _ = os.Chmod(filepath.Join(dir, "rootfs/a"), 0o755) },
		"target":    func(_ string, f *recipe.Files) { f.To = "/app" },
		"directory": func(_ string, f *recipe.Files) { f.Dirs = map[string]string{"/data": "0777"} },
	}
	for name, change := range changes {
		if key(change) == same {
			t.Errorf("key does not change with %s", name)
		}
	}
	if key(func(string, *recipe.Files) {}) != same {
		t.Error("key changes by itself")
	}
}

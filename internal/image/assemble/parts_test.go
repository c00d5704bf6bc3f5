package assemble

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestGlobs(t *testing.T) {
	t.Parallel()
	tests := []struct {
		pattern, name string
		want          bool
	}{
		{"/usr/share/doc", "usr/share/doc/x/copyright", true},
		{"/usr/share/doc", "/usr/share/docs", false},
		{"/etc/**", "etc/passwd", true},
		{"/etc/**", "/etc", false},
		{"/a/*.so", "/a/b.so", true},
		{"/a/*.so", "/a/b/c.so", false},
		{"/a/**/tests", "/a/tests/x", true},
		{"/a/**/tests", "/a/b/c/tests", true},
		{"/a/**/tests", "/a/b/contests", false},
		{"/a/?", "/a/b", true},
		{"/a/?", "/a/bc", false},
	}
	for _, tt := range tests {
		g, err := compileGlobs(tt.pattern)
		if err != nil {
			t.Fatal(err)
		}
		if got := g.match(tt.name); got != tt.want {
			t.Errorf("%s matches %s: %v, want %v", tt.pattern, tt.name, got, tt.want)
		}
	}
	if got := mergedPatterns([]string{"/lib/{a,b}/*"}); !slices.Equal(got, []string{"/usr/lib/a/*", "/usr/lib/b/*"}) {
		t.Errorf("expanded to %v", got)
	}
}

func TestParseURIs(t *testing.T) {
	t.Parallel()
	out := "Reading...\n'http://d/p/libc6_2.36-9%2bdeb12u1_amd64.deb' libc6_2.36-9+deb12u1_amd64.deb 2759320 SHA256:ba4f\n"
	got := parseURIs(out)
	want := deb{Name: "libc6", URI: "http://d/p/libc6_2.36-9%2bdeb12u1_amd64.deb", File: "libc6_2.36-9+deb12u1_amd64.deb", Sum: "SHA256:ba4f"}
	if len(got) != 1 || got["libc6"] != want {
		t.Errorf("got %+v", got)
	}
}

func TestExtractTarStaysBelowRoot(t *testing.T) {
	t.Parallel()
	var archive bytes.Buffer
	tw := tar.NewWriter(&archive)
	for _, name := range []string{"../../evil", "/lib/real.so", "bin/tool"} {
		if err := tw.WriteHeader(&tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o4755, Size: 1}); err != nil {
			t.Fatal(err)
		}
		if _, err := tw.Write([]byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	if err := tw.Close(); err != nil {
		t.Fatal(err)
	}
	parent := t.TempDir()
	root := filepath.Join(parent, "a", "root")
	if err := extractTar(root, &archive, usrPath); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(parent, "evil")); err == nil {
		t.Error("a file was written above the root")
	}
	for _, name := range []string{"evil", "usr/lib/real.so", "usr/bin/tool"} {
		info, err := os.Stat(filepath.Join(root, name))
		if err != nil {
			t.Error(err)
		} else if info.Mode() != 0o755 {
			t.Errorf("%s has mode %v, want 0755 without setuid", name, info.Mode())
		}
	}
}

func TestTarKeepsHardLinks(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	mustTree(t, dir, map[string]string{"a": "same"})
	if err := os.Link(filepath.Join(dir, "a"), filepath.Join(dir, "b")); err != nil {
		t.Fatal(err)
	}
	var buf bytes.Buffer
	if err := writeTar(&buf, dir); err != nil {
		t.Fatal(err)
	}
	tr := tar.NewReader(&buf)
	var kinds []byte
	for {
		hdr, err := tr.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		kinds = append(kinds, hdr.Typeflag)
		if hdr.Uid != 0 || !hdr.ModTime.Equal(epoch) {
			t.Errorf("%s has owner %d and time %v", hdr.Name, hdr.Uid, hdr.ModTime)
		}
	}
	if string(kinds) != string([]byte{tar.TypeReg, tar.TypeLink}) {
		t.Errorf("entries are of kinds %q", kinds)
	}
}

func TestParseRequires(t *testing.T) {
	t.Parallel()
	meta := "Name: x\nRequires-Dist: NumPy>=1.2\nRequires-Dist: scikit_learn<2; python_version > \"3.8\"\nRequires-Dist: y; extra == \"dev\"\n\nRequires-Dist: not-me\n"
	if got := parseRequires(meta); !slices.Equal(got, []string{"numpy", "scikit-learn"}) {
		t.Errorf("got %v", got)
	}
}

// mustWheel writes a wheel with the given files and opens it.
func mustWheel(t *testing.T, name string, files map[string]string) *wheel {
	t.Helper()
	file := filepath.Join(t.TempDir(), name+"-1.0-py3-none-any.whl")
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	for _, n := range sortedKeys(files) {
		w, err := z.Create(n)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(files[n])); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, buf.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	w, err := openWheel(file)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.zip.Close() })
	return w
}

func TestWheelUnpack(t *testing.T) {
	t.Parallel()
	w := mustWheel(t, "My_Dist", map[string]string{
		"pkg/__init__.py":                            "",
		"pkg/shared.py":                              "s",
		"my_dist-1.0.dist-info/METADATA":             "Name: My_Dist\nRequires-Dist: other\n\n",
		"my_dist-1.0.dist-info/RECORD":               "pkg/__init__.py,sha256=abc,0\n",
		"my_dist-1.0.dist-info/licenses/LICENSE.txt": "free",
		"my_dist-1.0.data/purelib/pure.py":           "p",
		"my_dist-1.0.data/scripts/run":               "#!python",
	})
	c, err := openCache(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	root, lic := t.TempDir(), licenses{}
	below := map[string]uint32{}
	mustWheel(t, "lower", map[string]string{"pkg/shared.py": "s", "pkg/__init__.py": "other"}).sums(below)
	if err := w.unpack(c, root, below, lic); err != nil {
		t.Fatal(err)
	}
	if w.name != "my-dist" || !slices.Equal(w.requires, []string{"other"}) {
		t.Errorf("wheel is %q and requires %v", w.name, w.requires)
	}
	for name, want := range map[string]bool{
		"pkg/__init__.py": true, "pure.py": true, "run": false, "my_dist-1.0.dist-info/licenses/LICENSE.txt": false, "pkg/shared.py": false,
	} {
		_, err := os.Stat(filepath.Join(root, siteDir, name))
		if (err == nil) != want {
			t.Errorf("%s is there: %v, want %v", name, err == nil, want)
		}
	}
	if got := mustRead(t, root, siteDir, "my_dist-1.0.dist-info/RECORD"); got != "pkg/__init__.py,,\n" {
		t.Errorf("RECORD is %q", got)
	}
	if lic["python/my-dist/LICENSE.txt"] == "" {
		t.Errorf("licences are %v", lic)
	}
}

func TestProgressIsNeverSilent(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	r, w := io.Pipe()
	defer r.Close()
	p := newProgress(ctx, w)
	lines := make(chan string)
	go func() {
		buf := make([]byte, 4096)
		for {
			n, err := r.Read(buf)
			if err != nil {
				return
			}
			lines <- string(buf[:n])
		}
	}()
	go p.begin("long work")
	for _, want := range []string{"long work\n", "... long work"} {
		select {
		case got := <-lines:
			if !strings.Contains(got, want) {
				t.Errorf("line is %q, want %q", got, want)
			}
		case <-time.After(quiet + time.Second):
			t.Fatalf("silent for more than %v", quiet)
		}
	}
}

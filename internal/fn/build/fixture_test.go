package build

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/labbox/labbox/internal/lab"
)

// mustFolder writes files into a new folder; a name that ends in "@" is a link.
func mustFolder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		link := strings.HasSuffix(name, "@")
		name = filepath.Join(dir, strings.TrimSuffix(name, "@"))
		err := os.MkdirAll(filepath.Dir(name), 0o755)
		if err == nil && link {
			err = os.Symlink(text, name)
		} else if err == nil {
			err = os.WriteFile(name, []byte(text), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// mustWheel writes a wheel into dir; requires are lines of its metadata.
func mustWheel(t *testing.T, dir, name string, files map[string]string, requires ...string) {
	t.Helper()
	parts := strings.SplitN(name, "-", 3)
	all := map[string]string{parts[0] + "-" + parts[1] + ".dist-info/METADATA": "Metadata-Version: 2.1\nName: " + parts[0] + "\n"}
	for _, r := range requires {
		all[parts[0]+"-"+parts[1]+".dist-info/METADATA"] += "Requires-Dist: " + r + "\n"
	}
	for k, v := range files {
		all[k] = v
	}
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	for k, v := range all {
		w, err := z.Create(k)
		if err == nil {
			_, err = io.WriteString(w, v)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	mustWrite(t, filepath.Join(dir, name), buf.Bytes())
}

// mustTar returns a tar of entries by name; a name that ends in "/" is a folder, a
// value that begins with "->" a link.
// mustTar packs the files in the order of their names.
func mustTar(t *testing.T, files map[string]string) []byte {
	t.Helper()
	var buf bytes.Buffer
	tw := tar.NewWriter(&buf)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		text := files[name]
		hdr := &tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o644, Size: int64(len(text))}
		if strings.HasSuffix(name, "/") {
			hdr.Typeflag, hdr.Size, text = tar.TypeDir, 0, ""
		}
		if target, is := strings.CutPrefix(text, "->"); is {
			hdr.Typeflag, hdr.Linkname, hdr.Size, text = tar.TypeSymlink, target, 0, ""
		}
		if err := tw.WriteHeader(hdr); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(tw, text); err != nil {
			t.Fatal(err)
		}
	}
	if err := tw.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func mustTarball(t *testing.T, dir, file string, files map[string]string) {
	t.Helper()
	packed := map[string]string{}
	for k, v := range files {
		packed["package/"+k] = v
	}
	var buf bytes.Buffer
	z := gzip.NewWriter(&buf)
	if _, err := z.Write(mustTar(t, packed)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	mustWrite(t, filepath.Join(dir, file), buf.Bytes())
}

func mustWrite(t *testing.T, file string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// layerOf builds and returns the files of the layer by name; a link's content is its
// target.
func layerOf(t *testing.T, in Input) (*Result, map[string]string, error) {
	t.Helper()
	if in.Scratch == "" {
		in.Scratch = t.TempDir()
	}
	build := Build
	if in.Lang == "" {
		build = Shrinkwrap
	}
	res, err := build(t.Context(), in)
	if err != nil || res.Layer == "" {
		return res, nil, err
	}
	f, err := os.Open(res.Layer)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	files := map[string]string{}
	for tr := tar.NewReader(f); ; {
		hdr, err := tr.Next()
		if errors.Is(err, io.EOF) {
			return res, files, nil
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(tr)
		if err != nil {
			t.Fatal(err)
		}
		if hdr.Typeflag != tar.TypeDir {
			files[hdr.Name] = string(content) + hdr.Linkname
		}
	}
}

// wantRefusal checks that err is one that the author can act on.
func wantRefusal(t *testing.T, err error, part string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), part) {
		t.Fatalf("error %v, want %q in it", err, part)
	}
	if code := lab.AsError(err).Code; code != lab.CodeUsage && code != lab.CodeConfig {
		t.Errorf("code %s of %v is none that the author can act on", code, err)
	}
}

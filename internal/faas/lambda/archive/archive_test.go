package archive

import (
	"archive/zip"
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

type entry struct {
	name, body string
	mode       fs.FileMode
}

func mustZip(t *testing.T, entries ...entry) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, e := range entries {
		h := &zip.FileHeader{Name: e.name, Method: zip.Deflate}
		if e.mode == 0 {
			e.mode = 0o644
		}
		h.SetMode(e.mode)
		w, err := z.CreateHeader(h)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(e.body)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestExtract(t *testing.T) {
	t.Parallel()
	data := mustZip(t, entry{"bootstrap", "#!/bin/sh\n", 0o755}, entry{"lib/deep/a.py", "x = 1\n", 0},
		entry{"lib/link.py", "deep/a.py", fs.ModeSymlink | 0o777}, entry{"set", "", 0o4755 | fs.ModeSetuid})
	dir := t.TempDir()
	if err := Extract(bytes.NewReader(data), int64(len(data)), dir, Default()); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "lib/link.py"))
	if err != nil || string(text) != "x = 1\n" {
		t.Errorf("through the link: %q, %v", text, err)
	}
	for name, want := range map[string]fs.FileMode{"bootstrap": 0o755, "set": 0o755, "lib/deep/a.py": 0o644} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Mode() != want {
			t.Errorf("%s: mode %v, %v, want %v", name, info.Mode(), err, want)
		}
	}
}

func TestBadArchives(t *testing.T) {
	t.Parallel()
	small := Limits{Zipped: 1 << 20, Unzipped: 1 << 20, Files: 3, Ratio: 100, RatioFrom: 1 << 10}
	ok := entry{"a", "a", 0}
	tests := map[string]struct {
		data []byte
		want string
	}{
		"no zip":            {[]byte("hello"), "no zip file"},
		"nothing":           {nil, "no zip file"},
		"empty":             {mustZip(t), "is empty"},
		"parent":            {mustZip(t, entry{"../evil", "x", 0}), "leads out"},
		"parent inside":     {mustZip(t, entry{"a/../../evil", "x", 0}), "leads out"},
		"absolute":          {mustZip(t, entry{"/etc/passwd", "x", 0}), "leads out"},
		"backslash":         {mustZip(t, entry{`..\evil`, "x", 0}), "leads out"},
		"link out":          {mustZip(t, entry{"l", "../..", fs.ModeSymlink | 0o777}), "leads out"},
		"absolute link":     {mustZip(t, entry{"l", "/etc", fs.ModeSymlink | 0o777}), "leads out"},
		"link chain":        {mustZip(t, entry{"d/l", "..", fs.ModeSymlink | 0o777}, entry{"d/l/d/l", "../..", fs.ModeSymlink | 0o777}), "d/l"},
		"device":            {mustZip(t, entry{"dev", "", fs.ModeDevice | 0o666}), "neither file"},
		"twice":             {mustZip(t, ok, ok), "twice"},
		"file as directory": {mustZip(t, ok, entry{"a/b", "x", 0}), "a/b"},
		"many":              {mustZip(t, ok, entry{"b", "", 0}, entry{"c", "", 0}, entry{"d", "", 0}), "4 entries"},
		"large":             {mustZip(t, entry{"a", strings.Repeat("0", 2<<20), 0}), "larger than"},
		"ratio":             {mustZip(t, entry{"a", strings.Repeat("0", 1<<20), 0}), "times as large"},
		"truncated":         {mustZip(t, ok, entry{"b", "bbbb", 0})[:60], "no zip file"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			parent := t.TempDir()
			dir := filepath.Join(parent, "task")
			if err := os.Mkdir(dir, 0o755); err != nil {
				t.Fatal(err)
			}
			err := Extract(bytes.NewReader(test.data), int64(len(test.data)), dir, small)
			var bad *Bad
			if !errors.As(err, &bad) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want a Bad with %q", err, test.want)
			}
			if outside, _ := filepath.Glob(filepath.Join(parent, "*")); len(outside) != 1 {
				t.Errorf("written outside: %v", outside)
			}
		})
	}
}

// A directory may say that an entry is small although it is not.
func TestLyingSize(t *testing.T) {
	t.Parallel()
	data := mustZip(t, entry{"a", strings.Repeat("0", 4096), 0})
	at := bytes.LastIndex(data, []byte("PK\x01\x02"))
	copy(data[at+24:], []byte{1, 0, 0, 0}) // uncompressed size in the central directory
	limits := Default()
	limits.Unzipped = 100
	err := Extract(bytes.NewReader(data), int64(len(data)), t.TempDir(), limits)
	var bad *Bad
	if !errors.As(err, &bad) {
		t.Errorf("error %v, want Bad", err)
	}
}

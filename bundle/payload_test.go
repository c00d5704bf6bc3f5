package bundle

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"
)

const blob = "images/blobs/sha256/2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae" // of "foo"

// mustJoin appends a small payload to the test's own program.
func mustJoin(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	payload := filepath.Join(dir, "payload")
	for name, content := range map[string]string{
		"helpers.tar.zst": "helpers", blob: "foo", "charts-crds/a/b.json": "kind: X", "licenses/index.txt": "none",
	} {
		full := filepath.Join(payload, name)
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	out := filepath.Join(dir, "bin", "joined")
	if err := Append(mustSelf(t), payload, out, "v1"); err != nil {
		t.Fatal(err)
	}
	return out
}

func mustSelf(t *testing.T) string {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return exe
}

func TestOpenReadsWhatWasAppended(t *testing.T) {
	t.Parallel()
	p, err := Open(mustJoin(t))
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if err := p.Verify(context.Background(), nil); err != nil {
		t.Error(err)
	}
	if p.Index().Version != "v1" {
		t.Errorf("version is %q", p.Index().Version)
	}
	if err := fstest.TestFS(p, blob, "helpers.tar.zst", "payload.json", "licenses/index.txt"); err != nil {
		t.Error(err)
	}
	images, err := fs.Sub(p, "images")
	if err != nil {
		t.Fatal(err)
	}
	got, err := fs.ReadFile(images, blob[len("images/"):])
	if err != nil || string(got) != "foo" {
		t.Errorf("blob is %q (%v)", got, err)
	}
}

func TestVerifyReportsProgress(t *testing.T) {
	t.Parallel()
	p, err := Open(mustJoin(t))
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	var last, total int64
	err = p.Verify(context.Background(), func(d, all int64) {
		if d < last {
			t.Errorf("went back from %d to %d", last, d)
		}
		last, total = d, all
	})
	if err != nil || last != total || total == 0 {
		t.Errorf("ended at %d of %d (%v)", last, total, err)
	}
}

func TestAppendIsReproducible(t *testing.T) {
	t.Parallel()
	a, err := os.ReadFile(mustJoin(t))
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(mustJoin(t))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a, b) {
		t.Error("two programs of the same parts differ")
	}
}

func TestAppendRefusesSecondPayload(t *testing.T) {
	t.Parallel()
	joined := mustJoin(t)
	if err := Append(joined, filepath.Dir(joined), filepath.Join(t.TempDir(), "x"), "v1"); err == nil {
		t.Error("a second payload was appended")
	}
}

func TestOpenTellsMissingFromDamaged(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		change func(content []byte) []byte
		want   error
	}{
		"cut at the end":      {func(c []byte) []byte { return c[:len(c)-40] }, ErrDamaged},
		"cut in the middle":   {func(c []byte) []byte { return c[:bytes.LastIndex(c, []byte("kind: X"))] }, ErrDamaged},
		"cut in the program":  {func(c []byte) []byte { return c[:len(c)/2] }, ErrDamaged},
		"index overwritten":   {func(c []byte) []byte { return replaceLast(c, `"version": "v1"`, `"version"! "v1"`) }, ErrDamaged},
		"other size in index": {func(c []byte) []byte { return replaceLast(c, `"size": 3`, `"size": 4`) }, ErrDamaged},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			content, err := os.ReadFile(mustJoin(t))
			if err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(t.TempDir(), "changed")
			if err := os.WriteFile(file, tt.change(content), 0o755); err != nil {
				t.Fatal(err)
			}
			if p, err := Open(file); !errors.Is(err, tt.want) {
				if err == nil {
					p.Close()
				}
				t.Errorf("error is %v, want %v", err, tt.want)
			}
		})
	}
	if p, err := Open(mustSelf(t)); !errors.Is(err, ErrMissing) {
		if err == nil {
			p.Close()
		}
		t.Errorf("a program without payload gives %v, want %v", err, ErrMissing)
	}
}

func TestDamageInAFileIsFound(t *testing.T) {
	t.Parallel()
	joined := mustJoin(t)
	content, err := os.ReadFile(joined)
	if err != nil {
		t.Fatal(err)
	}
	content = replaceLast(content, "kind: X", "kind: Y")
	if err := os.WriteFile(joined, content, 0o755); err != nil {
		t.Fatal(err)
	}
	p, err := Open(joined)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if err := p.Verify(context.Background(), nil); !errors.Is(err, ErrDamaged) {
		t.Errorf("Verify gives %v, want %v", err, ErrDamaged)
	}
	f, err := p.Open("charts-crds/a/b.json")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := io.ReadAll(f); !errors.Is(err, ErrDamaged) {
		t.Errorf("reading gives %v, want %v", err, ErrDamaged)
	}
}

// replaceLast changes the last place where old is; the first may be this test's own
// program, which the payload lies behind.
func replaceLast(c []byte, old, with string) []byte {
	copy(c[bytes.LastIndex(c, []byte(old)):], with)
	return c
}

package image

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/klauspost/compress/zstd"

	"github.com/labbox/labbox/internal/lab"
)

// mustHelpers returns a payload with an archive of the given files.
func mustHelpers(t *testing.T, files map[string]string) fstest.MapFS {
	t.Helper()
	var buf bytes.Buffer
	enc, err := zstd.NewWriter(&buf)
	if err != nil {
		t.Fatal(err)
	}
	tw := tar.NewWriter(enc)
	for name, content := range files {
		if err := tw.WriteHeader(&tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o755, Size: int64(len(content))}); err != nil {
			t.Fatal(err)
		}
		if _, err := tw.Write([]byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := tw.Close(); err != nil {
		t.Fatal(err)
	}
	if err := enc.Close(); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(buf.Bytes())
	index := fmt.Sprintf(`{"files":{"helpers.tar.zst":{"sha256":%q}}}`, hex.EncodeToString(sum[:]))
	return fstest.MapFS{helpersName: {Data: buf.Bytes()}, "payload.json": {Data: []byte(index)}}
}

func TestUnpackHelpers(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	dir := filepath.Join(t.TempDir(), "lab", "helpers")
	first := mustHelpers(t, map[string]string{"bin/runc": "one", "nft/lib/libc.so.6": "c"})
	if err := UnpackHelpers(ctx, first, dir); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(dir, "bin/runc"))
	if err != nil || info.Mode().Perm() != 0o755 {
		t.Fatalf("runc is %v (%v), want an executable", info, err)
	}
	if err := UnpackHelpers(ctx, first, dir); err != nil {
		t.Fatal(err)
	}
	if again, err := os.Stat(filepath.Join(dir, "bin/runc")); err != nil || !os.SameFile(info, again) {
		t.Errorf("the same archive was unpacked again (%v)", err)
	}
	if err := UnpackHelpers(ctx, mustHelpers(t, map[string]string{"bin/runc": "two"}), dir); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(filepath.Join(dir, "bin/runc")); err != nil || string(got) != "two" {
		t.Errorf("after an upgrade runc is %q (%v)", got, err)
	}
	if _, err := os.Stat(filepath.Join(dir, "nft")); err == nil {
		t.Error("a file of the old archive is still there")
	}
	if rest, err := filepath.Glob(filepath.Join(filepath.Dir(dir), ".helpers-*")); err != nil || len(rest) != 0 {
		t.Errorf("left behind: %v (%v)", rest, err)
	}
}

func TestUnpackHelpersRefuses(t *testing.T) {
	t.Parallel()
	good := func() fstest.MapFS { return mustHelpers(t, map[string]string{"bin/runc": "one"}) }
	tests := map[string]struct {
		payload func() fstest.MapFS
		code    lab.Code
	}{
		"another archive": {func() fstest.MapFS {
			p := good()
			p[helpersName] = mustHelpers(t, map[string]string{"bin/runc": "evil"})[helpersName]
			return p
		}, lab.CodePayload},
		"a cut archive": {func() fstest.MapFS {
			p := good()
			p[helpersName].Data = p[helpersName].Data[:20]
			return p
		}, lab.CodePayload},
		"a path above": {func() fstest.MapFS {
			return mustHelpers(t, map[string]string{"../evil": "x"})
		}, lab.CodeInternal},
		"no index": {func() fstest.MapFS {
			p := good()
			delete(p, "payload.json")
			return p
		}, lab.CodeInternal},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			parent := t.TempDir()
			dir := filepath.Join(parent, "helpers")
			err := UnpackHelpers(context.Background(), tt.payload(), dir)
			if err == nil {
				t.Fatal("no error")
			}
			if got := lab.AsError(err).Code; got != tt.code {
				t.Errorf("code is %s, want %s (%v)", got, tt.code, err)
			}
			if left, err := os.ReadDir(parent); err != nil || len(left) != 0 {
				t.Errorf("left behind: %v (%v)", left, err)
			}
		})
	}
}

package kit_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/labbox/labbox/internal/kit"
	"github.com/labbox/labbox/internal/kit/pack"
	"github.com/labbox/labbox/internal/lab"
)

// mustPack makes the archive that the payload carries.
func mustPack(t *testing.T) []byte {
	t.Helper()
	var archive bytes.Buffer
	if err := pack.Write(t.Context(), "../..", &archive); err != nil {
		t.Fatal(err)
	}
	return archive.Bytes()
}

// TestBoxNewModuleBuildsWithoutNetwork makes a module, builds it and runs its tests with
// nothing but its own folder: no proxy, and an empty module cache.
func TestBoxNewModuleBuildsWithoutNetwork(t *testing.T) {
	if testing.Short() {
		t.Skip("it compiles gRPC")
	}
	archive := mustPack(t)
	t.Logf("the archive has %d KiB", len(archive)>>10)
	if len(archive) > 4<<20 {
		t.Errorf("the archive has %d bytes; the payload has no room for more than 4 MiB", len(archive))
	}
	dir := filepath.Join(t.TempDir(), "hello-world")
	if err := kit.New(kit.Options{Name: "hello-world", Dir: dir, SDK: bytes.NewReader(archive)}); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"vet", "."}, {"test", "-count=1", "./..."}, {"build", "-o", "hello-world", "."}} {
		cmd := exec.Command("go", args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GOFLAGS=-mod=vendor -trimpath", "GOPROXY=off", "GOSUMDB=off", "GOMODCACHE="+t.TempDir(), "GOTOOLCHAIN=local")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
	for _, name := range []string{"vendor/google.golang.org/grpc/LICENSE", "vendor/github.com/hashicorp/go-plugin/LICENSE", "vendor/github.com/labbox/labbox/LICENSE"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Errorf("a licence is missing: %v", err)
		}
	}
	formatted, err := exec.Command("gofmt", "-l", filepath.Join(dir, "main.go"), filepath.Join(dir, "module.go"), filepath.Join(dir, "module_test.go")).CombinedOutput()
	if err != nil || len(formatted) > 0 {
		t.Errorf("what is made is not formatted: %s %v", formatted, err)
	}
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	full := t.TempDir()
	if err := os.WriteFile(filepath.Join(full, "mine"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, o := range map[string]kit.Options{
		"capital":      {Name: "Hello", Dir: t.TempDir()},
		"empty":        {Name: "", Dir: t.TempDir()},
		"path":         {Name: "../x", Dir: t.TempDir()},
		"digit first":  {Name: "1x", Dir: t.TempDir()},
		"used folder":  {Name: "hello", Dir: full},
		"very long":    {Name: strings.Repeat("x", 40), Dir: t.TempDir()},
		"dash at last": {Name: "hello-", Dir: t.TempDir()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := kit.New(o); err == nil || lab.AsError(err).Code != lab.CodeUsage || lab.AsError(err).Hint == "" {
				t.Errorf("New returns %v", err)
			}
		})
	}
}

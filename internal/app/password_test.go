package app

import (
	"os"
	"path/filepath"
	"testing"
)

func TestKeptSecret(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "secret")
	first, err := keptSecret(file)
	if err != nil || len(first) < 32 {
		t.Fatalf("%q, %v", first, err)
	}
	if again, err := keptSecret(file); err != nil || again != first {
		t.Errorf("%q, %v, want the same", again, err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	if err := os.WriteFile(file, []byte("short\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := keptSecret(file); err == nil {
		t.Error("a short secret was taken")
	}
}

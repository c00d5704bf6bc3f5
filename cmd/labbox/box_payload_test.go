package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestBoxDamaged flips one byte in the middle of what the program carries: it must
// say so before it touches anything.
func TestBoxDamaged(t *testing.T) {
	bin := os.Getenv("LABBOX_BIN")
	if testing.Short() || bin == "" {
		t.Skip("needs the finished program: make box")
	}
	dir := t.TempDir()
	program := filepath.Join(dir, "labbox")
	mustOutput(t, exec.Command("cp", bin, program))
	mustFlip(t, program)
	cmd := exec.Command(program, "--data-dir", filepath.Join(dir, "data"), "up")
	out, _ := cmd.CombinedOutput()
	if code := cmd.ProcessState.ExitCode(); code != 9 {
		t.Errorf("exit code %d, want 9:\n%s", code, out)
	}
	if !strings.Contains(string(out), "damaged") || !strings.Contains(string(out), "sha256") {
		t.Errorf("the message does not say what is wrong and what to compare:\n%s", out)
	}
	if _, err := os.Stat(filepath.Join(dir, "data")); !os.IsNotExist(err) {
		t.Errorf("something was changed: %v", err)
	}
}

// mustFlip inverts the byte at four fifths of the file, which lies in an image.
func mustFlip(t *testing.T, name string) {
	t.Helper()
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	var b [1]byte
	at := st.Size() / 5 * 4
	if _, err := f.ReadAt(b[:], at); err != nil {
		t.Fatal(err)
	}
	b[0] ^= 0xff
	if _, err := f.WriteAt(b[:], at); err != nil {
		t.Fatal(err)
	}
}

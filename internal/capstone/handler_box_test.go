package capstone

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestBoxHandlerReadsImages gives the function's own Python code images that the
// capstone draws: it must read the same digits from them.
func TestBoxHandlerReadsImages(t *testing.T) {
	if testing.Short() {
		t.Skip("starts Python")
	}
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("python3 is not installed")
	}
	t.Parallel()
	dir := t.TempDir()
	for _, name := range []string{"handler.py", "png.py"} {
		content, err := fs.ReadFile(seedFiles, "seed/functions/classify/"+name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	pixels := make([]int, side*side)
	for i := range pixels {
		pixels[i] = (i * 7) % (ink + 1)
	}
	image, err := draw(pixels)
	if err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	cmd := exec.Command(python, "-c", readDigit)
	cmd.Dir, cmd.Stdin, cmd.Stderr = dir, bytes.NewReader(image), &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, stderr.String())
	}
	var got struct {
		Pixels []float64
		Bad    int
	}
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for i, value := range pixels {
		if d := got.Pixels[i] - float64(value); d < -0.1 || d > 0.1 {
			t.Errorf("pixel %d is %v, want %d", i, got.Pixels[i], value)
		}
	}
	if got.Bad != 400 {
		t.Errorf("a damaged image gives status %d, want 400", got.Bad)
	}
}

// readDigit prints what the handler makes of the image on standard input, and the
// status it gives for a part of it.
const readDigit = `
import json, sys, types
sys.dont_write_bytecode = True
sys.path.insert(0, ".")
import handler
body = sys.stdin.buffer.read()
bad = handler.handle(types.SimpleNamespace(body=body[:60]), None)["statusCode"]
print(json.dumps({"pixels": handler.read(types.SimpleNamespace(body=body)), "bad": bad}))
`

package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

func mustWrite(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestBundle(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	modules := filepath.Join(t.TempDir(), "node_modules")
	mustWrite(t, filepath.Join(dir, "package-lock.json"), "{}")
	mustWrite(t, filepath.Join(dir, "vendor", "plot.js"), "export {default} from 'thing'")
	mustWrite(t, filepath.Join(dir, "dist", "stale.js"), "")
	mustWrite(t, filepath.Join(dir, "dist", ".gitkeep"), "")
	mustWrite(t, filepath.Join(modules, "thing", "index.js"), "export default 42")
	mustWrite(t, filepath.Join(modules, "thing", "LICENSE"), "MIT")

	inputs, err := hashInputs(dir)
	if err != nil || upToDate(dir, inputs) {
		t.Fatalf("before: %v, up to date %v", err, upToDate(dir, inputs))
	}
	if err := bundle(dir, modules, inputs); err != nil {
		t.Fatal(err)
	}
	var m manifest
	data, err := os.ReadFile(filepath.Join(dir, "dist", "manifest.json"))
	if err != nil || json.Unmarshal(data, &m) != nil {
		t.Fatalf("manifest: %v %s", err, data)
	}
	for _, name := range []string{m.Files["plot.js"], "thing.LICENSE.txt", ".gitkeep"} {
		if _, err := os.Stat(filepath.Join(dir, "dist", name)); name == "" || err != nil {
			t.Errorf("missing %q: %v", name, err)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "dist", "stale.js")); err == nil {
		t.Error("an old file is still there")
	}
	if !upToDate(dir, inputs) {
		t.Error("not up to date after bundling")
	}
	mustWrite(t, filepath.Join(dir, "vendor", "plot.js"), "export default 1")
	if changed, err := hashInputs(dir); err != nil || upToDate(dir, changed) {
		t.Errorf("a changed input goes unnoticed (%v)", err)
	}
}

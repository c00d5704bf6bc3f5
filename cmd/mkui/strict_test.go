package main

import (
	"path/filepath"
	"testing"
)

func TestStrictEdits(t *testing.T) {
	t.Parallel()
	const before = `a=d.createElement("style");b=d.createElement("style");c=w.createElement("style");` +
		"function s(t,e){t.setAttribute(\"style\",`${t.getAttribute(\"style\")||\"\"}${e};`)}"
	const after = `a=d.createElement("labbox-style");b=d.createElement("labbox-style");c=w.createElement("labbox-style");` +
		"function s(t,e){t.style.cssText=`${t.getAttribute(\"style\")||\"\"}${e};`}"
	if got, err := applyEdits(before, xtermEdits()); err != nil || got != after {
		t.Errorf("%v\n%s\nwant\n%s", err, got, after)
	}
	for name, text := range map[string]string{
		"one more element": before + `d.createElement("style")`,
		"nothing":          `a=1`,
		"once more":        after,
	} {
		if _, err := applyEdits(text, xtermEdits()); err == nil {
			t.Errorf("%s: goes unnoticed", name)
		}
	}
}

// A package that does what the policy forbids in a new way breaks the build.
func TestBundleRefusesUnknownXterm(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	modules := filepath.Join(t.TempDir(), "node_modules")
	mustWrite(t, filepath.Join(dir, "package-lock.json"), "{}")
	mustWrite(t, filepath.Join(dir, "vendor", "terminal.js"), "export {Terminal} from '@xterm/xterm/lib/xterm.mjs'")
	mustWrite(t, filepath.Join(modules, "@xterm", "xterm", "lib", "xterm.mjs"), `export const Terminal = () => document.createElement("style")`)
	if err := bundle(dir, modules, "x"); err == nil {
		t.Error("an xterm.js that is not known was bundled")
	}
}

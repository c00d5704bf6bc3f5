package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// manifest is ui/dist/manifest.json: which file a logical name stands for.
type manifest struct {
	// Inputs is the hash of everything the bundle was made from.
	Inputs string `json:"inputs"`
	// Files maps "plot.js" to "plot-XXXXXXXX.js".
	Files map[string]string `json:"files"`
}

// bundle writes minified files with content-hashed names and the manifest.
func bundle(dir, modules, inputs string) error {
	dist := filepath.Join(dir, "dist")
	entries, err := filepath.Glob(filepath.Join(dir, "vendor", "*"))
	if err != nil || len(entries) == 0 {
		return fmt.Errorf("list %s/vendor: nothing found (%v)", dir, err)
	}
	result := api.Build(api.BuildOptions{
		EntryPoints: entries, NodePaths: []string{modules}, Outdir: dist, EntryNames: "[name]-[hash]",
		Bundle: true, Format: api.FormatESModule, Platform: api.PlatformBrowser, Target: api.ES2022,
		MinifyWhitespace: true, MinifyIdentifiers: true, MinifySyntax: true,
		LegalComments: api.LegalCommentsEndOfFile, LogLevel: api.LogLevelWarning, Plugins: []api.Plugin{strict()},
	})
	if len(result.Errors) > 0 {
		return fmt.Errorf("bundle %s: %d errors, see above", dir, len(result.Errors))
	}
	if err := clean(dist); err != nil {
		return err
	}
	m := manifest{Inputs: inputs, Files: map[string]string{}}
	for _, file := range result.OutputFiles {
		name := filepath.Base(file.Path)
		stem, _, _ := strings.Cut(name, "-")
		m.Files[stem+filepath.Ext(name)] = name
		if err := os.WriteFile(filepath.Join(dist, name), file.Contents, 0o644); err != nil {
			return fmt.Errorf("write bundle: %w", err)
		}
		fmt.Printf("mkui: %s %d bytes\n", name, len(file.Contents))
	}
	if err := copyLicence(modules, dist); err != nil {
		return err
	}
	data, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return fmt.Errorf("write manifest: %w", err)
	}
	if err := os.WriteFile(filepath.Join(dist, "manifest.json"), append(data, '\n'), 0o644); err != nil {
		return fmt.Errorf("write manifest: %w", err)
	}
	return nil
}

// clean empties dist but for dot files.
func clean(dist string) error {
	if err := os.MkdirAll(dist, 0o755); err != nil {
		return fmt.Errorf("make dist: %w", err)
	}
	old, err := filepath.Glob(filepath.Join(dist, "[^.]*"))
	if err != nil {
		return fmt.Errorf("list dist: %w", err)
	}
	for _, name := range old {
		if err := os.RemoveAll(name); err != nil {
			return fmt.Errorf("clean dist: %w", err)
		}
	}
	return nil
}

// copyLicence puts the licence text of each bundled package beside the bundle.
func copyLicence(modules, dist string) error {
	licences, err := filepath.Glob(filepath.Join(modules, "*", "LICENSE*"))
	if err != nil {
		return fmt.Errorf("list licences: %w", err)
	}
	scoped, err := filepath.Glob(filepath.Join(modules, "@*", "*", "LICENSE*"))
	if err != nil {
		return fmt.Errorf("list licences: %w", err)
	}
	for _, from := range append(licences, scoped...) {
		if filepath.Base(filepath.Dir(from)) == testPackage {
			continue // nothing of it is in the bundle
		}
		text, err := os.ReadFile(from)
		if err != nil {
			return fmt.Errorf("read licence: %w", err)
		}
		to := filepath.Join(dist, filepath.Base(filepath.Dir(from))+".LICENSE.txt")
		if err := os.WriteFile(to, text, 0o644); err != nil {
			return fmt.Errorf("write licence: %w", err)
		}
	}
	return nil
}

// hashInputs covers the lock file and everything under vendor.
func hashInputs(dir string) (string, error) {
	names, err := filepath.Glob(filepath.Join(dir, "vendor", "*"))
	if err != nil {
		return "", fmt.Errorf("list inputs: %w", err)
	}
	sum := sha256.New()
	for _, name := range append(names, filepath.Join(dir, "package-lock.json")) {
		data, err := os.ReadFile(name)
		if err != nil {
			return "", fmt.Errorf("read input: %w", err)
		}
		fmt.Fprintf(sum, "%s %d\n%s", filepath.Base(name), len(data), data)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

func upToDate(dir, inputs string) bool {
	data, err := os.ReadFile(filepath.Join(dir, "dist", "manifest.json"))
	if err != nil {
		return false
	}
	var m manifest
	if json.Unmarshal(data, &m) != nil || m.Inputs != inputs {
		return false
	}
	for _, name := range m.Files {
		if _, err := os.Stat(filepath.Join(dir, "dist", name)); err != nil {
			return false
		}
	}
	return true
}

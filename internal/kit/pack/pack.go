// Package pack gathers what a module is built from: the packages of the SDK and of
// the libraries that it uses, as "go mod vendor" would lay them out.
package pack

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/labbox/labbox/internal/kit"
)

// roots are the packages that a module and its tests may import.
var roots = []string{"./plugins/sdk", "./plugins/sdk/probe", "./plugins/sdk/sdktest", "./plugins/sdk/host", "./plugins/sdk/contract"}

// ours is the version under which labbox itself is vendored.
const ours = "v0.0.0"

// listed is what "go list" says of a package.
type listed struct {
	ImportPath string
	Dir        string
	Standard   bool
	EmbedFiles []string
	Module     *struct {
		Path, Version, Dir, GoVersion string
		Main                          bool
	}
}

// Write writes the archive for kit.New. root is the directory of labbox's go.mod; the
// modules must be in Go's module cache, and no network is used beside that.
func Write(ctx context.Context, root string, to io.Writer) error {
	packages, err := list(ctx, root)
	if err != nil {
		return fmt.Errorf("gather the SDK: %w", err)
	}
	files := map[string][]byte{}
	for _, p := range packages {
		if err := addPackage(files, p); err != nil {
			return fmt.Errorf("gather the SDK: %w", err)
		}
	}
	modules, require := describe(packages)
	files["vendor/modules.txt"], files[kit.RequireFile] = modules, require
	return kit.Write(to, files)
}

// list returns the packages, ordered by module and import path.
func list(ctx context.Context, root string) ([]listed, error) {
	cmd := exec.CommandContext(ctx, "go", append([]string{"list", "-deps", "-json=ImportPath,Dir,Standard,Module,EmbedFiles"}, roots...)...)
	cmd.Dir = root
	var problem bytes.Buffer
	cmd.Stderr = &problem
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w: %s", err, problem.String())
	}
	var all []listed
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, fmt.Errorf("read what go list says: %w", err)
		}
		if p.Standard {
			continue
		}
		if p.Module.Main {
			p.Module.Version = ours
		}
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b listed) int {
		return strings.Compare(a.Module.Path+"\x00"+a.ImportPath, b.Module.Path+"\x00"+b.ImportPath)
	})
	return all, nil
}

// addPackage adds the files of one package, and the licences from there up to the
// root of its module.
func addPackage(files map[string][]byte, p listed) error {
	if err := addFiles(files, p.Dir, p.ImportPath, source); err != nil {
		return err
	}
	for _, name := range p.EmbedFiles {
		data, err := os.ReadFile(filepath.Join(p.Dir, name))
		if err != nil {
			return err
		}
		files["vendor/"+p.ImportPath+"/"+name] = data
	}
	for dir, at := p.Dir, p.ImportPath; ; dir, at = filepath.Dir(dir), path.Dir(at) {
		if err := addFiles(files, dir, at, legal); err != nil {
			return err
		}
		if dir == p.Module.Dir || len(at) <= len(p.Module.Path) {
			return nil
		}
	}
}

func addFiles(files map[string][]byte, dir, at string, wanted func(string) bool) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !e.Type().IsRegular() || !wanted(e.Name()) {
			continue
		}
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return err
		}
		files["vendor/"+at+"/"+e.Name()] = data
	}
	return nil
}

// source says whether a file is a part of a package. Files for other systems than
// Linux come along only where their names do not tell.
func source(name string) bool {
	stem, found := strings.CutSuffix(name, ".go")
	if !found {
		return strings.HasSuffix(name, ".s") || strings.HasSuffix(name, ".h")
	}
	for _, other := range []string{"_test", "_windows", "_darwin", "_freebsd", "_netbsd", "_openbsd", "_dragonfly", "_solaris", "_aix", "_plan9", "_zos",
		"_js", "_wasm", "_wasip1", "_illumos", "_ios", "_android"} {
		if strings.HasSuffix(stem, other) || strings.Contains(stem, other+"_") {
			return false
		}
	}
	return true
}

func legal(name string) bool {
	upper := strings.ToUpper(name)
	for _, word := range []string{"LICENSE", "LICENCE", "COPYING", "COPYRIGHT", "NOTICE", "PATENTS", "AUTHORS"} {
		if strings.HasPrefix(upper, word) && !strings.HasSuffix(upper, ".GO") {
			return true
		}
	}
	return false
}

// describe writes vendor/modules.txt, and the lines of go.mod that agree with it.
func describe(packages []listed) (modules, require []byte) {
	var list, requires bytes.Buffer
	before := ""
	for _, p := range packages {
		if p.Module.Path != before {
			before = p.Module.Path
			fmt.Fprintf(&list, "# %s %s\n## explicit", p.Module.Path, p.Module.Version)
			if p.Module.GoVersion != "" {
				fmt.Fprintf(&list, "; go %s", p.Module.GoVersion)
			}
			fmt.Fprintln(&list)
			comment := " // indirect"
			if p.Module.Main {
				comment = ""
			}
			fmt.Fprintf(&requires, "\t%s %s%s\n", p.Module.Path, p.Module.Version, comment)
		}
		fmt.Fprintln(&list, p.ImportPath)
	}
	return list.Bytes(), requires.Bytes()
}

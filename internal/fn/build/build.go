// Package build turns the folder of a function into one layer for a runtime image of
// the lab, without Docker: the handler, and its dependencies from wheels or npm
// packages that lie beside it. The same folder always gives the same layer.
//
//	folder ──► kind of runtime ──► tree of files ──► tar (the layer)
//	Dockerfile ──► the subset that needs no container ──┘
package build

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/labbox/labbox/internal/fn"
	"github.com/labbox/labbox/internal/lab"
)

// HandlerDir is where the handler is in the image.
const HandlerDir = "home/app/function"

// Input is one function to build.
type Input struct {
	// Lang is the language of the stack file; see fn.RuntimeOf.
	Lang string
	// Dir is the function's folder.
	Dir string
	// Wheels and Npm are folders of dependencies; when empty, "wheels" and "npm" in
	// Dir are used if they are there.
	Wheels, Npm string
	// Extra are further files and folders that the function gets: path in its folder to
	// path on the disk ("copy" of a stack file).
	Extra map[string]string
	// Args are build arguments: ARG of a Dockerfile, and for Go those that begin
	// with GO.
	Args map[string]string
	// Scratch is a directory for what is made on the way; the caller removes it.
	Scratch string
	// Log gets lines for people; nil means nobody reads them.
	Log func(line string)
}

// Result is what an image is made of: a base that is there already, and a layer.
type Result struct {
	Base string `json:"base"`
	// Layer is a tar file in the Scratch directory; empty when the image is its base
	// with another configuration.
	Layer  string `json:"-"`
	Digest string `json:"digest"` // sha256 of Layer, in hex
	Size   int64  `json:"size"`
	Config Config `json:"config"`
}

// Config is what changes in the base's configuration; empty fields change nothing.
type Config struct {
	Env        []string          `json:"env,omitempty"`
	Entrypoint []string          `json:"entrypoint,omitempty"`
	Cmd        []string          `json:"cmd,omitempty"`
	User       string            `json:"user,omitempty"`
	Workdir    string            `json:"workdir,omitempty"`
	Labels     map[string]string `json:"labels,omitempty"`
	Ports      []string          `json:"ports,omitempty"`
}

// Build builds one function. Errors that the author can act on are a lab.Error with
// CodeUsage.
func Build(ctx context.Context, in Input) (*Result, error) {
	if in.Log == nil {
		in.Log = func(string) {}
	}
	if info, err := os.Stat(in.Dir); err != nil || !info.IsDir() {
		return nil, lab.Errorf(lab.CodeUsage, "Name the folder with handler: in the stack file", "the function's folder %s is not there", in.Dir)
	}
	runtime, err := fn.RuntimeOf(in.Lang)
	if err != nil {
		return nil, err
	}
	if runtime.Note != "" {
		in.Log(fmt.Sprintf("%s: %s", in.Lang, runtime.Note))
	}
	if runtime.Kind == fn.Dockerfile {
		return buildDockerfile(in)
	}
	if in, err = withExtra(in); err != nil {
		return nil, err
	}
	t := newTree(in.Scratch)
	res := &Result{Base: runtime.Base}
	switch runtime.Kind {
	case fn.Python:
		err = stagePython(in, t)
	case fn.Node:
		err = stageNode(in, t)
	case fn.Go:
		err = stageGo(ctx, in, t)
	}
	if err != nil {
		return nil, err
	}
	return res, t.finish(in, res)
}

// withExtra lays the extra files over a copy of the function's folder.
func withExtra(in Input) (Input, error) {
	if in.Wheels == "" {
		in.Wheels = filepath.Join(in.Dir, "wheels")
	}
	if in.Npm == "" {
		in.Npm = filepath.Join(in.Dir, "npm")
	}
	if len(in.Extra) == 0 {
		return in, nil
	}
	copied := filepath.Join(in.Scratch, "source")
	if err := copyDir(in.Dir, copied); err != nil {
		return in, err
	}
	for name, from := range in.Extra {
		if !filepath.IsLocal(name) {
			return in, lab.Errorf(lab.CodeConfig, "", "copy: %q is outside of the stack file's folder", name)
		}
		info, err := os.Stat(from)
		switch {
		case err != nil:
			return in, lab.Errorf(lab.CodeConfig, "", "copy: %w", err)
		case info.IsDir():
			err = copyDir(from, filepath.Join(copied, name))
		default:
			err = copyFile(from, filepath.Join(copied, name))
		}
		if err != nil {
			return in, err
		}
	}
	in.Dir = copied
	return in, nil
}

// copyDir copies the regular files of a function, so that its own folder is never
// written to.
func copyDir(from, to string) error {
	t := newTree("")
	if err := t.addDir(from, "m", skipped); err != nil {
		return err
	}
	for name, e := range t.entries {
		if e.link != "" {
			continue
		}
		if err := copyFile(e.from, filepath.Join(to, strings.TrimPrefix(name, "m/"))); err != nil {
			return err
		}
	}
	return nil
}

func copyFile(from, to string) error {
	info, err := os.Stat(from)
	if err != nil {
		return fmt.Errorf("copy the function: %w", err)
	}
	data, err := os.ReadFile(from)
	if err == nil {
		err = os.MkdirAll(filepath.Dir(to), 0o755)
	}
	if err == nil {
		err = os.WriteFile(to, data, os.FileMode(cleanMode(info.Mode())))
	}
	if err != nil {
		return fmt.Errorf("copy the function: %w", err)
	}
	return nil
}

// finish writes the layer to the scratch directory.
func (t *tree) finish(in Input, res *Result) error {
	f, err := os.Create(filepath.Join(in.Scratch, "layer.tar"))
	if err != nil {
		return fmt.Errorf("pack the layer: %w", err)
	}
	defer f.Close()
	h := sha256.New()
	if err := t.write(io.MultiWriter(f, h)); err != nil {
		return fmt.Errorf("pack the layer: %w", err)
	}
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("pack the layer: %w", err)
	}
	res.Layer, res.Digest, res.Size = f.Name(), hex.EncodeToString(h.Sum(nil)), info.Size()
	in.Log(fmt.Sprintf("layer of %d files, %s, on %s", len(t.entries), sizeText(t.bytes), res.Base))
	return f.Close()
}

func sizeText(n int64) string {
	if n < 1<<20 {
		return fmt.Sprintf("%.1f KB", float64(n)/1e3)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/1e6)
}

// isFile says whether dir has the file.
func isFile(parts ...string) bool {
	info, err := os.Stat(filepath.Join(parts...))
	return err == nil && info.Mode().IsRegular()
}

func isDir(parts ...string) bool {
	info, err := os.Stat(filepath.Join(parts...))
	return err == nil && info.IsDir()
}

package assemble

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/labbox/labbox/internal/image/recipe"
)

// workspace is a recipe directory with the outputs of its prepare stages.
type workspace struct {
	// dir is where layers find their files.
	dir string
	// source is the recipe directory itself.
	source string
	// key changes with any file of dir.
	key string
}

func (w workspace) hasModule() bool {
	_, err := os.Stat(filepath.Join(w.dir, "go.mod"))
	return err == nil
}

// moduleDir is where versions of Go modules are looked up.
func (w workspace) moduleDir(root string) string {
	if w.hasModule() {
		return w.dir
	}
	return root
}

// prepare runs the stages of img that have no cached outputs, and joins all of
// them with the recipe directory. An image without stages is used where it lies.
func (b *builder) prepare(ctx context.Context, img recipe.Image) (workspace, error) {
	w := workspace{dir: img.Dir, source: img.Dir}
	if len(img.Prepare) == 0 && !w.hasModule() {
		return w, nil
	}
	sources, err := hashTree(img.Dir, ".")
	if err != nil {
		return w, err
	}
	keys := []string{sources}
	var outputs []string
	for _, st := range img.Prepare {
		key, err := b.stageKey(ctx, img, st, keys[1:])
		if err != nil {
			return w, err
		}
		keys = append(keys, key)
		dir := b.cache.path("prepare", key)
		if _, err := os.Stat(dir); err != nil {
			if err := b.runStage(ctx, img, st, outputs, dir); err != nil {
				return w, fmt.Errorf("prepare %s, stage %s: %w", img.Name, st.Name, err)
			}
		}
		b.cache.touch(dir)
		outputs = append(outputs, dir)
	}
	w.key = hashOf("workspace", keys)
	w.dir = b.cache.path("work", img.Name+"-"+w.key[:16])
	if _, err := os.Stat(w.dir); err == nil {
		b.cache.touch(w.dir)
		return w, nil
	}
	return w, b.join(append([]string{img.Dir}, outputs...), w.dir)
}

// stageKey is the hash of what a stage reads.
func (b *builder) stageKey(ctx context.Context, img recipe.Image, st recipe.Stage, earlier []string) (string, error) {
	var present []string
	for _, in := range st.Inputs {
		if _, err := os.Stat(filepath.Join(img.Dir, in)); err == nil {
			present = append(present, in)
		} else if len(earlier) == 0 {
			return "", fmt.Errorf("prepare %s, stage %s: input %s is missing", img.Name, st.Name, in)
		}
	}
	inputs, err := hashTree(img.Dir, present...)
	if err != nil {
		return "", err
	}
	var tools []string
	for _, t := range st.Tools {
		v, err := b.toolVersion(ctx, t)
		if err != nil {
			return "", err
		}
		tools = append(tools, v)
	}
	modules := ""
	if len(st.Modules) > 0 {
		dir := b.set.Root
		if (workspace{dir: img.Dir}).hasModule() {
			dir = img.Dir
		}
		if modules, err = hashTree(dir, "go.mod", "go.sum"); err != nil {
			return "", err
		}
	}
	return hashOf("stage", inputs, tools, modules, earlier, st), nil
}

// runStage runs one stage in a scratch directory and keeps its outputs in dst.
func (b *builder) runStage(ctx context.Context, img recipe.Image, st recipe.Stage, earlier []string, dst string) error {
	unlock := b.heavy.lock(st.Heavy)
	defer unlock()
	end := b.progress.begin("image " + img.Name + ": prepare " + st.Name)
	err := b.stageInScratch(ctx, img, st, earlier, dst)
	if err != nil {
		end("failed")
		return err
	}
	end("done")
	return nil
}

func (b *builder) stageInScratch(ctx context.Context, img recipe.Image, st recipe.Stage, earlier []string, dst string) error {
	tmp, err := b.cache.temp("stage")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	scratch, kept := filepath.Join(tmp, "scratch"), filepath.Join(tmp, "kept")
	if err := errors.Join(os.Mkdir(scratch, 0o755), os.Mkdir(kept, 0o755)); err != nil {
		return err
	}
	for _, dir := range earlier {
		if err := copyTree(dir, scratch); err != nil {
			return err
		}
	}
	for _, in := range st.Inputs {
		err := copyTree(filepath.Join(img.Dir, in), filepath.Join(scratch, in))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	modules := workspace{dir: img.Dir}.moduleDir(b.set.Root)
	env, err := moduleEnv(ctx, modules, st.Modules)
	if err != nil {
		return err
	}
	env = append(goEnv(st.Env), env...)
	script := strings.Join(st.Run, "\n")
	if err := run(ctx, command{dir: scratch, env: env, name: "sh", args: []string{"-euc", script}}); err != nil {
		return err
	}
	for _, out := range st.Outputs {
		if err := copyTree(filepath.Join(scratch, out), filepath.Join(kept, out)); err != nil {
			return fmt.Errorf("keep output %s: %w", out, err)
		}
	}
	return place(kept, dst)
}

// join lays directories over each other.
func (b *builder) join(dirs []string, dst string) error {
	tmp, err := b.cache.temp("work")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	for _, d := range dirs {
		if err := copyTree(d, tmp); err != nil {
			return fmt.Errorf("lay out recipe: %w", err)
		}
	}
	return place(tmp, dst)
}

// toolVersion returns what a tool says about itself, once per build.
func (b *builder) toolVersion(ctx context.Context, tool string) (string, error) {
	b.toolMu.Lock()
	defer b.toolMu.Unlock()
	if v, ok := b.tools[tool]; ok {
		return v, nil
	}
	if _, err := exec.LookPath(tool); err != nil {
		return "", missingTool(tool)
	}
	arg := "--version"
	if tool == "go" {
		arg = "version"
	}
	out, err := output(ctx, command{name: tool, args: []string{arg}})
	if err != nil {
		return "", fmt.Errorf("ask %s for its version: %w", tool, err)
	}
	first, _, _ := strings.Cut(string(out), "\n")
	b.tools[tool] = tool + " " + first
	return b.tools[tool], nil
}

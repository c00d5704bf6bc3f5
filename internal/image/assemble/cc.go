package assemble

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/labbox/labbox/internal/image/recipe"
)

// ccKey is the hash of the source, the flags and the compiler.
func (b *builder) ccKey(ctx context.Context, c *recipe.CC, w workspace) (string, error) {
	src, err := b.ccSource(ctx, c, w)
	if err != nil {
		return "", err
	}
	sum, err := fileSHA256(src)
	if err != nil {
		return "", fmt.Errorf("read %s: %w", c.Source, err)
	}
	version, err := b.toolVersion(ctx, "gcc")
	return hashOf("cc", sum, version, c.Flags, c.Output), err
}

func (b *builder) ccSource(ctx context.Context, c *recipe.CC, w workspace) (string, error) {
	env, err := moduleEnv(ctx, w.moduleDir(b.set.Root), c.Modules)
	if err != nil {
		return "", err
	}
	src := os.Expand(c.Source, func(name string) string {
		for _, e := range env {
			if v, ok := strings.CutPrefix(e, name+"="); ok {
				return v
			}
		}
		return ""
	})
	if !filepath.IsAbs(src) {
		src = filepath.Join(w.dir, src)
	}
	return src, nil
}

// stageCC compiles the program below root.
func (b *builder) stageCC(ctx context.Context, c *recipe.CC, w workspace, root string, lic licenses) error {
	src, err := b.ccSource(ctx, c, w)
	if err != nil {
		return err
	}
	dst := filepath.Join(root, c.Output)
	if err := os.MkdirAll(filepath.Dir(dst), 0o755); err != nil {
		return fmt.Errorf("compile %s: %w", c.Source, err)
	}
	args := slices.Concat([]string{"-static", "-Os", "-s"}, c.Flags, []string{"-o", dst, filepath.Base(src)})
	if err := run(ctx, command{dir: filepath.Dir(src), name: "gcc", args: args}); err != nil {
		return fmt.Errorf("compile %s: %w", c.Source, err)
	}
	for _, name := range sortedKeys(c.Modules) {
		dir, err := moduleDir(ctx, w.moduleDir(b.set.Root), c.Modules[name])
		if err != nil {
			return err
		}
		if err := lic.addModule(b.cache, "go/"+c.Modules[name], dir); err != nil {
			return err
		}
	}
	return nil
}

package assemble

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/labbox/labbox/internal/image/recipe"
)

const (
	loader = "usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2"
	python = "usr/bin/python3.11"
)

// compileBytecode compiles the sources below root with the Python of the image.
// The files carry no time and are never checked against their source.
func (b *builder) compileBytecode(ctx context.Context, c *recipe.Bytecode, root string) error {
	system := root
	if len(c.With) > 0 {
		var err error
		if system, err = b.cache.temp("python"); err != nil {
			return err
		}
		defer os.RemoveAll(system)
		for _, name := range c.With {
			l, err := b.shared(ctx, name)
			if err != nil {
				return err
			}
			if err := unpackBlob(b.cache.blob(l.Digest), system); err != nil {
				return fmt.Errorf("unpack layer %s: %w", name, err)
			}
		}
		if _, err := os.Stat(filepath.Join(system, python)); err != nil {
			// The layer is the interpreter itself: its libraries are in the layers below.
			if err := copyTree(root, system); err != nil {
				return fmt.Errorf("copy interpreter: %w", err)
			}
		}
	}
	for _, dir := range c.Dirs {
		err := run(ctx, command{
			env:  []string{"PYTHONHOME=" + filepath.Join(system, "usr"), "PYTHONHASHSEED=0", "PYTHONDONTWRITEBYTECODE=1", "LC_ALL=C.UTF-8"},
			name: filepath.Join(system, loader),
			args: []string{
				"--library-path", filepath.Join(system, "usr/lib/x86_64-linux-gnu"), filepath.Join(system, python), "-s", "-S",
				"-m", "compileall", "-q", "-f", "--invalidation-mode", "unchecked-hash",
				"-s", root, "-p", "/", filepath.Join(root, dir),
			},
		})
		if err != nil {
			return fmt.Errorf("compile Python in %s: %w", dir, err)
		}
	}
	return nil
}

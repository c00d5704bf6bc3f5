package assemble

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"github.com/labbox/labbox/internal/image/recipe"
)

const defaultFrom = "rootfs"

// filesFrom returns the source of f, or "" when f only makes directories and links.
func filesFrom(f *recipe.Files, w workspace) string {
	from := f.From
	if from == "" {
		from = defaultFrom
		if _, err := os.Stat(filepath.Join(w.dir, from)); err != nil {
			return ""
		}
	}
	return from
}

func filesKey(f *recipe.Files, w workspace) (string, error) {
	from := filesFrom(f, w)
	if from == "" {
		return hashOf("files", f), nil
	}
	sum, err := hashTree(w.dir, from)
	return hashOf("files", f, sum), err
}

// stageFiles copies the recipe's own files below root.
func stageFiles(f *recipe.Files, w workspace, root string) error {
	if from := filesFrom(f, w); from != "" {
		if err := copyTree(filepath.Join(w.dir, from), filepath.Join(root, f.To)); err != nil {
			return fmt.Errorf("copy %s: %w", from, err)
		}
	}
	for _, dir := range sortedKeys(f.Dirs) {
		mode, err := strconv.ParseUint(f.Dirs[dir], 8, 12)
		if err != nil {
			return fmt.Errorf("make %s: %w", dir, err)
		}
		if err := makeDir(filepath.Join(root, dir), uint32(mode)); err != nil {
			return fmt.Errorf("make %s: %w", dir, err)
		}
	}
	return makeLinks(root, f.Links)
}

func makeDir(dir string, mode uint32) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	m := fs.FileMode(mode & 0o777)
	if mode&0o1000 != 0 {
		m |= fs.ModeSticky
	}
	return os.Chmod(dir, m)
}

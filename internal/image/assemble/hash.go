package assemble

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
)

// Versions of the builder are part of the keys: raise layerVersion when the same
// recipe of a layer shall give another tree, builderVersion to forget everything.
const (
	builderVersion = "1"
	layerVersion   = "3"
)

// hashOf returns a key for the given parts; their order and borders count.
func hashOf(parts ...any) string {
	h := sha256.New()
	enc := json.NewEncoder(h)
	for _, p := range append([]any{builderVersion}, parts...) {
		// Parts are strings, slices and plain structs: encoding cannot fail.
		_ = enc.Encode(p)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// hashTree returns a key for the content, names and kinds of the files under the
// given paths of root, and whether each is executable. Missing paths are an error.
func hashTree(root string, paths ...string) (string, error) {
	var entries []string
	for _, p := range paths {
		err := filepath.WalkDir(filepath.Join(root, p), func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if d.IsDir() {
				return nil
			}
			e, err := hashEntry(root, path, d)
			entries = append(entries, e)
			return err
		})
		if err != nil {
			return "", fmt.Errorf("hash %s: %w", p, err)
		}
	}
	sort.Strings(entries)
	return hashOf("tree", entries), nil
}

func hashEntry(root, path string, d fs.DirEntry) (string, error) {
	rel, err := filepath.Rel(root, path)
	if err != nil {
		return "", err
	}
	info, err := d.Info()
	if err != nil {
		return "", err
	}
	if info.Mode()&fs.ModeSymlink != 0 {
		target, err := os.Readlink(path)
		return fmt.Sprintf("%s -> %s", rel, target), err
	}
	sum, err := fileSHA256(path)
	return fmt.Sprintf("%s %v %s", rel, info.Mode()&0o100 != 0, sum), err
}

func fileSHA256(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", fmt.Errorf("read %s: %w", path, err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

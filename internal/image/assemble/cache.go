package assemble

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// cache is a directory of records and blobs, all named by the hash of what they
// were made from. Entries appear by rename, so a reader never sees half of one,
// and several builds may share it.
type cache struct{ dir string }

// openCache returns the cache below dir, or below the user's cache directory when
// dir is empty.
func openCache(dir string) (*cache, error) {
	if dir == "" {
		base, err := os.UserCacheDir()
		if err != nil {
			return nil, fmt.Errorf("find the cache directory: %w", err)
		}
		dir = filepath.Join(base, "labbox", "build")
	}
	c := &cache{dir: dir}
	for _, sub := range []string{"records", "blobs", "texts", "debs", "wheels", "prepare", "work", "sysroot", "tmp"} {
		if err := os.MkdirAll(c.path(sub), 0o755); err != nil {
			return nil, fmt.Errorf("make cache: %w", err)
		}
	}
	return c, nil
}

func (c *cache) path(elem ...string) string {
	return filepath.Join(append([]string{c.dir}, elem...)...)
}

// temp makes a scratch directory; the caller removes it.
func (c *cache) temp(kind string) (string, error) {
	dir, err := os.MkdirTemp(c.path("tmp"), kind+"-")
	if err != nil {
		return "", fmt.Errorf("make scratch directory: %w", err)
	}
	return dir, nil
}

// load reads the record of key into v; false means that there is none.
func (c *cache) load(key string, v any) bool {
	path := c.path("records", key+".json")
	raw, err := os.ReadFile(path)
	if err != nil || json.Unmarshal(raw, v) != nil {
		return false
	}
	c.touch(path)
	return true
}

// store writes the record of key.
func (c *cache) store(key string, v any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode cache record: %w", err)
	}
	return writeFile(c.path("records", key+".json"), raw, 0o644)
}

// text keeps a licence text and returns its hash.
func (c *cache) text(content []byte) (string, error) {
	key := hashOf("text", string(content))
	path := c.path("texts", key)
	if _, err := os.Stat(path); err == nil {
		return key, nil
	}
	return key, writeFile(path, content, 0o644)
}

// blob returns the path of the compressed layer with this digest.
func (c *cache) blob(hex string) string { return c.path("blobs", hex) }

// writeFile writes a file by rename, so that nobody sees half of it.
func writeFile(path string, content []byte, mode fs.FileMode) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("make directory: %w", err)
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return fmt.Errorf("create file: %w", err)
	}
	_, werr := f.Write(content)
	err = errors.Join(werr, f.Chmod(mode), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

// place moves a finished directory to where its key says. Another build that was
// faster made the same.
func place(finished, dst string) error {
	err := os.Rename(finished, dst)
	if err == nil {
		return nil
	}
	if _, there := os.Stat(dst); there == nil {
		return nil
	}
	return fmt.Errorf("keep in the cache: %w", err)
}

package assemble

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"
)

const (
	// unusedFor is how long the cache keeps what no build has asked for.
	unusedFor = 30 * 24 * time.Hour
	// scratchFor is how long a scratch directory may belong to a build that runs.
	scratchFor = 24 * time.Hour
)

// touch notes that an entry is in use. An entry that is not there is no error.
func (c *cache) touch(path string) {
	now := time.Now()
	// The worst that comes of a failure is that the entry is made once more.
	_ = os.Chtimes(path, now, now)
}

// prune removes what was not used for long, and what killed builds left.
func (c *cache) prune(now time.Time) error {
	var errs []error
	for _, sub := range []string{"records", "blobs", "debs", "wheels", "prepare", "work", "sysroot"} {
		errs = append(errs, c.pruneOne(sub, now.Add(-unusedFor)))
	}
	errs = append(errs, c.pruneOne("tmp", now.Add(-scratchFor)))
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("tidy the cache: %w", err)
	}
	return nil
}

func (c *cache) pruneOne(sub string, before time.Time) error {
	entries, err := os.ReadDir(c.path(sub))
	if err != nil {
		return err
	}
	for _, e := range entries {
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue // another build was faster
		}
		if err != nil {
			return err
		}
		if info.ModTime().Before(before) {
			if err := os.RemoveAll(c.path(sub, e.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

package lambda

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"sync"
)

// codeStore keeps zip files by their sum.
type codeStore struct {
	dir, spoolDir string
	mu            sync.RWMutex // writing: files appear and go
	// fresh are files that no function refers to yet.
	fresh map[string]int
}

var sumOK = regexp.MustCompile(`^[0-9a-f]{64}$`)

func newCodeStore(stateDir string) (*codeStore, error) {
	c := &codeStore{dir: filepath.Join(stateDir, "code"), spoolDir: filepath.Join(stateDir, "code-new"), fresh: map[string]int{}}
	if err := os.RemoveAll(c.spoolDir); err != nil { // of a process before
		return nil, fmt.Errorf("clear the directory of new code: %w", err)
	}
	for _, dir := range []string{c.dir, c.spoolDir} {
		if err := os.MkdirAll(dir, 0o750); err != nil {
			return nil, fmt.Errorf("make the directory of code: %w", err)
		}
	}
	return c, nil
}

// spool makes a file that is not kept yet; the caller removes it, or keeps it by put.
func (c *codeStore) spool() (*os.File, error) {
	file, err := os.CreateTemp(c.spoolDir, "new-*")
	if err != nil {
		return nil, fmt.Errorf("make a file for the code: %w", err)
	}
	return file, nil
}

// put keeps a file of spool, on the disk for good, as the one with that sum. The
// caller calls release once a function refers to it, or none will.
func (c *codeStore) put(file *os.File, sum string) (release func(), err error) {
	if err := file.Sync(); err != nil {
		return nil, fmt.Errorf("store the code: %w", err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := os.Rename(file.Name(), filepath.Join(c.dir, sum)); err != nil {
		return nil, fmt.Errorf("store the code: %w", err)
	}
	dir, err := os.Open(c.dir)
	if err != nil {
		return nil, fmt.Errorf("store the code: %w", err)
	}
	defer func() { _ = dir.Close() }()
	if err := dir.Sync(); err != nil {
		return nil, fmt.Errorf("store the code: %w", err)
	}
	c.fresh[sum]++
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.fresh[sum]--; c.fresh[sum] <= 0 {
			delete(c.fresh, sum)
		}
	}, nil
}

// open returns the file with that sum.
func (c *codeStore) open(sum string) (*os.File, error) {
	if !sumOK.MatchString(sum) {
		return nil, fs.ErrNotExist
	}
	c.mu.RLock()
	defer c.mu.RUnlock()
	return os.Open(filepath.Join(c.dir, sum))
}

// has says whether there is a file with that sum.
func (c *codeStore) has(sum string) bool {
	file, err := c.open(sum)
	if err != nil {
		return false
	}
	_ = file.Close()
	return true
}

// keep removes what is neither used nor fresh.
func (c *codeStore) keep(used map[string]bool) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	entries, err := os.ReadDir(c.dir)
	if err != nil {
		return fmt.Errorf("list code: %w", err)
	}
	var faults []error
	for _, e := range entries {
		if name := e.Name(); !used[name] && c.fresh[name] == 0 {
			faults = append(faults, os.Remove(filepath.Join(c.dir, name)))
		}
	}
	return errors.Join(faults...)
}

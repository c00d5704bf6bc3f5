package lambda

import (
	"crypto/sha256"
	"encoding/hex"
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
	dir string
	mu  sync.RWMutex // writing: files appear and go
	// fresh are files that no function refers to yet.
	fresh map[string]int
}

var sumOK = regexp.MustCompile(`^[0-9a-f]{64}$`)

func newCodeStore(stateDir string) (*codeStore, error) {
	dir := filepath.Join(stateDir, "code")
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, fmt.Errorf("make the directory of code: %w", err)
	}
	return &codeStore{dir: dir, fresh: map[string]int{}}, nil
}

// put stores a file on the disk and returns its sum. The caller calls release once a
// function refers to it, or none will.
func (c *codeStore) put(data []byte) (sum string, release func(), err error) {
	raw := sha256.Sum256(data)
	sum = hex.EncodeToString(raw[:])
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.write(sum, data); err != nil {
		return "", nil, fmt.Errorf("store the code: %w", err)
	}
	c.fresh[sum]++
	return sum, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.fresh[sum]--; c.fresh[sum] <= 0 {
			delete(c.fresh, sum)
		}
	}, nil
}

// write makes the file, whole and on the disk, or not at all.
func (c *codeStore) write(sum string, data []byte) error {
	path := filepath.Join(c.dir, sum)
	if info, err := os.Stat(path); err == nil && info.Size() == int64(len(data)) {
		return nil
	}
	file, err := os.CreateTemp(c.dir, "new-*")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(file.Name()) }()
	_, err = file.Write(data)
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return err
	}
	if err := os.Rename(file.Name(), path); err != nil {
		return err
	}
	dir, err := os.Open(c.dir)
	if err != nil {
		return err
	}
	defer func() { _ = dir.Close() }()
	return dir.Sync()
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

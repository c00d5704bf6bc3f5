package kube

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

const (
	logLimit  = 8 << 20 // a log that is larger is cut
	logKeep   = 1 << 20 // to this, kept beside it as <name>.1
	tailBytes = 2 << 10 // shown in the error of a dead child
)

// openLog opens a child's log for appending.
func openLog(path string) (*os.File, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, fmt.Errorf("open log: %w", err)
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o640)
	if err != nil {
		return nil, fmt.Errorf("open log: %w", err)
	}
	return f, nil
}

// trimLog empties a log that has grown too large and keeps its end beside it. The
// child goes on appending to the same file; lines it writes meanwhile may be lost.
func trimLog(path string) error {
	info, err := os.Stat(path)
	if err != nil || info.Size() < logLimit {
		return nil
	}
	end, err := readEnd(path, logKeep)
	if err != nil {
		return fmt.Errorf("trim log: %w", err)
	}
	if err := os.WriteFile(path+".1", end, 0o640); err != nil {
		return fmt.Errorf("trim log: %w", err)
	}
	if err := os.Truncate(path, 0); err != nil {
		return fmt.Errorf("trim log: %w", err)
	}
	return nil
}

// tailOf returns the last output in a log, or nothing.
func tailOf(path string) []byte {
	end, err := readEnd(path, tailBytes)
	if err != nil {
		return nil
	}
	return end
}

func readEnd(path string, n int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if _, err := f.Seek(-n, io.SeekEnd); err != nil && !errors.Is(err, os.ErrInvalid) {
		if _, err := f.Seek(0, io.SeekStart); err != nil {
			return nil, err
		}
	}
	return io.ReadAll(f)
}

package image

import (
	"bytes"
	"io/fs"
	"path"
	"time"
)

// memFile is a file of bytes, and its own description.
type memFile struct {
	*bytes.Reader
	name string
}

// Stat implements fs.File.
func (f *memFile) Stat() (fs.FileInfo, error) { return f, nil }

// Close implements fs.File.
func (f *memFile) Close() error { return nil }

// Name implements fs.FileInfo.
func (f *memFile) Name() string { return path.Base(f.name) }

// Size implements fs.FileInfo; it is the bytes of the whole, however much was read.
func (f *memFile) Size() int64 { return f.Reader.Size() }

// Mode implements fs.FileInfo.
func (f *memFile) Mode() fs.FileMode { return 0o444 }

// ModTime implements fs.FileInfo.
func (f *memFile) ModTime() time.Time { return time.Time{} }

// IsDir implements fs.FileInfo.
func (f *memFile) IsDir() bool { return false }

// Sys implements fs.FileInfo.
func (f *memFile) Sys() any { return nil }

// Package bundle opens and writes the payload of labbox: a zip behind the last
// byte of the program itself. Images and helpers, compressed already, are stored in it.
//
//	┌───────────────┬─────────────────────────────────────────────┐
//	│ program (ELF) │ zip: payload.json, helpers.tar.zst, images/… │
//	└───────────────┴─────────────────────────────────────────────┘
//
// It imports the standard library only.
package bundle

import (
	"archive/zip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// indexName is the file of the payload that lists all others.
const indexName = "payload.json"

var (
	// ErrMissing means that a program carries no payload at all.
	ErrMissing = errors.New("the program carries no payload")
	// ErrDamaged means that there is a payload, but not the one that was put there.
	ErrDamaged = errors.New("the payload is damaged")
)

// Index is the content of payload.json.
type Index struct {
	Version string          `json:"version"`
	Files   map[string]File `json:"files"`
}

// File is one file of the payload.
type File struct {
	SHA256 string `json:"sha256"`
	Size   int64  `json:"size"`
}

// Payload is an open payload. It is an fs.FS over the payload's files, read from
// the program's tail on demand; it may be used by several goroutines.
type Payload struct {
	file  *os.File
	zip   *zip.Reader
	index Index
}

// Self opens the payload of the running program.
func Self() (*Payload, error) {
	exe, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find the running program: %w", err)
	}
	return Open(exe)
}

// Open opens the payload at the tail of a file. The error wraps ErrMissing or
// ErrDamaged; damage within a file is found by Verify or by reading that file to
// its end. The caller closes the payload.
func Open(path string) (*Payload, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open payload: %w", err)
	}
	p, err := read(f)
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("open payload of %s: %w", path, err)
	}
	return p, nil
}

func read(f *os.File) (*Payload, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	z, err := zip.NewReader(f, info.Size())
	if err != nil {
		return nil, classify(f, info.Size(), err)
	}
	p := &Payload{file: f, zip: z}
	raw, err := fs.ReadFile(z, indexName)
	if err != nil {
		return nil, fmt.Errorf("%w: read %s: %w", ErrDamaged, indexName, err)
	}
	if err := json.Unmarshal(raw, &p.index); err != nil {
		return nil, fmt.Errorf("%w: read %s: %w", ErrDamaged, indexName, err)
	}
	return p, p.compare()
}

// classify tells a program that never had a payload from one whose payload was cut.
func classify(f *os.File, size int64, cause error) error {
	end, err := programEnd(f)
	if err == nil && end == size {
		return ErrMissing
	}
	return fmt.Errorf("%w: %w", ErrDamaged, cause)
}

// compare checks that the zip holds exactly the files of the index.
func (p *Payload) compare() error {
	there := map[string]bool{}
	for _, f := range p.zip.File {
		there[f.Name] = true
		want, ok := p.index.Files[f.Name]
		if f.Name != indexName && (!ok || want.Size != int64(f.UncompressedSize64)) {
			return fmt.Errorf("%w: unexpected file %s", ErrDamaged, f.Name)
		}
	}
	for name := range p.index.Files {
		if !there[name] {
			return fmt.Errorf("%w: file %s is missing", ErrDamaged, name)
		}
	}
	return nil
}

// Open opens a file of the payload. A reader that reaches the end of a damaged file
// gets an error that wraps ErrDamaged.
func (p *Payload) Open(name string) (fs.File, error) {
	f, err := p.zip.Open(name)
	if err != nil {
		return nil, err
	}
	if d, ok := f.(fs.ReadDirFile); ok {
		return d, nil
	}
	return checkedFile{f}, nil
}

// checkedFile names a checksum fault by its meaning.
type checkedFile struct{ fs.File }

// Read reads on and reports damage.
func (c checkedFile) Read(b []byte) (int, error) {
	n, err := c.File.Read(b)
	if err != nil && !errors.Is(err, io.EOF) {
		err = fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return n, err
}

// Index returns the list of files. The caller does not change it.
func (p *Payload) Index() Index { return p.index }

// Close closes the program's file; files opened from the payload end with it.
func (p *Payload) Close() error { return p.file.Close() }

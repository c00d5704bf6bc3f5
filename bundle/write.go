package bundle

import (
	"archive/zip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// modified is the time of every entry: the same files give the same payload.
var modified = time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC)

// Append writes a copy of program to out with the files below payload behind it.
// out appears by rename. A payload that program already carries is an error.
func Append(program, payload, out, version string) error {
	if err := os.MkdirAll(filepath.Dir(out), 0o755); err != nil {
		return fmt.Errorf("make output directory: %w", err)
	}
	f, err := os.CreateTemp(filepath.Dir(out), ".labbox-*")
	if err != nil {
		return fmt.Errorf("create output: %w", err)
	}
	err = errors.Join(appendTo(f, program, os.DirFS(payload), version), f.Chmod(0o755), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), out)
	}
	if err != nil {
		os.Remove(f.Name())
		return fmt.Errorf("write %s: %w", out, err)
	}
	return nil
}

func appendTo(f *os.File, program string, payload fs.FS, version string) error {
	if old, err := Open(program); err == nil {
		old.Close()
		return fmt.Errorf("%s already carries a payload", program)
	}
	src, err := os.Open(program)
	if err != nil {
		return fmt.Errorf("open program: %w", err)
	}
	defer src.Close()
	size, err := io.Copy(f, src)
	if err != nil {
		return fmt.Errorf("copy program: %w", err)
	}
	index, err := newIndex(payload, version)
	if err != nil {
		return err
	}
	return writeZip(f, size, payload, index)
}

// newIndex hashes the payload's files.
func newIndex(payload fs.FS, version string) (Index, error) {
	index := Index{Version: version, Files: map[string]File{}}
	err := fs.WalkDir(payload, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		file, err := describe(payload, name)
		index.Files[name] = file
		return err
	})
	if err != nil {
		return index, fmt.Errorf("list payload: %w", err)
	}
	if len(index.Files) == 0 {
		return index, errors.New("list payload: there are no files")
	}
	delete(index.Files, indexName)
	return index, nil
}

var blobName = regexp.MustCompile(`(^|/)blobs/sha256/[0-9a-f]{64}$`)

// describe hashes one file. The blobs of an image layout bear their hash as their
// name; the importer checks them again.
func describe(payload fs.FS, name string) (File, error) {
	f, err := payload.Open(name)
	if err != nil {
		return File{}, err
	}
	defer f.Close()
	if blobName.MatchString(name) {
		info, err := f.Stat()
		if err != nil {
			return File{}, err
		}
		return File{SHA256: name[strings.LastIndexByte(name, '/')+1:], Size: info.Size()}, nil
	}
	h := sha256.New()
	n, err := io.Copy(h, f)
	return File{SHA256: hex.EncodeToString(h.Sum(nil)), Size: n}, err
}

func writeZip(w io.Writer, offset int64, payload fs.FS, index Index) error {
	z := zip.NewWriter(w)
	z.SetOffset(offset)
	raw, err := json.MarshalIndent(index, "", " ")
	if err != nil {
		return fmt.Errorf("encode index: %w", err)
	}
	entry, err := z.CreateHeader(header(indexName))
	if err != nil {
		return fmt.Errorf("write index: %w", err)
	}
	if _, err := entry.Write(raw); err != nil {
		return fmt.Errorf("write index: %w", err)
	}
	for _, name := range slices.Sorted(maps.Keys(index.Files)) {
		if err := copyInto(z, payload, name); err != nil {
			return fmt.Errorf("write %s: %w", name, err)
		}
	}
	return z.Close()
}

// header describes an entry: what is compressed already is stored as it is, texts are
// deflated.
func header(name string) *zip.FileHeader {
	h := &zip.FileHeader{Name: name, Method: zip.Store, Modified: modified}
	if strings.HasPrefix(name, "licenses/") || strings.HasSuffix(name, ".yaml") {
		h.Method = zip.Deflate
	}
	h.SetMode(0o644)
	return h
}

func copyInto(z *zip.Writer, payload fs.FS, name string) error {
	f, err := payload.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	entry, err := z.CreateHeader(header(name))
	if err != nil {
		return err
	}
	_, err = io.Copy(entry, f)
	return err
}

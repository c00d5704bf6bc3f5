// Package archive reads the zip files that functions are uploaded as. What it
// accepts cannot leave the directory that it is unpacked to, nor fill the disk.
package archive

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
)

// Bad is an archive that must not be unpacked; the text says why, for its author.
type Bad struct{ Reason string }

// Error returns the reason.
func (e *Bad) Error() string { return e.Reason }

func badf(format string, args ...any) error { return &Bad{fmt.Sprintf(format, args...)} }

// Limits bound an archive. Sizes are in bytes.
type Limits struct {
	// Zipped bounds the file itself, Unzipped the sum of its contents.
	Zipped, Unzipped int64
	// Files bounds the number of entries, directories included.
	Files int
	// Ratio bounds Unzipped / Zipped once the contents are larger than RatioFrom.
	Ratio, RatioFrom int64
}

// Default are Lambda's limits of a direct upload, and two of our own against bombs.
func Default() Limits {
	return Limits{Zipped: 50 << 20, Unzipped: 250 << 20, Files: 50_000, Ratio: 200, RatioFrom: 32 << 20}
}

// Check reads the archive's directory and returns the size of its contents. It
// fails with Bad, or with r's error.
func Check(r io.ReaderAt, size int64, l Limits) (int64, error) {
	_, total, err := open(r, size, l)
	return total, err
}

// Extract unpacks the archive below dir, which must exist. Links that lead out of
// dir are never followed. It fails with Bad, r's error or that of the file system;
// what was unpacked until then stays.
func Extract(r io.ReaderAt, size int64, dir string, l Limits) error {
	files, _, err := open(r, size, l)
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return fmt.Errorf("open the directory to unpack to: %w", err)
	}
	defer func() { _ = root.Close() }()
	left := l.Unzipped
	for _, f := range files {
		n, err := extract(root, f, left)
		if err != nil {
			return err
		}
		left -= n
	}
	return nil
}

func open(r io.ReaderAt, size int64, l Limits) ([]*zip.File, int64, error) {
	if size > l.Zipped {
		return nil, 0, badf("the zip file has %d bytes, %d are allowed", size, l.Zipped)
	}
	z, err := zip.NewReader(r, size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return nil, 0, badf("this is no zip file: %s", err)
	}
	if len(z.File) == 0 {
		return nil, 0, badf("the zip file is empty")
	}
	if len(z.File) > l.Files {
		return nil, 0, badf("the zip file has %d entries, %d are allowed", len(z.File), l.Files)
	}
	var total int64
	for _, f := range z.File {
		if err := checkEntry(f); err != nil {
			return nil, 0, err
		}
		if f.UncompressedSize64 > uint64(l.Unzipped) || total+int64(f.UncompressedSize64) > l.Unzipped {
			return nil, 0, badf("unzipped, the contents are larger than %d bytes", l.Unzipped)
		}
		total += int64(f.UncompressedSize64)
	}
	if total > l.RatioFrom && total/max(size, 1) > l.Ratio {
		return nil, 0, badf("the contents are %d times as large as the zip file; %d is the most", total/max(size, 1), l.Ratio)
	}
	return z.File, total, nil
}

func checkEntry(f *zip.File) error {
	name := strings.TrimSuffix(f.Name, "/")
	switch {
	case !fs.ValidPath(name) || name == "." || strings.ContainsAny(name, "\\\x00") || len(name) > 1024:
		return badf("the entry %.100q has a name that leads out of its directory or is not valid", f.Name)
	case f.Flags&1 != 0:
		return badf("the entry %.100q is encrypted", f.Name)
	case f.Method != zip.Store && f.Method != zip.Deflate:
		return badf("the entry %.100q is compressed in a way (%d) that is not supported", f.Name, f.Method)
	}
	if kind := f.Mode().Type(); kind != 0 && kind != fs.ModeDir && kind != fs.ModeSymlink {
		return badf("the entry %.100q is neither file, directory nor link", f.Name)
	}
	return nil
}

// extract writes one entry and returns its size.
func extract(root *os.Root, f *zip.File, left int64) (int64, error) {
	name := strings.TrimSuffix(f.Name, "/")
	if f.FileInfo().IsDir() {
		return 0, wrap(name, root.MkdirAll(name, 0o755))
	}
	if dir := path.Dir(name); dir != "." {
		if err := root.MkdirAll(dir, 0o755); err != nil {
			return 0, wrap(name, err)
		}
	}
	in, err := f.Open()
	if err != nil {
		return 0, badf("the entry %.100q cannot be read: %s", name, err)
	}
	defer func() { _ = in.Close() }()
	if f.Mode().Type() == fs.ModeSymlink {
		return link(root, name, in)
	}
	mode := f.Mode().Perm() | 0o400
	out, err := root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode)
	if err != nil {
		return 0, wrap(name, err)
	}
	defer func() { _ = out.Close() }()
	n, err := io.Copy(out, io.LimitReader(in, left+1))
	if err != nil {
		return n, badf("the entry %.100q cannot be unpacked: %s", name, err)
	}
	if n > left {
		return n, badf("the contents are larger than the zip file says")
	}
	if err := out.Chmod(mode); err != nil { // whatever the umask
		return n, wrap(name, err)
	}
	return n, wrap(name, out.Close())
}

func link(root *os.Root, name string, in io.Reader) (int64, error) {
	text, err := io.ReadAll(io.LimitReader(in, 4097))
	if err != nil || len(text) > 4096 || len(text) == 0 {
		return 0, badf("the link %.100q cannot be read", name)
	}
	target := string(text)
	if path.IsAbs(target) || !fs.ValidPath(path.Join(path.Dir(name), target)) {
		return 0, badf("the link %.100q leads out of its directory", name)
	}
	return int64(len(text)), wrap(name, root.Symlink(target, name))
}

// wrap: a name that is there twice, or goes through a link, is the archive's fault.
func wrap(name string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrExist):
		return badf("the entry %.100q is there twice", name)
	case errors.Is(err, fs.ErrPermission), strings.Contains(err.Error(), "escapes"), strings.Contains(err.Error(), "not a directory"):
		return badf("the entry %.100q cannot be unpacked: %s", name, err)
	}
	return fmt.Errorf("unpack %s: %w", name, err)
}

package assemble

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// merged are the directories that a merged-/usr system has as links.
var merged = []string{"bin", "sbin", "lib", "lib64"}

// usrPath returns where a file of a Debian package lies on a merged-/usr system,
// relative to the root.
func usrPath(name string) string {
	name = samePath(name)
	for _, top := range merged {
		if name == top || strings.HasPrefix(name, top+"/") {
			return "usr/" + name
		}
	}
	return name
}

// samePath places an entry where its name says, but never above the root.
func samePath(name string) string { return strings.TrimPrefix(path.Join("/", name), "/") }

// extractTar unpacks a tar stream below root, each entry where place says. Owners are not
// kept, and neither are device files. Nothing is written outside root.
func extractTar(root string, r io.Reader, place func(name string) string) error {
	x := extractor{root: root, place: place, modes: map[string]fs.FileMode{}}
	tr := tar.NewReader(r)
	for {
		hdr, err := tr.Next()
		if errors.Is(err, io.EOF) {
			return x.finish()
		}
		if err != nil {
			return fmt.Errorf("read archive: %w", err)
		}
		name := place(hdr.Name)
		if name == "" {
			continue
		}
		if err := x.entry(name, hdr, tr); err != nil {
			return fmt.Errorf("unpack %s: %w", hdr.Name, err)
		}
	}
}

type extractor struct {
	root  string
	place func(string) string
	// modes of directories are set last: one may be read-only.
	modes map[string]fs.FileMode
}

func (x *extractor) entry(name string, hdr *tar.Header, r io.Reader) error {
	dst := filepath.Join(x.root, name)
	if hdr.Typeflag == tar.TypeDir {
		x.modes[dst] = hdr.FileInfo().Mode()
		return os.MkdirAll(dst, 0o755)
	}
	if err := os.MkdirAll(filepath.Dir(dst), 0o755); err != nil {
		return err
	}
	if err := os.Remove(dst); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	switch hdr.Typeflag {
	case tar.TypeReg:
		return writeStream(dst, r, hdr.FileInfo().Mode()&^(fs.ModeSetuid|fs.ModeSetgid))
	case tar.TypeSymlink:
		return os.Symlink(hdr.Linkname, dst)
	case tar.TypeLink:
		return os.Link(filepath.Join(x.root, x.place(hdr.Linkname)), dst)
	}
	return nil
}

func (x *extractor) finish() error {
	for dir, mode := range x.modes {
		if err := os.Chmod(dir, mode|0o700); err != nil {
			return err
		}
	}
	return nil
}

func writeStream(dst string, r io.Reader, mode fs.FileMode) error {
	f, err := os.OpenFile(dst, os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode.Perm())
	if err != nil {
		return err
	}
	_, cerr := io.Copy(f, r)
	return errors.Join(cerr, f.Chmod(mode), f.Close())
}

// copyTree copies a file or directory. Modes become 0755 or 0644, so that the
// umask of whoever checked the sources out does not count.
func copyTree(src, dst string) error {
	return filepath.WalkDir(src, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(src, p)
		if err != nil {
			return err
		}
		return copyEntry(p, filepath.Join(dst, rel), d)
	})
}

func copyEntry(src, dst string, d fs.DirEntry) error {
	if d.IsDir() {
		return os.MkdirAll(dst, 0o755)
	}
	if err := os.MkdirAll(filepath.Dir(dst), 0o755); err != nil {
		return err
	}
	if err := os.Remove(dst); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if d.Type()&fs.ModeSymlink != 0 {
		target, err := os.Readlink(src)
		if err != nil {
			return err
		}
		return os.Symlink(target, dst)
	}
	info, err := d.Info()
	if err != nil {
		return err
	}
	return copyFile(src, dst, cleanMode(info.Mode()))
}

func cleanMode(m fs.FileMode) fs.FileMode {
	if m&0o100 != 0 {
		return 0o755
	}
	return 0o644
}

func copyFile(src, dst string, mode fs.FileMode) error {
	in, err := os.Open(src)
	if err != nil {
		return err
	}
	defer in.Close()
	return writeStream(dst, in, mode)
}

// removeMatching removes all files below root that trim matches and keep does
// not, and directories that became empty by it.
func removeMatching(root string, trim, keep globs) error {
	var emptied []string
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel := strings.TrimPrefix(p, root)
		if rel == "" || keep.match(rel) || !trim.match(rel) {
			return nil
		}
		if d.IsDir() {
			emptied = append(emptied, p)
			return nil
		}
		return os.Remove(p)
	})
	for i := len(emptied) - 1; i >= 0; i-- {
		// A directory that still holds a kept file stays.
		_ = os.Remove(emptied[i])
	}
	return err
}

// makeLinks makes symbolic links below root, in sorted order.
func makeLinks(root string, links map[string]string) error {
	for _, name := range sortedKeys(links) {
		dst := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(dst), 0o755); err != nil {
			return fmt.Errorf("make link %s: %w", name, err)
		}
		if err := os.Symlink(links[name], dst); err != nil {
			return fmt.Errorf("make link %s: %w", name, err)
		}
	}
	return nil
}

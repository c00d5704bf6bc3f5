package build

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/labbox/labbox/internal/lab"
)

const (
	// MaxBytes and MaxFiles bound what a function may bring along.
	MaxBytes = 512 << 20
	MaxFiles = 50_000
)

// epoch is the time of every entry, so that the same folder gives the same layer.
func epoch() time.Time { return time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC) }

// tree is a layer in the making: files by their path in the image, without a leading
// slash. It checks every path, and the sums against MaxBytes and MaxFiles.
type tree struct {
	entries map[string]entry
	bytes   int64
	// spool is where what comes out of archives waits, so that it is not in memory.
	spool string
}

// entry is one file: the content of a file of the disk, or a link.
type entry struct {
	mode int64
	size int64
	from string
	link string
}

func newTree(spool string) *tree { return &tree{entries: map[string]entry{}, spool: spool} }

func (t *tree) add(name string, e entry) error {
	name = path.Clean(strings.TrimPrefix(name, "/"))
	if !filepath.IsLocal(name) || name == "." {
		return fmt.Errorf("path %q leaves the image", name)
	}
	t.bytes += e.size - t.entries[name].size
	t.entries[name] = e
	if t.bytes > MaxBytes {
		return lab.Errorf(lab.CodeUsage, "Leave out what the function does not need at run time", "the function has more than %d MB", MaxBytes>>20)
	}
	if len(t.entries) > MaxFiles {
		return lab.Errorf(lab.CodeUsage, "Leave out what the function does not need at run time", "the function has more than %d files", MaxFiles)
	}
	return nil
}

// addStream adds a file out of an archive; executable files keep being ones,
// everything else of mode goes. It believes no size that the archive states.
func (t *tree) addStream(name string, r io.Reader, mode fs.FileMode) error {
	f, err := os.CreateTemp(t.spool, "file-*")
	if err != nil {
		return err
	}
	defer f.Close()
	n, err := io.Copy(f, io.LimitReader(r, MaxBytes-t.bytes+1))
	if err != nil {
		return err
	}
	if err := t.add(name, entry{mode: cleanMode(mode), size: n, from: f.Name()}); err != nil {
		return err
	}
	return f.Close()
}

func cleanMode(mode fs.FileMode) int64 {
	if mode&0o111 != 0 {
		return 0o755
	}
	return 0o644
}

// skipped are names that never belong to a function at run time.
func skipped(rel string) bool {
	base := path.Base(rel)
	switch rel {
	case "wheels", "npm", "template", "build":
		return true // dependencies and what faas-cli makes
	}
	return base == ".git" || base == "__pycache__" || base == ".DS_Store" || base == ".pytest_cache" || strings.HasSuffix(base, ".pyc")
}

// addDir adds what is below dir, at prefix. Links that lead out of dir, devices and
// sockets are errors.
func (t *tree) addDir(dir, prefix string, skip func(rel string) bool) error {
	return filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || name == dir {
			return err
		}
		rel := filepath.ToSlash(strings.TrimPrefix(name, strings.TrimSuffix(dir, "/")+"/"))
		if skip != nil && skip(rel) {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if d.IsDir() {
			return nil
		}
		if err := t.addEntry(name, path.Join(prefix, rel), rel, d); err != nil {
			return fmt.Errorf("add %s: %w", rel, err)
		}
		return nil
	})
}

func (t *tree) addEntry(name, in, rel string, d fs.DirEntry) error {
	info, err := d.Info()
	if err != nil {
		return err
	}
	switch {
	case info.Mode()&fs.ModeSymlink != 0:
		target, err := os.Readlink(name)
		if err != nil {
			return err
		}
		if filepath.IsAbs(target) || !filepath.IsLocal(path.Join(path.Dir(rel), target)) {
			return lab.Errorf(lab.CodeUsage, "Put the file itself there", "%s is a link to %s, outside of the function's folder", rel, target)
		}
		return t.add(in, entry{mode: 0o777, link: target})
	case info.Mode().IsRegular():
		return t.add(in, entry{mode: cleanMode(info.Mode()), size: info.Size(), from: name})
	}
	return lab.Errorf(lab.CodeUsage, "Take it out of the folder", "%s is neither a file nor a folder", rel)
}

// write writes the layer as a tar: entries by name, with the directories above them,
// all of root.
func (t *tree) write(w io.Writer) error {
	tw := tar.NewWriter(w)
	made := map[string]bool{".": true}
	for _, name := range slices.Sorted(maps.Keys(t.entries)) {
		if err := writeDirs(tw, path.Dir(name), made); err != nil {
			return err
		}
		if made[name] {
			return fmt.Errorf("%s is a file and a folder", name)
		}
		if err := writeFile(tw, name, t.entries[name]); err != nil {
			return fmt.Errorf("pack %s: %w", name, err)
		}
	}
	return tw.Close()
}

func writeDirs(tw *tar.Writer, dir string, made map[string]bool) error {
	if made[dir] {
		return nil
	}
	if err := writeDirs(tw, path.Dir(dir), made); err != nil {
		return err
	}
	made[dir] = true
	return tw.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: dir + "/", Mode: 0o755, ModTime: epoch()})
}

func writeFile(tw *tar.Writer, name string, e entry) error {
	hdr := &tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: e.mode, Size: e.size, ModTime: epoch()}
	if e.link != "" {
		hdr.Typeflag, hdr.Linkname = tar.TypeSymlink, e.link
		return tw.WriteHeader(hdr)
	}
	if err := tw.WriteHeader(hdr); err != nil {
		return err
	}
	f, err := os.Open(e.from)
	if err != nil {
		return err
	}
	defer f.Close()
	n, err := io.Copy(tw, io.LimitReader(f, e.size))
	if err == nil && n < e.size {
		err = errors.New("it became shorter while it was read")
	}
	return err
}

package sdk

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
)

// Supplier is a Module that brings files of its own.
type Supplier interface {
	// Content returns the files, with the folders lessons, charts and images at its
	// root and nothing beside them; a folder may be missing. It always brings the same.
	//
	//	lessons/<id>/    a lesson, see plugins/LESSONS.md
	//	charts/<name>/   a Helm chart, for the namespaces of the module
	//	images/          an OCI layout; references begin with labbox.local/<module>/
	Content(ctx context.Context) (fs.FS, error)
}

// ContentFolders are the folders that a Supplier may bring.
func ContentFolders() []string { return []string{"lessons", "charts", "images"} }

// WriteContent writes files as a tar that depends on nothing but their names and what
// is in them. Scripts (*.sh) are executable. It fails for anything that is neither a
// file nor a folder, and for a name outside of ContentFolders.
func WriteContent(to io.Writer, files fs.FS) error {
	w := tar.NewWriter(to)
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		if err := CheckContentName(name); err != nil {
			return err
		}
		return writeEntry(w, files, name)
	})
	if err != nil {
		return fmt.Errorf("pack content: %w", err)
	}
	return w.Close()
}

func writeEntry(w *tar.Writer, files fs.FS, name string) error {
	f, err := files.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%s is not a regular file", name)
	}
	mode := int64(0o644)
	if path.Ext(name) == ".sh" {
		mode = 0o755
	}
	if err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Size: info.Size(), Mode: mode}); err != nil {
		return err
	}
	_, err = io.Copy(w, f)
	return err
}

// CheckContentName says what is wrong with the name of a file that a module brings.
func CheckContentName(name string) error {
	if !fs.ValidPath(name) {
		return fmt.Errorf("%q is no path below the content's root", name)
	}
	folder, rest, _ := strings.Cut(name, "/")
	for _, known := range ContentFolders() {
		if folder == known && rest != "" {
			return nil
		}
	}
	return errors.New(name + " is in none of the folders " + strings.Join(ContentFolders(), ", "))
}

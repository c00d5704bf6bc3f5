package build

import (
	"archive/tar"
	"compress/gzip"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/labbox/labbox/internal/lab"
)

var packageName = regexp.MustCompile(`^(@[A-Za-z0-9~-][A-Za-z0-9._~-]*/)?[A-Za-z0-9~_-][A-Za-z0-9._~-]*$`)

// tarball is a package as "npm pack" makes it.
type tarball struct {
	file, path string
	pkg        packageJSON
}

// findTarballs reads the packages in dir by name. No directory is no packages.
func findTarballs(dir string) (map[string][]*tarball, error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !os.IsNotExist(err) {
		return nil, fmt.Errorf("look for npm packages: %w", err)
	}
	found := map[string][]*tarball{}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".tgz") {
			continue
		}
		b := &tarball{file: e.Name(), path: filepath.Join(dir, e.Name())}
		err := b.each(func(name string, _ *tar.Header, r io.Reader) error {
			if name != "package.json" {
				return nil
			}
			return json.NewDecoder(io.LimitReader(r, 1<<20)).Decode(&b.pkg)
		})
		if err == nil && !packageName.MatchString(b.pkg.Name) {
			err = fmt.Errorf("its package.json has no good name: %q", b.pkg.Name)
		}
		if err != nil {
			return nil, lab.Errorf(lab.CodeUsage, npmHint, "read %s: %w", e.Name(), err)
		}
		found[b.pkg.Name] = append(found[b.pkg.Name], b)
	}
	return found, nil
}

func ofVersion(list []*tarball, version string) *tarball {
	for _, b := range list {
		if b.pkg.Version == version {
			return b
		}
	}
	return nil
}

// check compares the file with the lock's integrity, as far as that is sha512.
func (b *tarball) check(integrity string) error {
	want, is := strings.CutPrefix(integrity, "sha512-")
	if !is {
		return nil
	}
	data, err := os.ReadFile(b.path)
	if err != nil {
		return err
	}
	sum := sha512.Sum512(data)
	if base64.StdEncoding.EncodeToString(sum[:]) != want {
		return lab.Errorf(lab.CodeUsage, npmHint, "%s is not the file that package-lock.json means", b.file)
	}
	return nil
}

// each walks over the files of the package; names are without the first directory,
// which is mostly "package". What comes out is bounded.
func (b *tarball) each(visit func(name string, hdr *tar.Header, r io.Reader) error) error {
	f, err := os.Open(b.path)
	if err != nil {
		return err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return err
	}
	bounded := &io.LimitedReader{R: z, N: MaxBytes}
	tr := tar.NewReader(bounded)
	for {
		hdr, err := tr.Next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case bounded.N <= 0:
			return fmt.Errorf("it has more than %d MB", MaxBytes>>20)
		case err != nil:
			return err
		}
		_, name, deep := strings.Cut(path.Clean(strings.TrimPrefix(hdr.Name, "/")), "/")
		if hdr.Typeflag != tar.TypeReg || !deep {
			continue // npm packs files only
		}
		if !filepath.IsLocal(name) {
			return fmt.Errorf("path %q leaves the package", hdr.Name)
		}
		if err := visit(name, hdr, tr); err != nil {
			return err
		}
	}
}

func (b *tarball) unpack(t *tree, dir string) error {
	return b.each(func(name string, hdr *tar.Header, r io.Reader) error {
		return t.addStream(path.Join(dir, name), r, hdr.FileInfo().Mode())
	})
}

// Package kit makes new modules: a folder with a module that builds without any
// network, because all that it is built from lies in its vendor folder.
//
//	pack.Write ─► sdk.tar.gz in the payload ─► New ─► hello/{main.go, lessons/, vendor/}
package kit

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"text/template"
	"time"

	"github.com/labbox/labbox/internal/lab"
)

// "all:" keeps files that begin with a dot.
//
//go:embed all:template
var files embed.FS

// RequireFile is the file of the archive that has what goes into go.mod.
const RequireFile = "require.txt"

// Options say what to make.
type Options struct {
	// Name is the module's.
	Name string
	// Dir is the folder to make; it must not exist, or be empty.
	Dir string
	// SDK is the archive that pack.Write makes.
	SDK io.Reader
}

var moduleName = regexp.MustCompile(`^[a-z]([-a-z0-9]{0,30}[a-z0-9])?$`)

// CheckName says what is wrong with the name of a module: a lab.CodeUsage, or nil.
func CheckName(name string) error {
	if moduleName.MatchString(name) {
		return nil
	}
	return lab.Errorf(lab.CodeUsage, "For example: labbox module new hello",
		"%q is no name for a module: small letters, digits and dashes, at most 32, a letter first", name)
}

// New makes the folder of a new module. A name or a folder that will not do is a
// lab.CodeUsage; then nothing has been made.
func New(o Options) error {
	if err := CheckName(o.Name); err != nil {
		return err
	}
	left, err := os.ReadDir(o.Dir)
	if err == nil && len(left) > 0 {
		return lab.Errorf(lab.CodeUsage, "Choose another folder with --dir", "%s is not empty", o.Dir)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("make module %s: %w", o.Name, err)
	}
	if err := os.MkdirAll(o.Dir, 0o755); err != nil {
		return fmt.Errorf("make module %s: %w", o.Name, err)
	}
	root, err := os.OpenRoot(o.Dir)
	if err != nil {
		return fmt.Errorf("make module %s: %w", o.Name, err)
	}
	defer root.Close()
	require, err := unpack(root, o.SDK)
	if err != nil {
		return fmt.Errorf("unpack the SDK for module %s: %w", o.Name, err)
	}
	if err := fill(root, values(o.Name, require)); err != nil {
		return fmt.Errorf("make module %s: %w", o.Name, err)
	}
	return nil
}

// values are what the templates may say.
func values(name, require string) map[string]string {
	title := strings.ToUpper(name[:1]) + strings.ReplaceAll(name[1:], "-", " ")
	return map[string]string{"Name": name, "Title": title, "Package": strings.ReplaceAll(name, "-", ""), "Require": require}
}

// fill writes the template's files. What is between [[ and ]] is replaced; the names of
// Go files end with .tmpl, so that they are not taken for labbox' own.
func fill(root *os.Root, values map[string]string) error {
	return fs.WalkDir(files, "template", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := files.ReadFile(name)
		if err != nil {
			return err
		}
		made, err := template.New(name).Delims("[[", "]]").Option("missingkey=error").Parse(string(text))
		if err != nil {
			return err
		}
		var out bytes.Buffer
		if err := made.Execute(&out, values); err != nil {
			return err
		}
		to := strings.TrimSuffix(strings.TrimPrefix(name, "template/"), ".tmpl")
		mode := os.FileMode(0o644)
		if path.Ext(to) == ".sh" {
			mode = 0o755
		}
		if err := root.MkdirAll(path.Dir(to), 0o755); err != nil {
			return err
		}
		return root.WriteFile(to, out.Bytes(), mode)
	})
}

// unpack lays out the archive and returns the text of RequireFile.
func unpack(root *os.Root, from io.Reader) (require string, err error) {
	z, err := gzip.NewReader(from)
	if err != nil {
		return "", err
	}
	archive := tar.NewReader(z)
	for {
		entry, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return require, nil
		}
		if err != nil {
			return "", err
		}
		data, err := io.ReadAll(archive)
		if err != nil {
			return "", err
		}
		if entry.Name == RequireFile {
			require = string(data)
			continue
		}
		if err := root.MkdirAll(path.Dir(entry.Name), 0o755); err != nil {
			return "", err
		}
		if err := root.WriteFile(entry.Name, data, 0o644); err != nil {
			return "", err
		}
	}
}

// Write writes an archive of files, which maps names to what is in them, so that the
// same files give the same archive.
func Write(to io.Writer, files map[string][]byte) error {
	z, err := gzip.NewWriterLevel(to, gzip.BestCompression)
	if err != nil {
		return err
	}
	archive := tar.NewWriter(z)
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		h := &tar.Header{Typeflag: tar.TypeReg, Name: filepath.ToSlash(name), Size: int64(len(files[name])), Mode: 0o644, ModTime: time.Unix(0, 0)}
		if err := archive.WriteHeader(h); err != nil {
			return err
		}
		if _, err := archive.Write(files[name]); err != nil {
			return err
		}
	}
	return errors.Join(archive.Close(), z.Close())
}

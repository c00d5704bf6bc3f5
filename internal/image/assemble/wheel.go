package assemble

import (
	"archive/zip"
	"encoding/csv"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
)

// siteDir is where Debian's Python looks for packages that are not Debian's.
const siteDir = "usr/local/lib/python3.11/dist-packages"

// wheel is an opened wheel file.
type wheel struct {
	name     string // normalised
	requires []string
	zip      *zip.ReadCloser
}

var (
	separators  = regexp.MustCompile(`[-_.]+`)
	requirement = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*`)
)

// normal returns the canonical form of a distribution's name.
func normal(name string) string {
	return strings.ToLower(separators.ReplaceAllString(strings.TrimSpace(name), "-"))
}

// openWheel opens a wheel; the caller closes its zip.
func openWheel(file string) (*wheel, error) {
	z, err := zip.OpenReader(file)
	if err != nil {
		return nil, fmt.Errorf("open wheel %s: %w", filepath.Base(file), err)
	}
	name, _, _ := strings.Cut(filepath.Base(file), "-")
	w := &wheel{name: normal(name), zip: z}
	for _, f := range z.File {
		if !strings.HasSuffix(path.Dir(f.Name), ".dist-info") || path.Base(f.Name) != "METADATA" {
			continue
		}
		meta, err := readZip(f)
		if err != nil {
			z.Close()
			return nil, fmt.Errorf("read wheel %s: %w", filepath.Base(file), err)
		}
		w.requires = parseRequires(string(meta))
	}
	return w, nil
}

// parseRequires returns the names that the metadata requires without an extra.
func parseRequires(meta string) []string {
	head, _, _ := strings.Cut(meta, "\n\n")
	var out []string
	for _, l := range strings.Split(head, "\n") {
		spec, ok := strings.CutPrefix(l, "Requires-Dist:")
		if !ok {
			continue
		}
		spec, marker, _ := strings.Cut(spec, ";")
		if strings.Contains(marker, "extra") {
			continue
		}
		out = append(out, normal(requirement.FindString(strings.TrimSpace(spec))))
	}
	return out
}

func readZip(f *zip.File) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}

// unpack writes the wheel's packages below root, as an installer would. Scripts
// and headers are left out: programs in images have launchers of their own.
//
// Files that below has already, with the same content, are left out: the wheel of
// mlflow repeats the one of mlflow-skinny.
func (w *wheel) unpack(c *cache, root string, below map[string]uint32, lic licenses) error {
	for _, f := range w.zip.File {
		name, ok := wheelPath(f.Name)
		if sum, there := below[name]; !ok || strings.HasSuffix(f.Name, "/") || (there && sum == f.CRC32) {
			continue
		}
		if !filepath.IsLocal(name) {
			return fmt.Errorf("unpack %s: path %q leaves the package directory", w.name, f.Name)
		}
		content, err := readZip(f)
		if err != nil {
			return fmt.Errorf("unpack %s: %w", w.name, err)
		}
		if isLicense(name) {
			if err := lic.add(c, "python/"+w.name+"/"+path.Base(name), content); err != nil {
				return err
			}
			continue
		}
		if path.Base(name) == "RECORD" {
			content = shortRecord(content)
		}
		if err := placeFile(filepath.Join(root, name), content, cleanMode(f.Mode())); err != nil {
			return fmt.Errorf("unpack %s: %w", w.name, err)
		}
	}
	return nil
}

// placeFile writes a file and the directories above it.
func placeFile(dst string, content []byte, mode fs.FileMode) error {
	if err := os.MkdirAll(filepath.Dir(dst), 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(dst, content, mode); err != nil {
		return err
	}
	return os.Chmod(dst, mode)
}

// sums adds the checksum of each file of the wheel under its path in the image.
func (w *wheel) sums(into map[string]uint32) {
	for _, f := range w.zip.File {
		if name, ok := wheelPath(f.Name); ok {
			into[name] = f.CRC32
		}
	}
}

// wheelPath returns where a file of a wheel belongs in the image.
func wheelPath(name string) (string, bool) {
	top, rest, _ := strings.Cut(name, "/")
	if !strings.HasSuffix(top, ".data") {
		return path.Join(siteDir, name), true
	}
	kind, rest, _ := strings.Cut(rest, "/")
	switch kind {
	case "purelib", "platlib":
		return path.Join(siteDir, rest), true
	case "data":
		return path.Join("usr/local", rest), true
	}
	return "", false
}

// isLicense says whether a file of a distribution's metadata is a licence text.
func isLicense(name string) bool {
	dir := path.Dir(name)
	return (strings.Contains(dir, ".dist-info") || strings.Contains(dir, "/licenses")) && strings.Contains(name, ".dist-info/") &&
		licenseName.MatchString(path.Base(name))
}

// shortRecord keeps the names of a RECORD; its hashes do not compress and nobody
// checks them in an image.
func shortRecord(content []byte) []byte {
	rows, err := csv.NewReader(strings.NewReader(string(content))).ReadAll()
	if err != nil {
		return content
	}
	var b strings.Builder
	w := csv.NewWriter(&b)
	for _, r := range rows {
		// Writing to a strings.Builder cannot fail.
		_ = w.Write([]string{r[0], "", ""})
	}
	w.Flush()
	return []byte(b.String())
}

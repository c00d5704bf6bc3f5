package assemble

import (
	"context"
	"debug/buildinfo"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// licenses maps "<kind>/<component>/<file>" to the hash of a text in the cache.
type licenses map[string]string

var licenseName = regexp.MustCompile(`(?i)^(un)?(licen[cs]e|copying|notice|copyright|authors|patents)([-._].*)?$`)

func (l licenses) add(c *cache, name string, content []byte) error {
	sum, err := c.text(content)
	if err != nil {
		return fmt.Errorf("keep licence %s: %w", name, err)
	}
	l[name] = sum
	return nil
}

// addDeb adds what an unpacked Debian package says about its licence.
func (l licenses) addDeb(c *cache, pkg, root string) error {
	files, err := filepath.Glob(filepath.Join(root, "usr/share/common-licenses/*"))
	if err != nil {
		return fmt.Errorf("list licences of %s: %w", pkg, err)
	}
	for _, f := range append(files, filepath.Join(root, "usr/share/doc", pkg, "copyright")) {
		content, err := os.ReadFile(f)
		if errors.Is(err, fs.ErrNotExist) {
			continue // the package's documentation is a link to another package's
		}
		if err != nil {
			return fmt.Errorf("read licence of %s: %w", pkg, err)
		}
		component := "debian/" + pkg
		if strings.Contains(f, "common-licenses") {
			component = "debian/common-licenses"
		}
		if err := l.add(c, component+"/"+filepath.Base(f), content); err != nil {
			return err
		}
	}
	return nil
}

// addProgram adds the licences of every Go module linked into a program, from the
// module cache.
func (l licenses) addProgram(c *cache, program, moduleCache string) error {
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		return fmt.Errorf("read modules of %s: %w", program, err)
	}
	for _, m := range append(info.Deps, &info.Main) {
		if m.Replace != nil {
			m = m.Replace
		}
		if m.Version == "" || m.Version == "(devel)" {
			continue
		}
		dir := filepath.Join(moduleCache, escapePath(m.Path)+"@"+escapePath(m.Version))
		if err := l.addModule(c, "go/"+m.Path+"@"+m.Version, dir); err != nil {
			return err
		}
	}
	return nil
}

// addModule adds the licence files at the top of a module.
func (l licenses) addModule(c *cache, component, dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("read licences of %s: %w", component, err)
	}
	for _, e := range entries {
		if !e.Type().IsRegular() || !licenseName.MatchString(e.Name()) {
			continue
		}
		content, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return fmt.Errorf("read licence of %s: %w", component, err)
		}
		if err := l.add(c, component+"/"+e.Name(), content); err != nil {
			return err
		}
	}
	return nil
}

// escapePath writes capitals as the module cache does: "!a" for "A".
func escapePath(p string) string {
	var b strings.Builder
	for _, r := range p {
		if unicode.IsUpper(r) {
			b.WriteByte('!')
			r = unicode.ToLower(r)
		}
		b.WriteRune(r)
	}
	return b.String()
}

// AddLicenses lays the licence texts of all Go modules linked into a program into the
// payload, beside those of the images; licenses/program.txt lists them. It is for the
// program that is to carry the payload, and may be done twice.
func AddLicenses(ctx context.Context, program, payload, cacheDir string) error {
	c, err := openCache(cacheDir)
	if err != nil {
		return err
	}
	out, err := output(ctx, command{name: "go", args: []string{"env", "GOMODCACHE"}})
	if err != nil {
		return fmt.Errorf("find the module cache: %w", err)
	}
	lic := licenses{}
	if err := lic.addProgram(c, program, strings.TrimSpace(string(out))); err != nil {
		return err
	}
	return lic.write(c, filepath.Join(payload, "licenses"), "program.txt")
}

// write lays the texts below dir: each text once under texts/, and an index that
// says which component has which.
func (l licenses) write(c *cache, dir, indexName string) error {
	var index strings.Builder
	index.WriteString("# component/file<TAB>text: licences of what is in the payload\n")
	for _, name := range sortedKeys(l) {
		sum := l[name]
		fmt.Fprintf(&index, "%s\ttexts/%s\n", name, sum[:16])
		dst := filepath.Join(dir, "texts", sum[:16])
		if _, err := os.Stat(dst); err == nil {
			continue
		}
		content, err := os.ReadFile(c.path("texts", sum))
		if err != nil {
			return fmt.Errorf("write licences: %w", err)
		}
		if err := writeFile(dst, content, 0o644); err != nil {
			return err
		}
	}
	return writeFile(filepath.Join(dir, indexName), []byte(index.String()), 0o644)
}

func sortedKeys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

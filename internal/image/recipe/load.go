package recipe

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"sigs.k8s.io/yaml"
)

const defaultOrder = 50

var (
	nameForm = regexp.MustCompile(`^[a-z0-9]+([-.][a-z0-9]+)*$`)
	tagForm  = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$`)
)

// Load reads all recipes under root/bundle. Images come ordered by Order, then
// name.
func Load(root string) (*Set, error) {
	root, err := filepath.Abs(root)
	if err != nil {
		return nil, fmt.Errorf("find %s: %w", root, err)
	}
	s := &Set{Root: root, LayerDir: filepath.Join(root, "bundle", "layers"), Layers: map[string]Layer{}}
	if err := s.loadLayers(); err != nil {
		return nil, err
	}
	if err := s.loadImages(); err != nil {
		return nil, err
	}
	if err := s.loadHelpers(); err != nil {
		return nil, err
	}
	return s, s.check()
}

func (s *Set) loadLayers() error {
	files, err := filepath.Glob(filepath.Join(s.LayerDir, "*.yaml"))
	if err != nil {
		return fmt.Errorf("list shared layers: %w", err)
	}
	for _, file := range files {
		var l Layer
		if err := decode(file, &l); err != nil {
			return err
		}
		s.Layers[strings.TrimSuffix(filepath.Base(file), ".yaml")] = l
	}
	return nil
}

func (s *Set) loadImages() error {
	files, err := filepath.Glob(filepath.Join(s.Root, "bundle", "images", "*", "recipe.yaml"))
	if err != nil {
		return fmt.Errorf("list images: %w", err)
	}
	for _, file := range files {
		img := Image{Order: defaultOrder, Dir: filepath.Dir(file)}
		if err := decode(file, &img); err != nil {
			return err
		}
		s.Images = append(s.Images, img)
	}
	slices.SortFunc(s.Images, func(a, b Image) int {
		if a.Order != b.Order {
			return a.Order - b.Order
		}
		return strings.Compare(a.Name, b.Name)
	})
	return nil
}

func (s *Set) loadHelpers() error {
	s.Helpers.Dir = filepath.Join(s.Root, "bundle", "helpers")
	err := decode(filepath.Join(s.Helpers.Dir, "recipe.yaml"), &s.Helpers)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

func decode(file string, into any) error {
	raw, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("read recipe: %w", err)
	}
	if err := yaml.UnmarshalStrict(raw, into); err != nil {
		return fmt.Errorf("read recipe %s: %w", file, err)
	}
	return nil
}

// check finds what the YAML parser cannot; it reports every fault at once.
func (s *Set) check() error {
	var errs []error
	for name, l := range s.Layers {
		if l.Use != "" {
			errs = append(errs, fmt.Errorf("layer %s: use is for images only", name))
		}
		errs = append(errs, s.checkLayer("layer "+name, l))
	}
	for _, img := range s.Images {
		errs = append(errs, s.checkImage(img))
	}
	for i, l := range s.Helpers.Layers {
		errs = append(errs, s.checkLayer(fmt.Sprintf("helpers: layer %d", i+1), l))
	}
	return errors.Join(errs...)
}

func (s *Set) checkImage(img Image) error {
	var errs []error
	bad := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("image %s: "+format, append([]any{filepath.Base(img.Dir)}, args...)...))
	}
	if img.Name != filepath.Base(img.Dir) || !nameForm.MatchString(img.Name) {
		bad("name %q must be the directory's name, lower case", img.Name)
	}
	if !tagForm.MatchString(img.Tag) {
		bad("tag %q is not an image tag", img.Tag)
	}
	if len(img.Layers) == 0 {
		bad("has no layers")
	}
	if img.From != "" && !slices.ContainsFunc(s.Images, func(o Image) bool { return o.Name == img.From && o.From == "" }) {
		bad("from %q is no image, or is made from another one itself", img.From)
	}
	for _, st := range img.Prepare {
		if st.Name == "" || len(st.Run) == 0 || len(st.Outputs) == 0 {
			bad("prepare stage %q needs name, run and outputs", st.Name)
		}
		for _, p := range slices.Concat(st.Inputs, st.Outputs) {
			if !filepath.IsLocal(p) {
				bad("prepare stage %q: path %q leaves the recipe directory", st.Name, p)
			}
		}
	}
	for i, l := range img.Layers {
		errs = append(errs, s.checkLayer(fmt.Sprintf("image %s: layer %d", img.Name, i+1), l))
	}
	return errors.Join(errs...)
}

func (s *Set) checkLayer(where string, l Layer) error {
	var errs []error
	bad := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf(where+": "+format, args...))
	}
	absolute := func(what string, paths ...string) {
		for _, p := range paths {
			if !strings.HasPrefix(p, "/") {
				bad("%s %q must be an absolute path in the image", what, p)
			}
		}
	}
	known := func(names []string) {
		for _, n := range names {
			if _, ok := s.Layers[n]; !ok {
				bad("no shared layer %q", n)
			}
		}
	}
	sources := l.Debs != nil || l.Pip != nil || l.Go != nil || l.CC != nil || l.Files != nil
	switch {
	case l.Use != "" && (sources || l.Bytecode != nil):
		bad("use stands alone")
	case l.Use != "":
		known([]string{l.Use})
	case !sources:
		bad("is empty: give one of use, debs, pip, go, cc, files")
	}
	if d := l.Debs; d != nil {
		if len(d.Packages) == 0 {
			bad("debs needs packages")
		}
		absolute("link", keys(d.Links)...)
		absolute("pick", slices.Concat(keys(d.Pick), values(d.Pick))...)
	}
	if p := l.Pip; p != nil {
		if p.Lock == "" || len(p.Dists) == 0 {
			bad("pip needs lock and dists")
		}
		known(p.Below)
	}
	if g := l.Go; g != nil {
		if g.Package == "" {
			bad("go needs a package")
		}
		if g.Module != "" && g.Module != "main" && g.Module != "." {
			bad(`go module %q must be "main" or "."`, g.Module)
		}
		absolute("output", append([]string{g.Output}, g.Links...)...)
	}
	if c := l.CC; c != nil {
		if c.Source == "" {
			bad("cc needs a source")
		}
		absolute("output", c.Output)
	}
	if f := l.Files; f != nil {
		absolute("directory", keys(f.Dirs)...)
		absolute("link", keys(f.Links)...)
		for dir, mode := range f.Dirs {
			if _, err := strconv.ParseUint(mode, 8, 12); err != nil {
				bad("mode %q of %s is not octal", mode, dir)
			}
		}
	}
	if b := l.Bytecode; b != nil {
		known(b.With)
		absolute("bytecode directory", b.Dirs...)
	}
	return errors.Join(errs...)
}

func keys(m map[string]string) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

func values(m map[string]string) []string {
	out := make([]string, 0, len(m))
	for _, k := range keys(m) {
		out = append(out, m[k])
	}
	return out
}

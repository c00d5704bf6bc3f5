package assemble

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/labbox/labbox/internal/image/recipe"
	"github.com/labbox/labbox/internal/lab"
)

// pipTrim is what no program in an image needs from a wheel. MLflow's own
// directories called tests are parts of the program.
var pipTrim = []string{
	"/" + siteDir + "/**/tests", "/" + siteDir + "/**/*.{pyi,pyx,pxd,h,hpp,c,cpp,f90,a}", "/" + siteDir + "/**/py.typed",
	"/usr/local/{share,include,bin,etc}",
}

var pipKeep = []string{"/" + siteDir + "/mlflow"}

// pipKey is the hash of the lock and of how it is cut.
func (b *builder) pipKey(ctx context.Context, p *recipe.Pip, w workspace) (string, error) {
	lock, err := fileSHA256(filepath.Join(w.dir, p.Lock))
	if err != nil {
		return "", fmt.Errorf("read lock %s: %w", p.Lock, err)
	}
	var below []*recipe.Pip
	for _, name := range p.Below {
		below = append(below, b.set.Layers[name].Pip)
	}
	strip, err := b.toolVersion(ctx, "strip")
	return hashOf("pip", lock, p, below, strip, pipTrim, pipKeep), err
}

// stagePip unpacks the closure of p below root.
func (b *builder) stagePip(ctx context.Context, p *recipe.Pip, w workspace, root string, lic licenses) error {
	wheels, err := b.wheels(ctx, filepath.Join(w.dir, p.Lock))
	if err != nil {
		return err
	}
	defer closeWheels(wheels)
	chosen, lower, err := b.choose(wheels, p)
	if err != nil {
		return err
	}
	below := map[string]uint32{}
	for name := range lower {
		wheels[name].sums(below)
	}
	for _, name := range chosen {
		if err := wheels[name].unpack(b.cache, root, below, lic); err != nil {
			return err
		}
	}
	trim, err := compileGlobs(expandBraces(append(slices.Clone(pipTrim), p.Trim...))...)
	if err != nil {
		return err
	}
	keep, err := compileGlobs(expandBraces(append(slices.Clone(pipKeep), p.Keep...))...)
	if err != nil {
		return err
	}
	if err := removeMatching(root, trim, keep); err != nil {
		return fmt.Errorf("trim wheels: %w", err)
	}
	return stripLibraries(ctx, root)
}

// choose returns the closure of p.Dists in the lock, less p.Without and those of the
// layers below, sorted; and those of the layers below.
func (b *builder) choose(wheels map[string]*wheel, p *recipe.Pip) (chosen []string, lower map[string]bool, err error) {
	all, err := closure(wheels, p.Dists, p.Without)
	if err != nil {
		return nil, nil, err
	}
	lower = map[string]bool{}
	for _, name := range p.Below {
		below := b.set.Layers[name].Pip
		if below == nil {
			return nil, nil, fmt.Errorf("layer %s below holds no pip distributions", name)
		}
		part, err := closure(wheels, below.Dists, below.Without)
		if err != nil {
			return nil, nil, err
		}
		maps.Copy(lower, part)
	}
	for n := range lower {
		delete(all, n)
	}
	return sortedKeys(all), lower, nil
}

func closure(wheels map[string]*wheel, roots, without []string) (map[string]bool, error) {
	found := map[string]bool{}
	var skip []string
	for _, n := range without {
		skip = append(skip, normal(n))
	}
	var visit func(name string)
	visit = func(name string) {
		w, ok := wheels[name]
		if !ok || found[name] || slices.Contains(skip, name) {
			return
		}
		found[name] = true
		for _, r := range w.requires {
			visit(r)
		}
	}
	for _, r := range roots {
		if _, ok := wheels[normal(r)]; !ok {
			return nil, fmt.Errorf("cut lock: it has no distribution %q", r)
		}
		visit(normal(r))
	}
	return found, nil
}

// wheels returns the wheels of a lock by name, downloading them once.
func (b *builder) wheels(ctx context.Context, lock string) (map[string]*wheel, error) {
	sum, err := fileSHA256(lock)
	if err != nil {
		return nil, fmt.Errorf("read lock: %w", err)
	}
	dir := b.cache.path("wheels", sum)
	b.pipMu.Lock()
	defer b.pipMu.Unlock()
	if _, err := os.Stat(dir); err != nil {
		if err := b.downloadWheels(ctx, lock, dir); err != nil {
			return nil, err
		}
	}
	b.cache.touch(dir)
	files, err := filepath.Glob(filepath.Join(dir, "*.whl"))
	if err != nil {
		return nil, fmt.Errorf("list wheels: %w", err)
	}
	out := map[string]*wheel{}
	for _, f := range files {
		w, err := openWheel(f)
		if err != nil {
			closeWheels(out)
			return nil, err
		}
		out[w.name] = w
	}
	return out, nil
}

func closeWheels(wheels map[string]*wheel) {
	for _, w := range wheels {
		w.zip.Close()
	}
}

// downloadWheels fetches for the Python of the images, whatever the machine's is.
func (b *builder) downloadWheels(ctx context.Context, lock, dir string) error {
	if err := run(ctx, command{name: "python3", args: []string{"-m", "pip", "--version"}}); err != nil {
		return lab.Errorf(lab.CodeStep, "install python3-pip, then run the same command again", "look for pip: %w", err)
	}
	end := b.progress.begin("Python: download wheels")
	tmp, err := b.cache.temp("wheels")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	args := []string{
		"-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes", "--only-binary=:all:",
		"--python-version", "3.11", "--implementation", "cp", "--abi", "cp311", "--abi", "abi3", "--abi", "none",
		"--dest", tmp, "--requirement", lock,
	}
	for _, minor := range []string{"35", "34", "31", "28", "27", "24", "17", "12", "5"} {
		args = append(args, "--platform", "manylinux_2_"+minor+"_x86_64")
	}
	args = append(args, "--platform", "manylinux2014_x86_64", "--platform", "manylinux2010_x86_64", "--platform", "manylinux1_x86_64")
	if err := run(ctx, command{name: "python3", args: args}); err != nil {
		end("failed")
		return fmt.Errorf("download wheels: %w", err)
	}
	end("done")
	return place(tmp, dir)
}

// stripLibraries removes symbols that only a debugger reads. Libraries in *.libs
// were rewritten by auditwheel and do not survive it.
func stripLibraries(ctx context.Context, root string) error {
	var libs []string
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		vendored := strings.HasSuffix(filepath.Dir(p), ".libs")
		if !vendored && strings.Contains(filepath.Base(p), ".so") {
			libs = append(libs, p)
		}
		return nil
	})
	if err != nil || len(libs) == 0 {
		return err
	}
	if err := run(ctx, command{name: "strip", args: append([]string{"--strip-unneeded"}, libs...)}); err != nil {
		return fmt.Errorf("strip libraries: %w", err)
	}
	return nil
}

package assemble

import (
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/labbox/labbox/internal/image/recipe"
)

const defaultLdflags = "-s -w"

// goEnv is the environment of every go command: one set of flags, so that one
// build cache serves all.
func goEnv(extra map[string]string) []string {
	env := []string{
		"GOFLAGS=-trimpath -buildvcs=false", "CGO_ENABLED=0", "GOOS=linux", "GOARCH=amd64",
		"GOTOOLCHAIN=local", "GOWORK=off",
	}
	for _, k := range sortedKeys(extra) {
		env = append(env, k+"="+extra[k])
	}
	return env
}

// goModule returns the directory of the module that g is built in.
func (b *builder) goModule(g *recipe.Go, w workspace) string {
	if g.Module == "main" || (g.Module == "" && !w.hasModule()) {
		return b.set.Root
	}
	return w.dir
}

// goKey is the hash of everything the program is made of.
func (b *builder) goKey(ctx context.Context, g *recipe.Go, w workspace) (string, error) {
	dir := b.goModule(g, w)
	var sources string
	var err error
	if dir == b.set.Root {
		sources, err = b.mainModuleKey(ctx, g.Package)
	} else {
		sources = w.key
	}
	if err != nil {
		return "", err
	}
	deps, err := b.debSums(ctx, g.BuildDeps)
	if err != nil {
		return "", err
	}
	extra := ""
	if len(g.BuildDeps) > 0 {
		extra, err = hashTree(w.source, ".")
	}
	return hashOf("go", b.goVersion, sources, deps, extra, g), err
}

// mainModuleKey hashes those files of labbox's own module that the package needs,
// and the versions of everything else.
func (b *builder) mainModuleKey(ctx context.Context, pkg string) (string, error) {
	sums, err := hashTree(b.set.Root, "go.mod", "go.sum")
	if err != nil || !strings.HasPrefix(pkg, "./") {
		return sums, err
	}
	const format = `{{if .Module}}{{if .Module.Main}}{{$d := .Dir}}{{range .GoFiles}}{{$d}}/{{.}}
{{end}}{{range .EmbedFiles}}{{$d}}/{{.}}
{{end}}{{end}}{{end}}`
	out, err := output(ctx, command{
		dir: b.set.Root, env: goEnv(nil), name: "go", args: []string{"list", "-deps", "-f", format, pkg},
	})
	if err != nil {
		return "", fmt.Errorf("list the sources of %s: %w", pkg, err)
	}
	files := strings.Fields(string(out))
	for i, f := range files {
		if files[i], err = filepath.Rel(b.set.Root, f); err != nil {
			return "", fmt.Errorf("list the sources of %s: %w", pkg, err)
		}
	}
	tree, err := hashTree(b.set.Root, files...)
	return hashOf(sums, tree), err
}

// sysroot lays the Debian packages that a cgo program builds against out in a
// directory whose name stays the same for the same packages: Go's build cache keeps
// the linker flags that pkg-config once gave and does not notice when they change.
func (b *builder) sysroot(ctx context.Context, packages []string, lic licenses) (string, error) {
	sums, err := b.debSums(ctx, packages)
	if err != nil {
		return "", err
	}
	fresh, err := b.cache.temp("sysroot")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(fresh)
	if err := b.stageDebs(ctx, &recipe.Debs{Packages: packages}, fresh, lic); err != nil {
		return "", err
	}
	dir := b.cache.path("sysroot", hashOf("sysroot", sums)[:12])
	return dir, place(fresh, dir)
}

// stageGo builds the program below root and collects its modules' licences.
func (b *builder) stageGo(ctx context.Context, g *recipe.Go, w workspace, root string, lic licenses) error {
	dst := filepath.Join(root, g.Output)
	if err := os.MkdirAll(filepath.Dir(dst), 0o755); err != nil {
		return fmt.Errorf("build %s: %w", g.Package, err)
	}
	env := map[string]string{}
	for k, v := range g.Env {
		env[k] = v
	}
	if len(g.BuildDeps) > 0 {
		sysroot, err := b.sysroot(ctx, g.BuildDeps, lic)
		if err != nil {
			return fmt.Errorf("build %s: %w", g.Package, err)
		}
		for k, v := range env {
			env[k] = strings.NewReplacer("$SYSROOT", sysroot, "$RECIPE", w.source).Replace(v)
		}
	}
	ldflags := g.Ldflags
	if ldflags == "" {
		ldflags = defaultLdflags
	}
	args := []string{"build", "-o", dst, "-ldflags", ldflags}
	if len(g.Tags) > 0 {
		args = append(args, "-tags", strings.Join(g.Tags, ","))
	}
	unlock := b.heavy.lock(g.Heavy)
	defer unlock()
	if err := run(ctx, command{dir: b.goModule(g, w), env: goEnv(env), name: "go", args: append(args, g.Package)}); err != nil {
		return fmt.Errorf("build %s: %w", g.Package, err)
	}
	links := map[string]string{}
	for _, l := range g.Links {
		rel, err := filepath.Rel(path.Dir(l), g.Output)
		if err != nil {
			return fmt.Errorf("link %s: %w", l, err)
		}
		links[l] = rel
	}
	if err := makeLinks(root, links); err != nil {
		return err
	}
	return lic.addProgram(b.cache, dst, b.moduleCache)
}

// moduleDir returns the directory of a Go module, downloading it when needed; the
// version is the one of the go.mod in dir.
func moduleDir(ctx context.Context, dir, module string) (string, error) {
	env := goEnv(nil)
	if err := run(ctx, command{dir: dir, env: env, name: "go", args: []string{"mod", "download", module}}); err != nil {
		return "", fmt.Errorf("download module %s: %w", module, err)
	}
	out, err := output(ctx, command{dir: dir, env: env, name: "go", args: []string{"list", "-m", "-f", "{{.Dir}}", module}})
	if err != nil {
		return "", fmt.Errorf("find module %s: %w", module, err)
	}
	return strings.TrimSpace(string(out)), nil
}

// moduleEnv returns VAR=directory for each module of the map.
func moduleEnv(ctx context.Context, dir string, modules map[string]string) ([]string, error) {
	var env []string
	for _, name := range sortedKeys(modules) {
		d, err := moduleDir(ctx, dir, modules[name])
		if err != nil {
			return nil, err
		}
		env = append(env, name+"="+d)
	}
	return env, nil
}

// debSums returns what identifies the package files behind names.
func (b *builder) debSums(ctx context.Context, names []string) ([]string, error) {
	if len(names) == 0 {
		return nil, nil
	}
	debs, err := b.apt.resolve(ctx, names)
	if err != nil {
		return nil, err
	}
	sums := make([]string, 0, len(debs))
	for _, d := range debs {
		sums = append(sums, d.File+" "+d.Sum)
	}
	slices.Sort(sums)
	return sums, nil
}

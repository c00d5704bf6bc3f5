package assemble

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/labbox/labbox/internal/lab"
)

// suite is the Debian release that all images are made of, whatever the machine
// runs: Python wheels in the lock belong to its Python.
const suite = "bookworm"

// deb is one package file as apt resolved it.
type deb struct {
	Name string `json:"name"`
	URI  string `json:"uri"`
	File string `json:"file"`
	// Sum is apt's hash of the file, "SHA256:...".
	Sum string `json:"sum"`
}

// apt resolves and fetches packages of the suite, once for all recipes.
type apt struct {
	cache    *cache
	progress *progress
	// wanted are all packages that the build may ask for.
	wanted []string

	mu       sync.Mutex
	resolved map[string]deb
	options  []string
}

// resolve returns the package files for names, in their order.
func (a *apt) resolve(ctx context.Context, names []string) ([]deb, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.resolved == nil {
		if err := a.resolveAll(ctx); err != nil {
			return nil, err
		}
	}
	out := make([]deb, 0, len(names))
	for _, n := range names {
		d, ok := a.resolved[n]
		if !ok {
			return nil, fmt.Errorf("resolve Debian packages: %s was not found", n)
		}
		out = append(out, d)
	}
	return out, nil
}

func (a *apt) resolveAll(ctx context.Context) error {
	if err := a.configure(); err != nil {
		return err
	}
	slices.Sort(a.wanted)
	a.wanted = slices.Compact(a.wanted)
	key := hashOf("apt", a.wanted, a.options, a.listsState())
	var found map[string]deb
	if a.cache.load(key, &found) {
		a.resolved = found
		return nil
	}
	end := a.progress.begin("Debian: find packages")
	found, err := a.printURIs(ctx)
	if err != nil {
		if uerr := a.update(ctx); uerr != nil {
			end("failed")
			return uerr
		}
		key = hashOf("apt", a.wanted, a.options, a.listsState())
		if found, err = a.printURIs(ctx); err != nil {
			end("failed")
			return fmt.Errorf("resolve Debian packages: %w", err)
		}
	}
	end(fmt.Sprintf("%d packages", len(found)))
	a.resolved = found
	return a.cache.store(key, found)
}

// configure uses the machine's own apt when it is of the suite; elsewhere an apt
// root of its own under the cache.
func (a *apt) configure() error {
	a.options = []string{"-o", "APT::Sandbox::User=root", "-o", "Debug::NoLocking=1"}
	release, err := os.ReadFile("/etc/os-release")
	if err != nil {
		return fmt.Errorf("read /etc/os-release: %w", err)
	}
	own := strings.Contains(string(release), "\nID=debian\n") && strings.Contains(string(release), "VERSION_CODENAME="+suite)
	if own && os.Geteuid() == 0 {
		return a.ignoreInstalled()
	}
	const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg"
	if _, err := os.Stat(keyring); err != nil {
		return lab.Errorf(lab.CodeStep, "install debian-archive-keyring, then run the same command again",
			"fetch Debian packages: no keyring at %s", keyring)
	}
	root := a.cache.path("apt")
	sources := "deb [signed-by=" + keyring + "] http://deb.debian.org/debian " + suite + " main\n" +
		"deb [signed-by=" + keyring + "] http://deb.debian.org/debian-security " + suite + "-security main\n"
	for _, d := range []string{"lists/partial", "archives/partial", "sources.list.d"} {
		if err := os.MkdirAll(filepath.Join(root, d), 0o755); err != nil {
			return fmt.Errorf("make apt root: %w", err)
		}
	}
	if err := writeFile(filepath.Join(root, "sources.list"), []byte(sources), 0o644); err != nil {
		return err
	}
	if err := writeFile(filepath.Join(root, "status"), nil, 0o644); err != nil {
		return err
	}
	a.options = append(a.options,
		"-o", "Dir::State::Lists="+filepath.Join(root, "lists"), "-o", "Dir::State::status="+filepath.Join(root, "status"),
		"-o", "Dir::Cache="+root, "-o", "Dir::Etc::sourcelist="+filepath.Join(root, "sources.list"),
		"-o", "Dir::Etc::sourceparts="+filepath.Join(root, "sources.list.d"), "-o", "APT::Architecture=amd64")
	return nil
}

// ignoreInstalled lets apt choose as on a bare machine: what is installed here, from
// wherever, and what is preferred here, is not what the images are made of.
func (a *apt) ignoreInstalled() error {
	status := a.cache.path("apt-status")
	if err := writeFile(status, nil, 0o644); err != nil {
		return err
	}
	a.options = append(a.options, "-o", "Dir::State::status="+status,
		"-o", "Dir::Etc::preferences=/dev/null", "-o", "Dir::Etc::preferencesparts=/dev/null")
	return nil
}

// listsState changes when apt's package lists do.
func (a *apt) listsState() string {
	dir := "/var/lib/apt/lists"
	for _, o := range a.options {
		if d, ok := strings.CutPrefix(o, "Dir::State::Lists="); ok {
			dir = d
		}
	}
	info, err := os.Stat(dir)
	if err != nil {
		return "none"
	}
	return info.ModTime().UTC().String()
}

func (a *apt) update(ctx context.Context) error {
	end := a.progress.begin("Debian: update package lists")
	err := run(ctx, command{name: "apt-get", args: append(slices.Clone(a.options), "update", "-q")})
	if err != nil {
		end("failed")
		return fmt.Errorf("update package lists: %w", err)
	}
	end("done")
	return nil
}

// printURIs asks apt where the wanted packages are, without fetching them.
func (a *apt) printURIs(ctx context.Context) (map[string]deb, error) {
	args := append(slices.Clone(a.options), "download", "-q", "--print-uris")
	out, err := output(ctx, command{name: "apt-get", args: append(args, a.wanted...)})
	if err != nil {
		return nil, err
	}
	return parseURIs(string(out)), nil
}

// parseURIs reads lines of the form 'uri' file size hash.
func parseURIs(out string) map[string]deb {
	found := map[string]deb{}
	for _, l := range strings.Split(out, "\n") {
		f := strings.Fields(l)
		if len(f) < 4 || !strings.HasPrefix(f[0], "'") {
			continue
		}
		name, _, _ := strings.Cut(f[1], "_")
		found[name] = deb{Name: name, URI: strings.Trim(f[0], "'"), File: f[1], Sum: f[3]}
	}
	return found
}

// fetch returns the paths of the package files, downloading what is not in the
// cache. What was downloaded carries the hash that apt resolved.
func (a *apt) fetch(ctx context.Context, debs []deb) ([]string, error) {
	var paths []string
	for _, d := range debs {
		path := a.cache.path("debs", cacheName(d))
		paths = append(paths, path)
		if _, err := os.Stat(path); err == nil {
			a.cache.touch(path)
			continue
		}
		if err := a.download(ctx, d, path); err != nil {
			return nil, err
		}
	}
	return paths, nil
}

// cacheName keeps files apart that have one name and other content.
func cacheName(d deb) string {
	sum := strings.TrimPrefix(d.Sum, "SHA256:")
	return sum[:min(12, len(sum))] + "-" + d.File
}

func (a *apt) download(ctx context.Context, d deb, path string) error {
	dir, err := a.cache.temp("deb")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	args := append(slices.Clone(a.options), "download", "-q", d.Name)
	if err := run(ctx, command{dir: dir, name: "apt-get", args: args}); err != nil {
		return fmt.Errorf("download %s: %w", d.Name, err)
	}
	got := filepath.Join(dir, d.File)
	if want, ok := strings.CutPrefix(d.Sum, "SHA256:"); ok {
		sum, err := fileSHA256(got)
		if err != nil {
			return fmt.Errorf("download %s: %w", d.Name, err)
		}
		if sum != want {
			return fmt.Errorf("download %s: sha256 is %s, want %s", d.File, sum, want)
		}
	}
	if err := os.Rename(got, path); err != nil {
		return fmt.Errorf("keep %s: %w", d.File, err)
	}
	return nil
}

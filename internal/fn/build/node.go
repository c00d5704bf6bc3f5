package build

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/labbox/labbox/internal/lab"
)

const npmHint = "Where there is a network, either \"npm install --omit=dev\" in the function's folder,\n" +
	"          or for each package \"npm pack NAME@VERSION --pack-destination npm\""

// packageJSON is what counts of a package.json.
type packageJSON struct {
	Name                 string            `json:"name"`
	Version              string            `json:"version"`
	Main                 string            `json:"main"`
	Dependencies         map[string]string `json:"dependencies"`
	OptionalDependencies map[string]string `json:"optionalDependencies"`
}

// lockFile is package-lock.json of npm 7 and later.
type lockFile struct {
	Packages map[string]lockedPackage `json:"packages"`
}

type lockedPackage struct {
	Version   string `json:"version"`
	Integrity string `json:"integrity"`
	Dev       bool   `json:"dev"`
	Optional  bool   `json:"optional"`
	Link      bool   `json:"link"`
	Name      string `json:"name"`
}

// stageNode adds the handler with its node_modules, or installs those from tarballs.
func stageNode(in Input, t *tree) error {
	if !isFile(in.Dir, "handler.js") && !isFile(in.Dir, "handler.mjs") {
		return lab.Errorf(lab.CodeUsage, "Give it one: module.exports = async (event, context) => ...", "%s has no handler.js", in.Dir)
	}
	if err := t.addDir(in.Dir, HandlerDir, skipped); err != nil {
		return err
	}
	var pkg packageJSON
	if err := readJSON(filepath.Join(in.Dir, "package.json"), &pkg); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return lab.Errorf(lab.CodeUsage, "", "read package.json: %w", err)
	}
	if len(pkg.Dependencies) == 0 || isDir(in.Dir, "node_modules") {
		return checkInstalled(in.Dir, pkg, t)
	}
	tarballs, err := findTarballs(in.Npm)
	if err != nil {
		return err
	}
	var lock lockFile
	switch err := readJSON(filepath.Join(in.Dir, "package-lock.json"), &lock); {
	case errors.Is(err, fs.ErrNotExist):
		err = installFlat(in, t, tarballs)
		if err != nil {
			return err
		}
	case err != nil:
		return lab.Errorf(lab.CodeUsage, "", "read package-lock.json: %w", err)
	case len(lock.Packages) == 0:
		return lab.Errorf(lab.CodeUsage, "Make it anew with npm 7 or later", "package-lock.json is of a version before 2")
	default:
		if err := installLocked(in, t, lock, tarballs); err != nil {
			return err
		}
	}
	return checkInstalled(in.Dir, pkg, t)
}

func readJSON(file string, into any) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	return json.Unmarshal(data, into)
}

// checkInstalled names the direct dependencies that are not in the tree.
func checkInstalled(dir string, pkg packageJSON, t *tree) error {
	var missing []string
	for _, name := range slices.Sorted(maps.Keys(pkg.Dependencies)) {
		if _, there := t.entries[path.Join(HandlerDir, "node_modules", name, "package.json")]; !there {
			missing = append(missing, name+"@"+pkg.Dependencies[name])
		}
	}
	if len(missing) > 0 {
		return lab.Errorf(lab.CodeUsage, npmHint, "%s needs packages that are not there: %s", filepath.Base(dir), strings.Join(missing, ", "))
	}
	return nil
}

// installLocked installs exactly what the lock says, where it says, with its sums.
func installLocked(in Input, t *tree, lock lockFile, tarballs map[string][]*tarball) error {
	var missing []string
	for _, place := range slices.Sorted(maps.Keys(lock.Packages)) {
		p := lock.Packages[place]
		if place == "" || p.Dev || p.Link || !strings.HasPrefix(place, "node_modules/") || strings.Contains(place, "..") {
			continue
		}
		name := p.Name
		if name == "" {
			name = place[strings.LastIndex(place, "node_modules/")+len("node_modules/"):]
		}
		pack := ofVersion(tarballs[name], p.Version)
		if pack == nil {
			if !p.Optional {
				missing = append(missing, name+"@"+p.Version)
			}
			continue
		}
		if err := pack.check(p.Integrity); err != nil {
			return err
		}
		if err := pack.unpack(t, path.Join(HandlerDir, place)); err != nil {
			return fmt.Errorf("install %s: %w", pack.file, err)
		}
		in.Log(fmt.Sprintf("installed %s %s", name, p.Version))
	}
	if len(missing) > 0 {
		return lab.Errorf(lab.CodeUsage, npmHint, "package-lock.json names packages that are not there: %s", strings.Join(missing, ", "))
	}
	return nil
}

// installFlat installs every tarball at the top; without a lock nobody says which of
// two versions belongs where.
func installFlat(in Input, t *tree, tarballs map[string][]*tarball) error {
	missing := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(tarballs)) {
		if len(tarballs[name]) > 1 {
			return lab.Errorf(lab.CodeUsage, "Put package-lock.json beside package.json: it says which one belongs where",
				"there are several versions of %s", name)
		}
		pack := tarballs[name][0]
		if err := pack.unpack(t, path.Join(HandlerDir, "node_modules", name)); err != nil {
			return fmt.Errorf("install %s: %w", pack.file, err)
		}
		in.Log(fmt.Sprintf("installed %s %s", name, pack.pkg.Version))
		for need := range pack.pkg.Dependencies {
			if _, optional := pack.pkg.OptionalDependencies[need]; !optional && len(tarballs[need]) == 0 {
				missing[need] = name
			}
		}
	}
	if len(missing) > 0 {
		var list []string
		for _, need := range slices.Sorted(maps.Keys(missing)) {
			list = append(list, fmt.Sprintf("%s (for %s)", need, missing[need]))
		}
		return lab.Errorf(lab.CodeUsage, npmHint, "packages need others that are not there: %s", strings.Join(list, ", "))
	}
	return nil
}

package modhost

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/labbox/labbox/internal/lab"
)

// PinFile is the file in Options.Dir that says which files are modules:
//
//	{"modules": {"hello": {"file": "hello", "sha256": "9f86d081884c..."}}}
//
// A module under development is not pinned; its file is wherever it is built:
//
//	{"modules": {"hello": {"file": "/srv/hello/hello", "dev": true}}}
const PinFile = "modules.json"

// Pin is a file that may be started as a module.
type Pin struct {
	// File is the name of the file, in the same directory as PinFile; with Dev, its
	// absolute path.
	File   string `json:"file"`
	SHA256 string `json:"sha256,omitempty"`
	// Dev lets the file change: it is started anew whenever it does.
	Dev bool `json:"dev,omitempty"`
}

var (
	moduleName = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$`)
	hexDigest  = regexp.MustCompile(`^[0-9a-fA-F]{64}$`)
)

// source says where a module comes from and how it is started.
type source struct {
	name    string
	builtin bool
	path    string
	args    []string
	sha256  string // empty for built-in ones: they are this very program; and for dev
	dev     bool
}

// readPins returns the foreign modules of dir by name. No directory or no PinFile
// means none.
func readPins(dir string) ([]source, error) {
	if dir == "" {
		return nil, nil
	}
	pins, err := ReadPins(dir)
	if err != nil {
		return nil, err
	}
	var out []source
	for name, pin := range pins {
		path := pin.File
		if !pin.Dev {
			path = filepath.Join(dir, pin.File)
		}
		out = append(out, source{name: name, path: path, sha256: pin.SHA256, dev: pin.Dev})
	}
	slices.SortFunc(out, func(a, b source) int { return strings.Compare(a.name, b.name) })
	return out, nil
}

// pinList is what PinFile holds.
type pinList struct {
	Modules map[string]Pin `json:"modules"`
}

// ReadPins returns the pins in dir by the names of the modules. No directory or no
// PinFile means none; one that makes no sense is a lab.CodeConfig.
func ReadPins(dir string) (map[string]Pin, error) {
	path := filepath.Join(dir, PinFile)
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return map[string]Pin{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the list of modules: %w", err)
	}
	list := pinList{}
	hint := "correct " + path + ", or remove it to go on with the built-in modules"
	if err := json.Unmarshal(data, &list); err != nil {
		return nil, lab.Errorf(lab.CodeConfig, hint, "read %s: %w", path, err)
	}
	for name, pin := range list.Modules {
		if problem := pin.problem(name); problem != "" {
			return nil, lab.Errorf(lab.CodeConfig, hint, "%s: %s", path, problem)
		}
	}
	if list.Modules == nil {
		list.Modules = map[string]Pin{}
	}
	return list.Modules, nil
}

// problem says what is wrong with the entry of a module, empty where nothing is.
func (p Pin) problem(name string) string {
	switch {
	case !moduleName.MatchString(name):
		return fmt.Sprintf("%q is no name for a module", name)
	case p.Dev && (!filepath.IsAbs(p.File) || p.SHA256 != ""):
		return fmt.Sprintf("module %s is under development, so it needs an absolute path and no sha256", name)
	case p.Dev:
		return ""
	case p.File == "" || p.File != filepath.Base(p.File) || p.File == "..":
		return fmt.Sprintf("module %s: %q is not a file of that directory", name, p.File)
	case !hexDigest.MatchString(p.SHA256):
		return fmt.Sprintf("module %s has no sha256 in hex", name)
	}
	return ""
}

// WritePins replaces the list of modules in dir, which is made where it is missing. The
// old list stays whole until the new one is.
func WritePins(dir string, pins map[string]Pin) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("write the list of modules: %w", err)
	}
	data, err := json.MarshalIndent(pinList{pins}, "", "  ")
	if err != nil {
		return fmt.Errorf("write the list of modules: %w", err)
	}
	fresh := filepath.Join(dir, PinFile+".new")
	if err := os.WriteFile(fresh, append(data, '\n'), 0o600); err != nil {
		return fmt.Errorf("write the list of modules: %w", err)
	}
	if err := os.Rename(fresh, filepath.Join(dir, PinFile)); err != nil {
		return fmt.Errorf("write the list of modules: %w", err)
	}
	return nil
}

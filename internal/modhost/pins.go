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
const PinFile = "modules.json"

// Pin is a file that may be started as a module.
type Pin struct {
	// File is the name of the file, in the same directory as PinFile.
	File   string `json:"file"`
	SHA256 string `json:"sha256"`
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
	sha256  string // empty for built-in ones: they are this very program
}

// readPins returns the foreign modules of dir by name. No directory or no PinFile
// means none.
func readPins(dir string) ([]source, error) {
	if dir == "" {
		return nil, nil
	}
	path := filepath.Join(dir, PinFile)
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the list of modules: %w", err)
	}
	var list struct {
		Modules map[string]Pin `json:"modules"`
	}
	hint := "correct " + path + ", or remove it to go on with the built-in modules"
	if err := json.Unmarshal(data, &list); err != nil {
		return nil, lab.Errorf(lab.CodeConfig, hint, "read %s: %w", path, err)
	}
	var out []source
	for name, pin := range list.Modules {
		if !moduleName.MatchString(name) {
			return nil, lab.Errorf(lab.CodeConfig, hint, "%s: %q is no name for a module", path, name)
		}
		if pin.File == "" || pin.File != filepath.Base(pin.File) || pin.File == ".." {
			return nil, lab.Errorf(lab.CodeConfig, hint, "%s: module %s: %q is not a file of that directory", path, name, pin.File)
		}
		if !hexDigest.MatchString(pin.SHA256) {
			return nil, lab.Errorf(lab.CodeConfig, hint, "%s: module %s has no sha256 in hex", path, name)
		}
		out = append(out, source{name: name, path: filepath.Join(dir, pin.File), sha256: pin.SHA256})
	}
	slices.SortFunc(out, func(a, b source) int { return strings.Compare(a.name, b.name) })
	return out, nil
}

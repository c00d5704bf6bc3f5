package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/labbox/labbox/internal/lab"
	"github.com/labbox/labbox/internal/modhost"
	"github.com/labbox/labbox/plugins/sdk"
	"github.com/labbox/labbox/plugins/sdk/host"
)

// AddedModule says what has been added, and how it fares where a lab runs.
type AddedModule struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	SHA256  string `json:"sha256,omitempty"`
	Dev     bool   `json:"dev,omitempty"`
	// Module is how it fares in the running lab; nil where none runs.
	Module *lab.Module `json:"module,omitempty"`
}

// AddModule adds a module's program to the lab of cfg: a copy of file, pinned by its
// sha256, or with dev the file itself, which is taken up anew whenever it changes. A
// running lab starts it at once. A program that is no module, or says of itself what is
// refused, is a lab.CodeModule.
func AddModule(ctx context.Context, cfg Config, file string, dev bool) (AddedModule, error) {
	file, err := filepath.Abs(file)
	if err != nil {
		return AddedModule{}, err
	}
	info, err := askWho(ctx, file)
	if err != nil {
		return AddedModule{}, err
	}
	if builtinLessons()[info.Name] != nil || slices.Contains(labNamespaces(), info.Name) {
		return AddedModule{}, lab.Errorf(lab.CodeModule, "Give the module another name in its Describe", "the name %s is the lab's own", info.Name)
	}
	added := AddedModule{Name: info.Name, Version: info.Version, Dev: dev}
	p := Paths{cfg.DataDir}
	pin := modhost.Pin{File: file, Dev: true}
	if dev {
		err = checkDev(file)
	} else {
		pin, err = keepCopy(p, info.Name, file)
	}
	if err != nil {
		return AddedModule{}, needsRoot(err)
	}
	added.SHA256 = pin.SHA256
	if err := changePins(p, func(pins map[string]modhost.Pin) error { pins[info.Name] = pin; return nil }); err != nil {
		return AddedModule{}, err
	}
	modules, err := reloadIfRunning(ctx, cfg)
	for _, m := range modules {
		if m.Name == info.Name {
			added.Module = &m
		}
	}
	return added, err
}

// RemoveModule takes a module by others out of the lab of cfg. A running lab stops it
// and removes what it had installed. CodeNotFound where there is none of that name.
func RemoveModule(ctx context.Context, cfg Config, name string) error {
	p := Paths{cfg.DataDir}
	var gone modhost.Pin
	err := changePins(p, func(pins map[string]modhost.Pin) error {
		pin, there := pins[name]
		if !there {
			return lab.Errorf(lab.CodeNotFound, "All there are: labbox module list", "there is no module %q that has been added", name)
		}
		gone = pin
		delete(pins, name)
		return nil
	})
	if err != nil {
		return err
	}
	if _, err := reloadIfRunning(ctx, cfg); err != nil {
		return err
	}
	if gone.Dev {
		return nil
	}
	if err := os.Remove(filepath.Join(p.Modules(), gone.File)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove module %s: %w", name, err)
	}
	return nil
}

// startWithin bounds the start of a program that is only asked who it is.
const startWithin = 20 * time.Second

// askWho starts the program once and asks it who it is.
func askWho(ctx context.Context, file string) (sdk.Info, error) {
	ctx, cancel := context.WithTimeout(ctx, startWithin)
	defer cancel()
	p, err := host.Launch(ctx, host.Options{Name: filepath.Base(file), Path: file, Env: modhost.Environment()})
	if err != nil {
		return sdk.Info{}, moduleError(err)
	}
	defer p.Close()
	info, err := p.Describe(ctx)
	if err == nil {
		err = info.Check()
	}
	if err != nil {
		return sdk.Info{}, moduleError(err)
	}
	return info, nil
}

// moduleError is an error of a module for a person.
func moduleError(err error) error {
	hint := "What a module is: labbox help modules; what is wrong with this one: labbox module test FILE"
	var e *sdk.Error
	if errors.As(err, &e) && e.Hint != "" {
		hint = e.Hint
	}
	return lab.Errorf(lab.CodeModule, hint, "%w", err)
}

// checkDev refuses a program that others than its owner may change: it runs with the
// lab's rights whenever it changes.
func checkDev(file string) error {
	for _, path := range []string{file, filepath.Dir(file)} {
		info, err := os.Stat(path)
		if err != nil {
			return fmt.Errorf("add module: %w", err)
		}
		if info.Mode().Perm()&0o022 != 0 && info.Mode()&fs.ModeSticky == 0 {
			return lab.Errorf(lab.CodeModule, "Take the right away: chmod go-w "+path,
				"%s may be written by others, and with --dev whatever is written there would run with the lab's rights", path)
		}
	}
	return nil
}

// keepCopy copies the program into the data directory and returns its pin. What was
// copied is what is pinned, whatever happens to file meanwhile.
func keepCopy(p Paths, name, file string) (modhost.Pin, error) {
	if err := os.MkdirAll(p.Modules(), 0o700); err != nil {
		return modhost.Pin{}, err
	}
	from, err := os.Open(file)
	if err != nil {
		return modhost.Pin{}, fmt.Errorf("add module %s: %w", name, err)
	}
	defer from.Close()
	to, err := os.CreateTemp(p.Modules(), ".new-*")
	if err != nil {
		return modhost.Pin{}, err
	}
	defer os.Remove(to.Name())
	sum := sha256.New()
	_, err = io.Copy(io.MultiWriter(to, sum), from)
	if err := errors.Join(err, to.Chmod(0o500), to.Close()); err != nil {
		return modhost.Pin{}, fmt.Errorf("add module %s: %w", name, err)
	}
	if err := os.Rename(to.Name(), filepath.Join(p.Modules(), name)); err != nil {
		return modhost.Pin{}, fmt.Errorf("add module %s: %w", name, err)
	}
	return modhost.Pin{File: name, SHA256: hex.EncodeToString(sum.Sum(nil))}, nil
}

// changePins reads the list of modules, lets change edit it, and writes it.
func changePins(p Paths, change func(map[string]modhost.Pin) error) error {
	pins, err := modhost.ReadPins(p.Modules())
	if err == nil {
		err = change(pins)
	}
	if err == nil {
		err = modhost.WritePins(p.Modules(), pins)
	}
	return needsRoot(err)
}

// needsRoot says of a right that is missing whose it is.
func needsRoot(err error) error {
	if errors.Is(err, fs.ErrPermission) {
		return lab.Errorf(lab.CodeNotRoot, "Run it as root, for example with sudo", "the lab's modules belong to root: %w", err)
	}
	return err
}

// reloadIfRunning tells a running lab that its modules have changed; the answer is
// their list, nil where no lab runs.
func reloadIfRunning(ctx context.Context, cfg Config) ([]lab.Module, error) {
	held, err := running(Paths{cfg.DataDir})
	if err != nil || !held {
		return nil, err
	}
	r := Connect(cfg)
	if err := r.post(ctx, "/api/v1/modules/reload"); err != nil {
		if lab.AsError(err).Code == lab.CodeNotReady {
			return nil, nil // it will read the list when it gets there
		}
		return nil, err
	}
	return r.Modules(ctx)
}

// routeModules adds to the admin API what "labbox module" asks for.
func (d *daemon) routeModules(mux *http.ServeMux) {
	mux.HandleFunc("POST /api/v1/modules/reload", func(w http.ResponseWriter, r *http.Request) {
		err := d.modules.Reload(r.Context())
		d.foreign.again()
		answer(w, map[string]bool{"reloaded": err == nil}, err)
	})
}

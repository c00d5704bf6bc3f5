package modhost

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/labbox/labbox/plugins/sdk"
	"github.com/labbox/labbox/plugins/sdk/host"
)

// content is what a module has brought.
type content struct {
	info host.ContentInfo
	dir  string // where it is laid out; empty where it brought nothing
}

// fetch lays out what the module brings. Content that is the same as before stays where
// it is, so that whoever reads it can go on.
func (m *module) fetch(ctx context.Context, p *host.Process) (content, error) {
	if m.o.ContentDir == "" {
		return content{}, nil
	}
	home := filepath.Join(m.o.ContentDir, m.source.name)
	if err := os.MkdirAll(home, 0o700); err != nil {
		return content{}, fmt.Errorf("lay out the content of module %s: %w", m.source.name, err)
	}
	fresh, err := os.MkdirTemp(home, "new-")
	if err != nil {
		return content{}, fmt.Errorf("lay out the content of module %s: %w", m.source.name, err)
	}
	defer os.RemoveAll(fresh)
	limits := host.ContentLimits{Bytes: m.o.Limits.ContentBytes, Files: m.o.Limits.ContentFiles}
	bounded, cancel := context.WithTimeout(ctx, m.o.Limits.Content)
	defer cancel()
	info, err := p.Content(bounded, fresh, limits)
	if err != nil {
		return content{}, err
	}
	if info.Files == 0 {
		return content{}, m.tidy(home, "")
	}
	final := filepath.Join(home, info.SHA256[:16])
	if err := os.Rename(fresh, final); err != nil && !errors.Is(err, fs.ErrExist) {
		return content{}, fmt.Errorf("lay out the content of module %s: %w", m.source.name, err)
	}
	return content{info: info, dir: final}, m.tidy(home, final)
}

// tidy removes earlier content, but for what is in use.
func (m *module) tidy(home, keep string) error {
	m.mu.Lock()
	used := m.content.dir
	m.mu.Unlock()
	entries, err := os.ReadDir(home)
	if err != nil {
		return fmt.Errorf("tidy the content of module %s: %w", m.source.name, err)
	}
	for _, e := range entries {
		if dir := filepath.Join(home, e.Name()); dir != keep && dir != used {
			if err := os.RemoveAll(dir); err != nil {
				return fmt.Errorf("tidy the content of module %s: %w", m.source.name, err)
			}
		}
	}
	return nil
}

// Content returns what the module called name has brought; ok is false for a module
// that is not there, has never run, or brings nothing. It stays readable while the
// module restarts.
func (h *Host) Content(name string) (files fs.FS, ok bool) {
	for _, m := range h.all() {
		if m.source.name != name {
			continue
		}
		m.mu.Lock()
		dir := m.content.dir
		m.mu.Unlock()
		if dir == "" {
			return nil, false
		}
		return os.DirFS(dir), true
	}
	return nil, false
}

// hasChart says whether the module has brought a chart of that name.
func (m *module) hasChart(name string) bool {
	m.mu.Lock()
	dir := m.content.dir
	m.mu.Unlock()
	if dir == "" {
		return false
	}
	info, err := os.Stat(filepath.Join(dir, "charts", name, "Chart.yaml"))
	return err == nil && info.Mode().IsRegular()
}

// invalid is an error for what no restart will heal.
func invalid(format string, args ...any) error { return sdk.Errorf(sdk.CodeInvalid, format, args...) }

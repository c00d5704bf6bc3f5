package modhost

import (
	"context"
	"os"
	"slices"
	"time"

	"github.com/labbox/labbox/internal/lab"
)

// Reload reads the list of foreign modules again: what is new or another file is
// started, what is gone is stopped, and the rest goes on undisturbed. It returns when
// the new ones are ready or have failed for the first time. A list that cannot be read
// changes nothing.
func (h *Host) Reload(ctx context.Context) error {
	sources, err := h.sources()
	if err != nil {
		return err
	}
	h.mu.Lock()
	if h.launch == nil {
		h.mu.Unlock()
		return lab.Errorf(lab.CodeNotReady, "Wait for it: labbox status", "the modules are not running")
	}
	old := h.modules
	gone := slices.DeleteFunc(slices.Clone(old), func(m *module) bool { return slices.Contains(keys(sources), m.source.key()) })
	h.mu.Unlock()
	for _, m := range gone { // before their successors start, which use the same cage
		m.cancel()
		<-m.ended
	}
	var fresh []*module
	h.mu.Lock()
	h.modules = nil
	for _, s := range sources {
		i := slices.IndexFunc(old, func(m *module) bool { return m.source.key() == s.key() && !slices.Contains(gone, m) })
		switch {
		case i >= 0:
			h.modules = append(h.modules, old[i])
		case h.launch != nil:
			m := h.launch(s)
			h.modules, fresh = append(h.modules, m), append(fresh, m)
		}
	}
	h.mu.Unlock()
	for _, m := range fresh {
		if err := m.firstStart(ctx); err != nil && ctx.Err() != nil {
			return err
		}
	}
	return nil
}

// key tells apart what is to be started anew when it changes.
func (s source) key() string { return s.name + "\x00" + s.path + "\x00" + s.sha256 }

func keys(all []source) []string {
	out := make([]string, len(all))
	for i, s := range all {
		out[i] = s.key()
	}
	return out
}

// watchFile asks for another start whenever the module's file has changed and then
// stayed the same for one look.
func (m *module) watchFile(ctx context.Context) {
	tick := time.NewTicker(m.o.Limits.Look)
	defer tick.Stop()
	running, last := stamp(m.source.path), stamp(m.source.path)
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		now := stamp(m.source.path)
		if now != running && now == last && now != (fileStamp{}) {
			running = now
			select {
			case m.again <- struct{}{}:
			default: // asked already
			}
		}
		last = now
	}
}

// fileStamp changes with the file; it is empty where there is none.
type fileStamp struct {
	size    int64
	changed time.Time
}

func stamp(path string) fileStamp {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return fileStamp{}
	}
	return fileStamp{info.Size(), info.ModTime()}
}

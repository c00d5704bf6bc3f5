package watchdog

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"
)

// hold is how long a probe of Kubernetes waits for a function that is starting; it
// stays below the probe's own timeout of two seconds.
const hold = 1500 * time.Millisecond

// state is where the function stands; it moves forward only.
type state struct {
	lockFile string
	mu       sync.Mutex
	ready    bool
	draining bool
	locked   bool          // the lock file was written
	settled  chan struct{} // closed when no longer starting
}

func newState(lockFile string) *state {
	removeStale(lockFile)
	return &state{lockFile: lockFile, settled: make(chan struct{})}
}

// becomeReady has no effect once draining. The error is about the lock file only.
func (s *state) becomeReady() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ready || s.draining {
		return nil
	}
	s.ready = true
	close(s.settled)
	if s.lockFile == "" {
		return nil
	}
	if err := os.WriteFile(s.lockFile, nil, 0o644); err != nil {
		return fmt.Errorf("write lock file: %w", err)
	}
	s.locked = true
	return nil
}

func (s *state) drain() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.draining {
		return
	}
	if !s.ready {
		close(s.settled)
	}
	s.ready, s.draining = false, true
	removeStale(s.lockFile)
}

// isReady says no, too, while the lock file that was written is away: a function
// removes it to say that it is not well.
func (s *state) isReady() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ready && s.locked {
		_, err := os.Stat(s.lockFile)
		return !errors.Is(err, fs.ErrNotExist)
	}
	return s.ready
}

// serveHealth answers 200 or 503. The kubelet's probe of a starting function is
// held until the function is ready: answered with 503, it would only come again
// after its period, and a cold start would take that much longer.
func (s *state) serveHealth(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet {
		w.Header().Set("Allow", http.MethodGet)
		http.Error(w, "health is asked for with GET", http.StatusMethodNotAllowed)
		return
	}
	if strings.HasPrefix(r.UserAgent(), "kube-probe/") {
		timer := time.NewTimer(hold)
		defer timer.Stop()
		select {
		case <-s.settled:
		case <-timer.C:
		case <-r.Context().Done():
		}
	}
	if !s.isReady() {
		http.Error(w, "not ready", http.StatusServiceUnavailable)
		return
	}
	_, _ = w.Write([]byte("OK"))
}

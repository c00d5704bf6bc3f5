package git

import (
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
)

// Credentials is a directory with the files "username" and "password", as a
// Kubernetes Secret is mounted. They are read anew each time, so that a changed
// Secret takes effect by itself.
type Credentials struct {
	Dir string
}

// Check says whether user and password are the right ones. Without both files, or
// with an empty one, nobody's are.
func (c Credentials) Check(user, password string) bool {
	wantUser, err1 := c.read("username")
	wantPassword, err2 := c.read("password")
	if err1 != nil || err2 != nil {
		return false
	}
	return same(user, wantUser) && same(password, wantPassword)
}

func (c Credentials) read(file string) (string, error) {
	data, err := os.ReadFile(filepath.Join(c.Dir, file))
	if err != nil {
		return "", fmt.Errorf("read credentials: %w", err)
	}
	text := strings.TrimSpace(string(data))
	if text == "" {
		return "", fmt.Errorf("read credentials: %s is empty", file)
	}
	return text, nil
}

// same compares in a time that tells nothing about either string.
func same(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}

// authenticate answers the request with a challenge and returns false, unless it
// carries the right credentials.
func (s *Server) authenticate(w http.ResponseWriter, r *http.Request) bool {
	user, password, given := r.BasicAuth()
	if given && s.creds.Check(user, password) {
		return true
	}
	if given {
		s.metrics.denied.Inc()
		s.log.Warn("wrong credentials", "path", r.URL.Path, "remote", r.RemoteAddr)
	}
	w.Header().Set("WWW-Authenticate", `Basic realm="labbox git", charset="UTF-8"`)
	s.fail(w, r, http.StatusUnauthorized, "this needs the user name and password of the lab's git server")
	return false
}

// reader guards what may be open to everyone.
func (s *Server) reader(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if s.opt.AnonymousRead || s.authenticate(w, r) {
			next(w, r)
		}
	}
}

// writer guards what changes something.
func (s *Server) writer(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if s.authenticate(w, r) {
			next(w, r)
		}
	}
}

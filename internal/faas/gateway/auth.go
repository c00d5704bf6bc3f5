package gateway

import (
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
)

// credentials are kept as sums, so that comparing takes the same time for any length.
type credentials struct{ user, password [sha256.Size]byte }

func readCredentials(dir string) (*credentials, error) {
	read := func(name string) ([sha256.Size]byte, error) {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return [sha256.Size]byte{}, fmt.Errorf("read credentials: %w", err)
		}
		value := strings.TrimSpace(string(text))
		if value == "" {
			return [sha256.Size]byte{}, fmt.Errorf("read credentials: %s is empty", name)
		}
		return sha256.Sum256([]byte(value)), nil
	}
	user, err := read("basic-auth-user")
	if err != nil {
		return nil, err
	}
	password, err := read("basic-auth-password")
	if err != nil {
		return nil, err
	}
	return &credentials{user, password}, nil
}

func (c *credentials) match(user, password string) bool {
	u, p := sha256.Sum256([]byte(user)), sha256.Sum256([]byte(password))
	return subtle.ConstantTimeCompare(u[:], c.user[:])&subtle.ConstantTimeCompare(p[:], c.password[:]) == 1
}

// guarded lets only those in who know the credentials.
func (s *Server) guarded(next http.Handler) http.Handler {
	if s.login == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, password, ok := r.BasicAuth()
		if !ok || !s.login.match(user, password) {
			w.Header().Set("WWW-Authenticate", `Basic realm="Restricted"`)
			http.Error(w, "invalid credentials", http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	})
}

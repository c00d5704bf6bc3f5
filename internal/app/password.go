package app

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"strings"
)

// dashboardLogin is the dashboard's name among the credentials, dashboardUser its user.
const (
	dashboardLogin = "dashboard"
	dashboardUser  = "owner"
)

// keptSecret reads the secret word in file, made when it is first asked for, which
// root alone can read.
func keptSecret(file string) (string, error) {
	data, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		data = []byte(rand.Text() + rand.Text())
		err = os.WriteFile(file, append(data, '\n'), 0o600)
	}
	word := strings.TrimSpace(string(data))
	if err == nil && len(word) < 16 {
		err = errors.New("it is too short; remove the file, and a new one is made")
	}
	if err != nil {
		return "", fmt.Errorf("the secret in %s: %w", file, err)
	}
	return word, nil
}

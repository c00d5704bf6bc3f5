package idp

import (
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/labbox/labbox/internal/idp/cluster"
)

// Options are all that the platform is told from outside.
type Options struct {
	// GitURL is the lab's git server as pods see it, GitPublic as a browser does.
	GitURL, GitPublic string
	// GitCredentials and Credentials are directories with username and password: of the
	// git server, and of who may change something here.
	GitCredentials, Credentials string
	// WebhookSecret is a file with the secret that signs git's webhooks; empty: none.
	WebhookSecret string
	// PrometheusURL is the lab's Prometheus.
	PrometheusURL string
	// ArgoNamespace is where Argo CD's Applications are; ArgoPublic and GatewayPublic
	// are where a browser finds Argo CD and the function gateway.
	ArgoNamespace, ArgoPublic, GatewayPublic, DashboardPublic string
	// Destinations are namespaces, beside environments, that templates may deploy to.
	Destinations []string
	// LearnerNamespace and LearnerAccount name who gets rights in environments, Role is
	// the ClusterRole.
	LearnerNamespace, LearnerAccount, Role string
	// StateDir keeps tasks and registered locations; empty: nothing is kept.
	StateDir string
	// Cluster says how to reach the Kubernetes API.
	Cluster cluster.Options
	// Every is how often git is looked at where no webhook came.
	Every time.Duration
	// Seed, when true, makes the repository templates where there is none.
	Seed    bool
	Version string
	Log     *slog.Logger
}

// User is who changes something, as the catalog names them.
const User = "user:default/learner"

// login reads a directory with username and password anew each time, so that a changed
// Secret takes effect by itself.
func login(dir string) func() (user, password string, err error) {
	return func() (string, string, error) {
		var out [2]string
		for i, file := range []string{"username", "password"} {
			data, err := os.ReadFile(filepath.Join(dir, file))
			if err != nil {
				return "", "", fmt.Errorf("read credentials: %w", err)
			}
			if out[i] = strings.TrimSpace(string(data)); out[i] == "" {
				return "", "", fmt.Errorf("read credentials: %s is empty", file)
			}
		}
		return out[0], out[1], nil
	}
}

// secretOf reads a secret's file anew each time; without a file there is none.
func secretOf(file string) func() string {
	return func() string {
		data, err := os.ReadFile(file)
		if file == "" || err != nil {
			return ""
		}
		return strings.TrimSpace(string(data))
	}
}

// equal compares in a time that tells nothing about either text.
func equal(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}

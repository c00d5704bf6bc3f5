package app

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"sigs.k8s.io/yaml"

	"github.com/labbox/labbox/internal/lab"
)

// Config is everything a user can choose. Flags win over the file, the file over
// the defaults.
type Config struct {
	// DataDir holds all state of the lab.
	DataDir string `json:"dataDir"`
	// Listen is the loopback address that the ports below are opened on.
	Listen string `json:"listen"`
	Ports  Ports  `json:"ports"`
	// Remote opens the dashboard to a network.
	Remote DashboardAbroad `json:"remote"`
	// Trends are the modules to start; their charts make up the lab.
	Trends []string `json:"trends"`
	// Lessons are directories whose lessons take the place of a trend's own, for who
	// writes them; "labbox lesson reload" reads them anew.
	Lessons map[string]string `json:"lessons"`
	// MinMemoryMiB and MinDiskMiB are what the preflight look insists on.
	MinMemoryMiB uint64 `json:"minMemoryMiB"`
	MinDiskMiB   uint64 `json:"minDiskMiB"`
	// Zone is the electricity grid whose intensity turns joules into gCO2e.
	Zone string `json:"zone"`
}

// Ports are the loopback ports, each the tool's own usual one by default.
type Ports struct {
	Dashboard  int `json:"dashboard"`
	Gateway    int `json:"gateway"`
	ArgoCD     int `json:"argocd"`
	MLflow     int `json:"mlflow"`
	Prometheus int `json:"prometheus"`
	Git        int `json:"git"`
	Backstage  int `json:"backstage"`
	Kubernetes int `json:"kubernetes"`
}

// DefaultConfigFile is read when it exists and no other file is named.
const DefaultConfigFile = "/etc/labbox/config.yaml"

// DefaultConfig returns what holds where nothing else is said.
func DefaultConfig() Config {
	return Config{
		DataDir: "/var/lib/labbox",
		Listen:  "127.0.0.1",
		Ports: Ports{Dashboard: 8800, Gateway: 8080, ArgoCD: 8081, MLflow: 5000,
			Prometheus: 9090, Git: 3000, Backstage: 7007, Kubernetes: 6443},
		Trends:       []string{"gitops", "platform", "mlops", "serverless", "sustainability"},
		MinMemoryMiB: 2048,
		MinDiskMiB:   4096,
		Zone:         "DE",
	}
}

// LoadConfig lays file over the defaults, then each of sets ("key.sub=value").
// An empty file name means DefaultConfigFile, which may be missing. Unknown keys
// and ill-typed values are a lab.Error with CodeConfig.
func LoadConfig(file string, sets []string) (Config, error) {
	cfg := DefaultConfig()
	if err := cfg.overlayFile(file); err != nil {
		return Config{}, err
	}
	for _, set := range sets {
		if err := cfg.overlaySet(set); err != nil {
			return Config{}, err
		}
	}
	return cfg, cfg.validate()
}

func (c *Config) overlayFile(file string) error {
	name := file
	if name == "" {
		name = DefaultConfigFile
	}
	data, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) && file == "" {
		return nil
	}
	if err != nil {
		return configError("read the configuration file: %w", err)
	}
	if err := yaml.UnmarshalStrict(data, c); err != nil {
		return configError("read %s: %w", name, err)
	}
	return nil
}

// overlaySet turns "ports.git=3001" into a small YAML document.
func (c *Config) overlaySet(set string) error {
	key, value, ok := strings.Cut(set, "=")
	if !ok || key == "" {
		return configError("--set %q is not of the form key=value", set)
	}
	var doc strings.Builder
	parts := strings.Split(key, ".")
	for i, part := range parts {
		fmt.Fprintf(&doc, "%s%s:", strings.Repeat("  ", i), part)
		if i < len(parts)-1 {
			doc.WriteByte('\n')
		}
	}
	fmt.Fprintf(&doc, " %s\n", value)
	if err := yaml.UnmarshalStrict([]byte(doc.String()), c); err != nil {
		return configError("--set %s: %w", set, err)
	}
	return nil
}

func (c *Config) validate() error {
	if !filepath.IsAbs(c.DataDir) || filepath.Clean(c.DataDir) == "/" {
		return configError("dataDir %q is not an absolute path below the root", c.DataDir)
	}
	c.DataDir = filepath.Clean(c.DataDir)
	var err error
	if c.Remote, err = c.Remote.normal(); err != nil {
		return err
	}
	seen := map[int]string{}
	for _, p := range c.Ports.list() {
		if p.number < 1 || p.number > 65535 {
			return configError("ports.%s is %d, not a port between 1 and 65535", p.key, p.number)
		}
		if other, taken := seen[p.number]; taken {
			return configError("ports.%s and ports.%s are both %d", other, p.key, p.number)
		}
		seen[p.number] = p.key
	}
	return nil
}

type namedPort struct {
	key    string
	title  string
	number int
}

func (p Ports) list() []namedPort {
	return []namedPort{
		{"dashboard", "dashboard", p.Dashboard},
		{"gateway", "function gateway", p.Gateway},
		{"argocd", "Argo CD", p.ArgoCD},
		{"mlflow", "MLflow", p.MLflow},
		{"prometheus", "Prometheus", p.Prometheus},
		{"git", "git server", p.Git},
		{"backstage", "developer platform", p.Backstage},
		{"kubernetes", "Kubernetes API", p.Kubernetes},
	}
}

func configError(format string, args ...any) error {
	return lab.Errorf(lab.CodeConfig,
		"The keys and their defaults: labbox help config", format, args...)
}

package app

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/labbox/labbox/internal/lab"
)

func TestLoadConfig(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		file string
		sets []string
		code int // expected exit code, 0 for success
		git  int
	}{
		"defaults":          {file: "{}", git: 3000},
		"file":              {file: "ports:\n  git: 3333\n", git: 3333},
		"set over file":     {file: "ports:\n  git: 3333\n", sets: []string{"ports.git=3334"}, git: 3334},
		"set top level":     {file: "{}", sets: []string{"minMemoryMiB=100"}, git: 3000},
		"unknown key":       {file: "port: 1\n", code: 3},
		"unknown sub key":   {file: "{}", sets: []string{"ports.gti=1"}, code: 3},
		"ill-typed":         {file: "ports:\n  git: many\n", code: 3},
		"set without =":     {file: "{}", sets: []string{"ports.git"}, code: 3},
		"port out of range": {file: "{}", sets: []string{"ports.git=70000"}, code: 3},
		"port twice":        {file: "{}", sets: []string{"ports.git=8080"}, code: 3},
		"relative dataDir":  {file: "dataDir: here\n", code: 3},
		"root as dataDir":   {file: "dataDir: //\n", code: 3},
		"not YAML":          {file: "\tx", code: 3},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "config.yaml")
			if err := os.WriteFile(file, []byte(c.file), 0o600); err != nil {
				t.Fatal(err)
			}
			cfg, err := LoadConfig(file, c.sets)
			if got := lab.ExitCode(err); got != c.code {
				t.Fatalf("exit code %d, want %d: %v", got, c.code, err)
			}
			if err == nil && cfg.Ports.Git != c.git {
				t.Errorf("git port %d, want %d", cfg.Ports.Git, c.git)
			}
		})
	}
}

func TestLoadConfigNamedFileMustExist(t *testing.T) {
	t.Parallel()
	_, err := LoadConfig(filepath.Join(t.TempDir(), "none.yaml"), nil)
	if lab.ExitCode(err) != 3 {
		t.Fatalf("want a configuration error, got %v", err)
	}
}

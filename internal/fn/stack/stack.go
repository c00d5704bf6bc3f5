// Package stack reads the stack files of OpenFaaS as they are: functions with their
// folders, images and wishes, environment variables replaced.
package stack

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/labbox/labbox/internal/lab"
)

// File is a stack file.
type File struct {
	Version   string              `yaml:"version"`
	Provider  Provider            `yaml:"provider"`
	Functions map[string]Function `yaml:"functions"`
	// Configuration is faas-cli's own; of it only copy counts here.
	Configuration Configuration `yaml:"configuration"`

	// Dir is where the file is; relative paths in it begin there.
	Dir string `yaml:"-"`
	// Warnings are what was read over, one sentence each.
	Warnings []string `yaml:"-"`
}

// Provider says where functions are deployed.
type Provider struct {
	Name    string `yaml:"name"`
	Gateway string `yaml:"gateway"`
	Network string `yaml:"network"`
}

// Configuration is what faas-cli wants to know beside the functions.
type Configuration struct {
	// Copy are further paths that every function gets.
	Copy      []string `yaml:"copy"`
	Templates []any    `yaml:"templates"`
}

// Function is one function. Paths are as they stand in the file.
type Function struct {
	Name                   string            `yaml:"-"`
	Lang                   string            `yaml:"lang"`
	Handler                string            `yaml:"handler"`
	Image                  string            `yaml:"image"`
	FProcess               string            `yaml:"fprocess"`
	Environment            map[string]string `yaml:"environment"`
	EnvironmentFile        []string          `yaml:"environment_file"`
	Secrets                []string          `yaml:"secrets"`
	Labels                 map[string]string `yaml:"labels"`
	Annotations            map[string]string `yaml:"annotations"`
	Limits                 map[string]string `yaml:"limits"`
	Requests               map[string]string `yaml:"requests"`
	Constraints            []string          `yaml:"constraints"`
	ReadOnlyRootFilesystem bool              `yaml:"readonly_root_filesystem"`
	BuildArgs              map[string]string `yaml:"build_args"`
	BuildOptions           []string          `yaml:"build_options"`
	BuildSecrets           map[string]string `yaml:"build_secrets"`
	Platforms              string            `yaml:"platforms"`
	RegistryAuth           string            `yaml:"registry_auth"`
	Namespace              string            `yaml:"namespace"`
	SkipBuild              bool              `yaml:"skip_build"`
}

// Load reads a stack file; getenv gives the variables of ${NAME}. What is wrong is a
// lab.Error with CodeConfig that names the line.
func Load(file string, getenv func(string) (string, bool)) (*File, error) {
	text, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		return nil, lab.Errorf(lab.CodeUsage, "Make one: labbox fn new NAME --lang python   Or name it: -f FILE", "there is no %s", file)
	}
	if err != nil {
		return nil, fmt.Errorf("read the stack file: %w", err)
	}
	f, err := Parse(string(text), getenv)
	if err != nil {
		return nil, lab.Errorf(lab.CodeConfig, lab.AsError(err).Hint, "%s: %w", file, err)
	}
	f.Dir = filepath.Dir(file)
	return f, nil
}

// Parse is Load without a file.
func Parse(text string, getenv func(string) (string, bool)) (*File, error) {
	text, err := substitute(text, getenv)
	if err != nil {
		return nil, err
	}
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
		return nil, err
	}
	f := &File{}
	if err := doc.Decode(f); err != nil {
		return nil, err
	}
	f.Warnings = unknownKeys(&doc)
	for name, function := range f.Functions {
		function.Name = name
		f.Functions[name] = function
	}
	return f, f.check()
}

func (f *File) check() error {
	if f.Provider.Name != "openfaas" && f.Provider.Name != "faas" {
		return lab.Errorf(lab.CodeConfig, "Write: provider: {name: openfaas}", "provider.name is %q; a stack file of OpenFaaS says openfaas", f.Provider.Name)
	}
	if len(f.Functions) == 0 {
		return lab.Errorf(lab.CodeConfig, "", "it has no functions")
	}
	for name, function := range f.Functions {
		for _, resources := range []map[string]string{function.Limits, function.Requests} {
			for key := range resources {
				if key != "memory" && key != "cpu" && !strings.Contains(key, "/") {
					return lab.Errorf(lab.CodeConfig, "", "functions.%s: %q is no resource; memory and cpu are", name, key)
				}
			}
		}
		if function.Namespace != "" && strings.ContainsAny(function.Namespace, " /") {
			return lab.Errorf(lab.CodeConfig, "", "functions.%s: namespace %q is no name", name, function.Namespace)
		}
	}
	return nil
}

// Select returns the named functions, or all of them in the order of their names.
func (f *File) Select(names []string) ([]Function, error) {
	var out []Function
	if len(names) == 0 {
		for name := range f.Functions {
			names = append(names, name)
		}
		slices.Sort(names)
	}
	for _, name := range names {
		function, ok := f.Functions[name]
		if !ok {
			var all []string
			for have := range f.Functions {
				all = append(all, have)
			}
			slices.Sort(all)
			return nil, lab.Errorf(lab.CodeNotFound, "It has: "+strings.Join(all, ", "), "the stack file has no function %q", name)
		}
		out = append(out, function)
	}
	return out, nil
}

// Path resolves a path of the file.
func (f *File) Path(p string) string {
	if filepath.IsAbs(p) {
		return p
	}
	return filepath.Join(f.Dir, p)
}

// Env is the function's environment with its files laid over it, in their order, as
// faas-cli does it.
func (f *File) Env(function Function) (map[string]string, error) {
	env := map[string]string{}
	for k, v := range function.Environment {
		env[k] = v
	}
	for _, name := range function.EnvironmentFile {
		text, err := os.ReadFile(f.Path(name))
		if err != nil {
			return nil, lab.Errorf(lab.CodeConfig, "", "functions.%s: read environment_file: %w", function.Name, err)
		}
		var more struct {
			Environment map[string]string `yaml:"environment"`
		}
		if err := yaml.Unmarshal(text, &more); err != nil {
			return nil, lab.Errorf(lab.CodeConfig, "It is YAML with one key, environment:", "functions.%s: read %s: %w", function.Name, name, err)
		}
		for k, v := range more.Environment {
			env[k] = v
		}
	}
	return env, nil
}

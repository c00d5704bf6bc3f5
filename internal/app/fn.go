package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/labbox/labbox/internal/fn/build"
	"github.com/labbox/labbox/internal/fn/stack"
	"github.com/labbox/labbox/internal/fn/template"
	"github.com/labbox/labbox/internal/lab"
)

// StackFile is the stack file where no other is named.
const StackFile = "stack.yaml"

// FnSelect chooses functions of a stack file, and how they are built.
type FnSelect struct {
	File string
	// Names are functions of it; none means all.
	Names []string
	// Wheels and Npm are folders of dependencies for all of them.
	Wheels, Npm string
	// BuildArgs are laid over those of the file.
	BuildArgs map[string]string
	// Say gets lines for people.
	Say func(line string)
}

// FnNew makes the folder of a new function in the current directory, and its entry in
// the stack file. It returns what it has written, and overwrites nothing.
func FnNew(file, name, lang string) ([]string, error) {
	if !functionName.MatchString(name) || len(name) > 63 {
		return nil, lab.Errorf(lab.CodeUsage, "", "%q is no name for a function: lower case letters, digits and '-', at most 63", name)
	}
	files, err := template.New(name, lang)
	if err != nil {
		return nil, err
	}
	dir := filepath.Join(filepath.Dir(file), name)
	if _, err := os.Stat(dir); err == nil {
		return nil, lab.Errorf(lab.CodeUsage, "Choose another name, or remove it first", "%s is there already", dir)
	}
	before, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("read the stack file: %w", err)
	}
	if before != nil {
		have, err := stack.Load(file, os.LookupEnv)
		if err != nil {
			return nil, err
		}
		if _, there := have.Functions[name]; there {
			return nil, lab.Errorf(lab.CodeUsage, "Choose another name", "%s has a function %s already", file, name)
		}
	}
	text, err := template.Stack(before, name, lang)
	if err != nil {
		return nil, err
	}
	written, err := writeFiles(dir, files)
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(file, text, 0o644); err != nil {
		return nil, fmt.Errorf("write the stack file: %w", err)
	}
	return append(written, file), nil
}

// FnTemplates writes the folder "template" for faas-cli below dir and returns its
// path.
func FnTemplates(dir string) (string, error) {
	files, err := template.FaasCLI()
	if err != nil {
		return "", err
	}
	dir = filepath.Join(dir, "template")
	_, err = writeFiles(dir, files)
	return dir, err
}

// BuilderSecret is the file with the key that builds of faas-cli are signed with; it
// is there once a lab has run.
func BuilderSecret(cfg Config) string { return Paths{cfg.DataDir}.BuilderSecret() }

func writeFiles(dir string, files map[string][]byte) ([]string, error) {
	var names []string
	for name, text := range files {
		full := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			return nil, fmt.Errorf("make %s: %w", dir, err)
		}
		if err := os.WriteFile(full, text, 0o644); err != nil {
			return nil, fmt.Errorf("write %s: %w", full, err)
		}
		names = append(names, full)
	}
	slices.Sort(names)
	return names, nil
}

// FnBuild builds functions and puts their images into the cluster.
func (r *Remote) FnBuild(ctx context.Context, s FnSelect) ([]FnImage, error) {
	f, chosen, err := s.load()
	if err != nil {
		return nil, err
	}
	images := []FnImage{}
	for _, function := range chosen {
		if function.SkipBuild {
			s.Say(function.Name + ": skip_build is set")
			continue
		}
		img, err := r.buildOne(ctx, s, f, function)
		if err != nil {
			return images, lab.Errorf(lab.AsError(err).Code, lab.AsError(err).Hint, "build %s: %w", function.Name, err)
		}
		images = append(images, *img)
	}
	return images, nil
}

// load reads the stack file and tells of what it reads over.
func (s *FnSelect) load() (*stack.File, []stack.Function, error) {
	if s.Say == nil {
		s.Say = func(string) {}
	}
	f, err := stack.Load(s.File, os.LookupEnv)
	if err != nil {
		return nil, nil, err
	}
	for _, w := range f.Warnings {
		s.Say(s.File + ": " + w)
	}
	chosen, err := f.Select(s.Names)
	return f, chosen, err
}

func (r *Remote) buildOne(ctx context.Context, s FnSelect, f *stack.File, function stack.Function) (*FnImage, error) {
	begun := time.Now()
	scratch, err := os.MkdirTemp("", "labbox-fn-*")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(scratch)
	in := build.Input{Lang: function.Lang, Dir: f.Path(function.Handler), Wheels: s.Wheels, Npm: s.Npm, Scratch: scratch,
		Args: map[string]string{}, Extra: map[string]string{}, Log: func(line string) { s.Say(function.Name + ": " + line) }}
	for _, args := range []map[string]string{function.BuildArgs, s.BuildArgs} {
		for k, v := range args {
			in.Args[k] = v
		}
	}
	for _, extra := range f.Configuration.Copy {
		in.Extra[filepath.Clean(extra)] = f.Path(extra)
	}
	res, err := build.Build(ctx, in)
	if err != nil {
		return nil, err
	}
	img, err := r.sendImage(ctx, fnImageOrder{Name: function.Name, Image: function.Image, Result: *res})
	if err != nil {
		return nil, err
	}
	img.Seconds = time.Since(begun).Seconds()
	return img, nil
}

// sendImage hands base, configuration and layer to the daemon.
func (r *Remote) sendImage(ctx context.Context, order fnImageOrder) (*FnImage, error) {
	line, err := json.Marshal(order)
	if err != nil {
		return nil, err
	}
	body := io.Reader(bytes.NewReader(append(line, '\n')))
	if order.Result.Layer != "" {
		f, err := os.Open(order.Result.Layer)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		body = io.MultiReader(body, f)
	}
	var img FnImage
	return &img, r.exchange(ctx, http.MethodPost, "/api/v1/fn/images", body, &img)
}

// exchange sends a body over the admin socket and reads the answer.
func (r *Remote) exchange(ctx context.Context, method, path string, body io.Reader, into any) error {
	resp, err := r.send(ctx, method, path, body)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(into); err != nil {
		return fmt.Errorf("read the answer of %s: %w", path, err)
	}
	return nil
}

// imageOf returns the name by digest of an image that was built here, or the name as
// it is.
func (r *Remote) imageOf(ctx context.Context, ref string) (string, error) {
	var found FnImage
	err := r.get(ctx, "/api/v1/fn/image?ref="+url.QueryEscape(ref), &found)
	if err != nil && lab.AsError(err).Code == lab.CodeNotFound {
		if strings.HasPrefix(ref, functionImages) {
			return "", lab.Errorf(lab.CodeNotFound, "Build it: labbox fn build", "image %s is not in the lab", ref)
		}
		return ref, nil
	}
	return found.Image, err
}

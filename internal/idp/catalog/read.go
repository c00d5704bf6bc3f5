package catalog

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/labbox/labbox/internal/idp/entity"
	"github.com/labbox/labbox/internal/idp/repo"
)

const (
	maxRead  = 300 // files that one source may draw in
	maxDepth = 6   // Locations that name Locations
)

// reading is what one look at a source found.
type reading struct {
	emitted []*record
	// problems are by reference; "" holds those of the source as a whole.
	problems map[string][]string
	repos    map[string]bool
	// missing says that the source's own file is not there.
	missing bool
	// failed says that git did not answer, so that another look is worth while.
	failed bool
	files  int
}

func (r *reading) problem(ref, format string, args ...any) {
	r.problems[ref] = append(r.problems[ref], fmt.Sprintf(format, args...))
}

// broken says whether something could not be read whose name is not known.
func (r *reading) broken() bool { return len(r.problems[""]) > 0 }

// read reads the source's file, all that it names, and the files drawn into them.
// What is wrong is in the reading; it never fails.
func (c *Catalog) read(ctx context.Context, s *source) *reading {
	r := &reading{problems: map[string][]string{}, repos: map[string]bool{s.place.Repo: true}}
	at := s.place
	if at.Ref == "" { // all files of one reading are of one commit
		if info, err := c.opt.Git.Repository(ctx, at.Repo); err == nil {
			at.Ref = info.Head
		}
	}
	root := &record{Entity: s.entity(), Source: s.key()}
	c.readFile(ctx, fileReading{reading: r, source: s, parent: root.Entity.Ref().String()}, at)
	if !r.missing {
		r.emitted = append(r.emitted, root)
	}
	return r
}

// fileReading is where one file stands in a reading.
type fileReading struct {
	*reading
	source *source
	parent string
	depth  int
}

func (c *Catalog) readFile(ctx context.Context, r fileReading, at repo.Place) {
	if r.files++; r.files > maxRead || r.depth > maxDepth {
		r.problem("", "%s: a location may draw in %d files, %d deep", at, maxRead, maxDepth)
		return
	}
	data, err := c.opt.Git.Read(ctx, at)
	if err != nil {
		absent := errors.Is(err, repo.ErrNotFound)
		r.missing, r.failed = r.missing || r.depth == 0 && absent, r.failed || !absent
		r.problem("", "%v", err)
		return
	}
	all, err := entity.Parse(data)
	if err != nil {
		r.problem("", "%s: %v", at, err)
	}
	for i, e := range all {
		if err := c.substitute(ctx, r, e, at); err != nil {
			r.reject(e, fmt.Sprintf("%s, document %d: %v", at, i+1, err))
			continue
		}
		if bad := entity.Validate(e); len(bad) > 0 {
			r.reject(e, fmt.Sprintf("%s, document %d: %s", at, i+1, strings.Join(bad, "; ")))
			continue
		}
		c.locate(r, e, at)
		r.emitted = append(r.emitted, &record{Entity: e, Source: r.source.key(), Parent: r.parent})
		if strings.EqualFold(e.Kind(), "Location") {
			c.follow(ctx, r, e, at)
		}
	}
}

// reject notes a problem with the entity where its name can be told.
func (r fileReading) reject(e entity.Entity, words string) {
	if e.Kind() != "" && e.Name() != "" {
		r.problem(e.Ref().String(), "%s", words)
		return
	}
	r.problem("", "%s", words)
}

// locate writes where the entity comes from into its annotations.
func (c *Catalog) locate(r fileReading, e entity.Entity, at repo.Place) {
	open := repo.Place{Repo: at.Repo, Path: at.Path}
	if r.source.place.Ref != "" && at.Repo == r.source.place.Repo {
		open.Ref = at.Ref
	}
	dir := repo.Place{Repo: open.Repo, Ref: open.Ref, Path: strings.TrimPrefix(path.Dir("/"+open.Path), "/")}
	pairs := map[string]string{
		entity.AnnotationLocation: "url:" + c.opt.Git.URL(open),
		entity.AnnotationOrigin:   r.source.key(),
		entity.AnnotationViewURL:  c.opt.Git.Open(c.opt.Git.URL(open)),
	}
	if e.Annotation(entity.AnnotationSource) == "" {
		pairs[entity.AnnotationSource] = "url:" + strings.TrimSuffix(c.opt.Git.TreeURL(dir), "/") + "/"
	}
	e.Annotate(pairs)
}

// follow reads the files that a Location names.
func (c *Catalog) follow(ctx context.Context, r fileReading, e entity.Entity, at repo.Place) {
	targets := []string{}
	if t := e.SpecText("target"); t != "" {
		targets = append(targets, t)
	}
	more, _ := e.Spec()["targets"].([]any)
	for _, t := range more {
		targets = append(targets, fmt.Sprint(t))
	}
	ref := e.Ref().String()
	next := r
	next.parent, next.depth = ref, r.depth+1
	for _, target := range targets {
		places, err := c.places(ctx, at, target)
		if err != nil {
			r.problem(ref, "target %s: %v", target, err)
			r.problem("", "target %s: %v", target, err)
			continue
		}
		for _, p := range places {
			r.repos[p.Repo] = true
			c.readFile(ctx, next, p)
		}
	}
}

// places resolves a target; a * stands for one part of the path, as often as wanted.
func (c *Catalog) places(ctx context.Context, at repo.Place, target string) ([]repo.Place, error) {
	p, err := c.opt.Git.Join(at, target)
	if err != nil || !strings.Contains(p.Path, "*") {
		return []repo.Place{p}, err
	}
	found := []repo.Place{{Repo: p.Repo, Ref: p.Ref}}
	parts := strings.Split(p.Path, "/")
	for i, part := range parts {
		var next []repo.Place
		for _, dir := range found {
			if !strings.Contains(part, "*") {
				next = append(next, repo.Place{Repo: dir.Repo, Ref: dir.Ref, Path: path.Join(dir.Path, part)})
				continue
			}
			entries, err := c.opt.Git.List(ctx, dir)
			if err != nil && !errors.Is(err, repo.ErrNotFound) {
				return nil, err
			}
			for _, e := range entries {
				ok, err := path.Match(part, e.Name)
				if err != nil {
					return nil, err
				}
				if ok && (e.Type == "dir") == (i < len(parts)-1) {
					next = append(next, repo.Place{Repo: dir.Repo, Ref: dir.Ref, Path: e.Path})
				}
			}
		}
		found = next
	}
	return found, nil
}

// substitute replaces {$text: path}, {$json: path} and {$yaml: path} by what is there.
func (c *Catalog) substitute(ctx context.Context, r fileReading, e entity.Entity, at repo.Place) error {
	var walk func(v any) (any, error)
	walk = func(v any) (any, error) {
		switch x := v.(type) {
		case []any:
			for i := range x {
				done, err := walk(x[i])
				if err != nil {
					return nil, err
				}
				x[i] = done
			}
		case map[string]any:
			for _, how := range []string{"$text", "$json", "$yaml"} {
				if target, ok := x[how].(string); ok && len(x) == 1 {
					return c.draw(ctx, r, drawing{how, target, at})
				}
			}
			for key := range x {
				done, err := walk(x[key])
				if err != nil {
					return nil, err
				}
				x[key] = done
			}
		}
		return v, nil
	}
	_, err := walk(map[string]any(e))
	return err
}

type drawing struct {
	how, target string
	from        repo.Place
}

func (c *Catalog) draw(ctx context.Context, r fileReading, d drawing) (any, error) {
	p, err := c.opt.Git.Join(d.from, d.target)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", d.how, err)
	}
	if r.files++; r.files > maxRead {
		return nil, fmt.Errorf("%s: a location may draw in %d files", d.how, maxRead)
	}
	r.repos[p.Repo] = true
	data, err := c.opt.Git.Read(ctx, p)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", d.how, err)
	}
	switch d.how {
	case "$json":
		var v any
		if err := json.Unmarshal(data, &v); err != nil {
			return nil, fmt.Errorf("$json %s: %w", d.target, err)
		}
		return v, nil
	case "$yaml":
		v, err := entity.ParseValue(data)
		if err != nil {
			return nil, fmt.Errorf("$yaml %s: %w", d.target, err)
		}
		return v, nil
	}
	return string(data), nil
}

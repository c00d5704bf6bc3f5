package scaffold

import (
	"bytes"
	"context"
	"fmt"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/labbox/labbox/internal/idp/nunjucks"
	"github.com/labbox/labbox/internal/idp/repo"
)

func fetchActions() []action {
	source := field{"url", "string", true, "a directory: relative to the template's file, or an address of the lab's git server"}
	target := field{"targetPath", "string", false, "where in the workspace; its root when empty"}
	render := []field{
		{"values", "object", false, "what ${{ values.x }} in the files means"},
		{"copyWithoutTemplating", "array", false, "patterns of files that are copied as they are"},
		{"cookiecutterCompat", "boolean", false, "{{ cookiecutter.x }} instead of ${{ values.x }}"},
		{"templateFileExtension", "any", false, "true or an extension: only files that end in .njk, or in it, are templates, and lose it"},
		{"replace", "boolean", false, "overwrite files that are there already"},
		{"trimBlocks", "boolean", false, "drop the line's end after a block"},
		{"lstripBlocks", "boolean", false, "drop the spaces before a block"},
		{"token", "string", false, "not needed in the lab"},
	}
	return []action{
		{id: "fetch:template", about: "Copies a directory and fills in the templates in its files and file names.",
			input: append([]field{source, target}, render...), run: fetchTemplate},
		{id: "fetch:template:file", about: "Copies one file and fills in the template in it.",
			input: append([]field{source, {"targetPath", "string", true, "the file in the workspace"}}, render...), run: fetchTemplateFile},
		{id: "fetch:plain", about: "Copies a directory as it is.", input: []field{source, target}, run: fetchPlain},
		{id: "fetch:plain:file", about: "Copies one file as it is.", input: []field{source, {"targetPath", "string", true, "the file in the workspace"}}, run: fetchPlainFile},
	}
}

// source returns the files of the directory that an address names.
func (j *job) source(ctx context.Context, address string) ([]repo.File, error) {
	if j.given != nil && !strings.Contains(address, "://") {
		dir, err := inside(address)
		if err != nil {
			return nil, err
		}
		var out []repo.File
		for _, f := range j.given {
			if rest, ok := strings.CutPrefix(f.Path, dir+"/"); ok || dir == "" {
				if dir == "" {
					rest = f.Path
				}
				out = append(out, repo.File{Path: rest, Data: f.Data, Exec: f.Exec})
			}
		}
		if len(out) == 0 {
			return nil, fmt.Errorf("there is no %s among the files of the dry run", address)
		}
		return out, nil
	}
	at, err := j.tools.Git.Join(j.base, address)
	if err != nil {
		return nil, err
	}
	return j.tools.Git.Files(ctx, at)
}

// file returns the one file that an address names.
func (j *job) file(ctx context.Context, address string) ([]byte, error) {
	if j.given != nil && !strings.Contains(address, "://") {
		for _, f := range j.given {
			if f.Path == strings.TrimPrefix(address, "./") {
				return f.Data, nil
			}
		}
		return nil, fmt.Errorf("there is no %s among the files of the dry run", address)
	}
	at, err := j.tools.Git.Join(j.base, address)
	if err != nil {
		return nil, err
	}
	return j.tools.Git.Read(ctx, at)
}

func fetchPlain(ctx context.Context, j *job) (map[string]any, error) {
	files, err := j.source(ctx, j.text("url"))
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		f.Path = path.Join(j.text("targetPath"), f.Path)
		if err := j.ws.write(f); err != nil {
			return nil, err
		}
	}
	j.say("Fetched %d files from %s", len(files), j.text("url"))
	return nil, nil
}

func fetchPlainFile(ctx context.Context, j *job) (map[string]any, error) {
	data, err := j.file(ctx, j.text("url"))
	if err != nil {
		return nil, err
	}
	return nil, j.ws.write(repo.File{Path: j.text("targetPath"), Data: data})
}

// renderer fills in templates as the inputs of fetch:template say.
type renderer struct {
	vars      map[string]any
	opt       nunjucks.Options
	untouched []string
	extension string // empty: every file is a template
}

func (j *job) renderer() renderer {
	values, _ := j.in["values"].(map[string]any)
	if values == nil {
		values = map[string]any{}
	}
	r := renderer{
		vars: map[string]any{"values": values},
		opt: nunjucks.Options{Cookiecutter: j.flag("cookiecutterCompat"), TrimBlocks: j.flag("trimBlocks") || j.flag("cookiecutterCompat"),
			LstripBlocks: j.flag("lstripBlocks") || j.flag("cookiecutterCompat")},
		untouched: append(j.texts("copyWithoutTemplating"), j.texts("copyWithoutRender")...),
	}
	if r.opt.Cookiecutter {
		r.vars = map[string]any{"cookiecutter": values}
	}
	switch v := j.in["templateFileExtension"].(type) {
	case bool:
		if v {
			r.extension = ".njk"
		}
	case string:
		r.extension = "." + strings.TrimPrefix(v, ".")
	}
	return r
}

// render returns the file filled in; ok is false where its name came out empty, which
// is how a template leaves a file out.
func (r renderer) render(f repo.File) (out repo.File, ok bool, err error) {
	plain, err := matchesAny(r.untouched, f.Path)
	if err != nil {
		return f, false, err
	}
	name, err := nunjucks.Render(f.Path, r.vars, r.opt)
	if err != nil {
		return f, false, fmt.Errorf("the name %s: %w", f.Path, err)
	}
	for part := range strings.SplitSeq(name, "/") {
		if strings.TrimSpace(part) == "" {
			return f, false, nil
		}
	}
	was := f.Path
	f.Path = name
	if r.extension != "" {
		if !strings.HasSuffix(name, r.extension) {
			return f, true, nil
		}
		f.Path = strings.TrimSuffix(name, r.extension)
	}
	if plain || !utf8.Valid(f.Data) || bytes.IndexByte(f.Data, 0) >= 0 {
		return f, true, nil
	}
	text, err := nunjucks.Render(string(f.Data), r.vars, r.opt)
	if err != nil {
		return f, false, fmt.Errorf("%s: %w", was, err)
	}
	f.Data = []byte(text)
	return f, true, nil
}

func fetchTemplate(ctx context.Context, j *job) (map[string]any, error) {
	files, err := j.source(ctx, j.text("url"))
	if err != nil {
		return nil, err
	}
	r := j.renderer()
	written := 0
	for _, f := range files {
		done, ok, err := r.render(f)
		if err != nil {
			return nil, err
		}
		if !ok {
			continue
		}
		done.Path = path.Join(j.text("targetPath"), done.Path)
		if _, there := j.ws.files[done.Path]; there && !j.flag("replace") {
			j.say("%s is there already and stays as it is", done.Path)
			continue
		}
		if err := j.ws.write(done); err != nil {
			return nil, err
		}
		written++
	}
	j.say("Wrote %d of %d files of %s", written, len(files), j.text("url"))
	return nil, nil
}

func fetchTemplateFile(ctx context.Context, j *job) (map[string]any, error) {
	data, err := j.file(ctx, j.text("url"))
	if err != nil {
		return nil, err
	}
	done, _, err := j.renderer().render(repo.File{Path: "file", Data: data})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", j.text("url"), err)
	}
	done.Path = j.text("targetPath")
	return nil, j.ws.write(done)
}

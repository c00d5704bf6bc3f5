package techdocs

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/labbox/labbox/internal/idp/entity"
	"github.com/labbox/labbox/internal/idp/repo"
	"github.com/labbox/labbox/internal/idp/wire"
)

const maxSites = 50

// Docs reads documentation from the lab's git. Its methods may be called by several
// goroutines.
type Docs struct {
	git *repo.Client

	mu    sync.Mutex
	sites map[string]*Site // by repository, commit and directory
}

// New returns a Docs that has read nothing yet.
func New(git *repo.Client) *Docs { return &Docs{git: git, sites: map[string]*Site{}} }

// Site is the documentation of one component at one commit.
type Site struct {
	Name        string
	Description string
	Commit      string
	Nav         []Page
	files       map[string][]byte
}

// Page is an entry of the navigation.
type Page struct {
	Title string `json:"title"`
	Path  string `json:"path"`
}

// Files returns the paths of all files of the site, sorted.
func (s *Site) Files() []string {
	out := []string{}
	for name := range s.files {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// Site returns the documentation of an entity; a NotFound says what is missing.
func (d *Docs) Site(ctx context.Context, e entity.Entity) (*Site, error) {
	ref := e.Annotation(entity.AnnotationTechDocs)
	if ref == "" {
		return nil, wire.NotFound("%s has no documentation: it lacks the annotation %s, such as dir:.", e.Ref(), entity.AnnotationTechDocs)
	}
	at, err := d.place(e, ref)
	if err != nil {
		return nil, wire.NotFound("the documentation of %s: %v", e.Ref(), err)
	}
	info, err := d.git.Repository(ctx, at.Repo)
	if errors.Is(err, repo.ErrNotFound) {
		return nil, wire.NotFound("the documentation of %s: there is no repository %q", e.Ref(), at.Repo)
	}
	if err != nil {
		return nil, wire.Unavailable("%v", err)
	}
	if at.Ref == "" {
		at.Ref = info.Head
	}
	key := at.Repo + "\x00" + at.Ref + "\x00" + at.Path
	d.mu.Lock()
	site := d.sites[key]
	d.mu.Unlock()
	if site != nil {
		return site, nil
	}
	if site, err = d.read(ctx, at); err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.sites) >= maxSites {
		clear(d.sites)
	}
	d.sites[key] = site
	return site, nil
}

// place returns the directory of mkdocs.yml: dir:PATH beside the entity's file, or
// url:ADDRESS.
func (d *Docs) place(e entity.Entity, ref string) (repo.Place, error) {
	kind, target, _ := strings.Cut(ref, ":")
	if kind == "url" {
		return d.git.Parse(target)
	}
	if kind != "dir" {
		return repo.Place{}, fmt.Errorf("%s %q is neither dir:PATH nor url:ADDRESS", entity.AnnotationTechDocs, ref)
	}
	file, err := d.git.Parse(e.Annotation(entity.AnnotationLocation))
	if err != nil {
		return repo.Place{}, err
	}
	return d.git.Join(file, path.Clean(target)+"/")
}

func (d *Docs) read(ctx context.Context, at repo.Place) (*Site, error) {
	config := map[string]any{}
	data, err := d.git.Read(ctx, repo.Place{Repo: at.Repo, Ref: at.Ref, Path: path.Join(at.Path, "mkdocs.yml")})
	if err == nil {
		v, parseErr := entity.ParseValue(data)
		if parseErr != nil {
			return nil, wire.NotFound("mkdocs.yml of %s cannot be read: %v", at.Repo, parseErr)
		}
		config, _ = v.(map[string]any)
	} else if !errors.Is(err, repo.ErrNotFound) {
		return nil, wire.Unavailable("%v", err)
	}
	text := func(key, preset string) string {
		if s, ok := config[key].(string); ok && s != "" {
			return s
		}
		return preset
	}
	site := &Site{Name: text("site_name", at.Repo), Description: text("site_description", ""), Commit: at.Ref, files: map[string][]byte{}}
	dir := path.Join(at.Path, path.Clean("/"+text("docs_dir", "docs")))
	files, err := d.git.Files(ctx, repo.Place{Repo: at.Repo, Ref: at.Ref, Path: dir})
	if errors.Is(err, repo.ErrNotFound) {
		return nil, wire.NotFound("there is no directory %s in the repository %s", dir, at.Repo)
	}
	if err != nil {
		return nil, wire.Unavailable("%v", err)
	}
	for _, f := range files {
		site.files[f.Path] = f.Data
	}
	site.Nav = navOf(config["nav"])
	if len(site.Nav) == 0 {
		for _, name := range site.Files() {
			if strings.HasSuffix(name, ".md") {
				site.Nav = append(site.Nav, Page{Title: titleOf(site.files[name], name), Path: htmlName(name)})
			}
		}
		slices.SortStableFunc(site.Nav, func(a, b Page) int { return boolInt(b.Path == "index.html") - boolInt(a.Path == "index.html") })
	}
	return site, nil
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// navOf flattens mkdocs' nav: a list of files, of {title: file} and of {title: list}.
func navOf(v any) []Page {
	var out []Page
	list, _ := v.([]any)
	for _, item := range list {
		switch x := item.(type) {
		case string:
			out = append(out, Page{Title: strings.TrimSuffix(path.Base(x), ".md"), Path: htmlName(x)})
		case map[string]any:
			for title, inner := range x {
				if file, ok := inner.(string); ok {
					out = append(out, Page{Title: title, Path: htmlName(file)})
				} else {
					out = append(out, navOf(inner)...)
				}
			}
		}
	}
	return out
}

func htmlName(file string) string {
	if rest, ok := strings.CutSuffix(file, ".md"); ok {
		return rest + ".html"
	}
	return file
}

// titleOf returns the first heading of a page.
func titleOf(data []byte, name string) string {
	for line := range strings.Lines(string(data)) {
		if title, ok := strings.CutPrefix(strings.TrimSpace(line), "# "); ok {
			return title
		}
	}
	return strings.TrimSuffix(path.Base(name), ".md")
}

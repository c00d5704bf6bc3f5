package git

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"net/url"
	"strconv"
	"strings"
	"time"
)

//go:embed web/*.html
var templates embed.FS

// view is what a page is made of.
type view struct {
	Code     int // of the answer; 0 is 200
	Lang     string
	Host     string // as the reader's browser knows this server
	Cluster  string // as programs in the cluster know it
	Repo     *Repo
	Ref      string // empty on the default branch
	Branches []Branch
	Path     string
	Tab      string
	Data     any
}

// T returns the text of key in the reader's language.
func (v view) T(key string) string { return text(v.Lang, key) }

// Ago says how long ago t was.
func (v view) Ago(t time.Time) string { return ago(v.Lang, time.Since(t)) }

// Href returns the address of a page of the repository at the current ref.
func (v view) Href(kind, filePath string) string {
	address := url.URL{Path: "/" + v.Repo.Name}
	if kind != "" {
		address.Path += "/" + kind
	}
	if filePath != "" {
		address.Path += "/" + filePath
	}
	if v.Ref != "" {
		address.RawQuery = url.Values{"ref": {v.Ref}}.Encode()
	}
	return address.String()
}

// Raw returns the address of the file itself.
func (v view) Raw() string {
	address := url.URL{Path: "/api/v1/repos/" + v.Repo.Name + "/raw/" + v.Path}
	if v.Ref != "" {
		address.RawQuery = url.Values{"ref": {v.Ref}}.Encode()
	}
	return address.String()
}

// More returns the address of the next page of the log.
func (v view) More(skip int) string {
	query := url.Values{"skip": {strconv.Itoa(skip)}}
	if v.Ref != "" {
		query.Set("ref", v.Ref)
	}
	return (&url.URL{Path: "/" + v.Repo.Name + "/commits", RawQuery: query.Encode()}).String()
}

// crumb is one step of the way to a file.
type crumb struct{ Name, Href string }

// Crumbs leads from the root of the repository to the directory above Path.
func (v view) Crumbs() []crumb {
	parts := strings.Split(v.Path, "/")
	var crumbs []crumb
	for i, part := range parts[:len(parts)-1] {
		crumbs = append(crumbs, crumb{Name: part, Href: v.Href("tree", strings.Join(parts[:i+1], "/"))})
	}
	return crumbs
}

// Base is the last part of Path.
func (v view) Base() string { return v.Path[strings.LastIndexByte(v.Path, '/')+1:] }

type pages struct{ set *template.Template }

func newPages() (*pages, error) {
	set, err := template.New("").Funcs(template.FuncMap{
		"short": short,
		"size":  size,
		"inc":   func(i int) int { return i + 1 },
		"iso":   func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") },
	}).ParseFS(templates, "web/*.html")
	if err != nil {
		return nil, fmt.Errorf("read the pages: %w", err)
	}
	return &pages{set: set}, nil
}

// render makes the whole page first, so that an error never follows half of one.
func (p *pages) render(name string, v view) ([]byte, error) {
	var out bytes.Buffer
	err := p.set.ExecuteTemplate(&out, name, v)
	return out.Bytes(), err
}

func size(n int64) string {
	switch {
	case n < 1<<10:
		return fmt.Sprintf("%d B", n)
	case n < 1<<20:
		return fmt.Sprintf("%.1f KiB", float64(n)/(1<<10))
	default:
		return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
	}
}

func atoi(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

package functions

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"runtime"
	"slices"
	"strings"

	"github.com/labbox/labbox/internal/faas/api"
	"github.com/labbox/labbox/internal/lab"
	"github.com/labbox/labbox/internal/web"
)

// storeEntry is an entry of a function store, in the format of faas-cli; the German
// texts and the example are the lab's own.
type storeEntry struct {
	Title         string            `json:"title"`
	Name          string            `json:"name"`
	Description   string            `json:"description"`
	TitleDE       string            `json:"title_de"`
	DescriptionDE string            `json:"description_de"`
	Author        string            `json:"author"`
	Images        map[string]string `json:"images"`
	Fprocess      string            `json:"fprocess"`
	RepoURL       string            `json:"repo_url"`
	Environment   map[string]string `json:"environment"`
	Labels        map[string]string `json:"labels"`
	Annotations   map[string]string `json:"annotations"`
	ReadOnly      bool              `json:"readOnlyRootFilesystem"`
	Example       string            `json:"example"`
}

// image is the one for this machine; empty where the entry has none.
func (e storeEntry) image() string {
	platform := runtime.GOARCH
	if platform == "amd64" {
		platform = "x86_64"
	}
	return e.Images[platform]
}

// entries reads the store that the gateway serves and keeps what can run here.
func (c *Client) entries(ctx context.Context) ([]storeEntry, error) {
	var doc struct {
		Functions []storeEntry `json:"functions"`
	}
	if err := c.call(ctx, http.MethodGet, "/store/functions.json", nil, &doc); err != nil {
		return nil, optional(err)
	}
	return slices.DeleteFunc(doc.Functions, func(e storeEntry) bool { return e.Name == "" || e.image() == "" }), nil
}

// Offers implements web.FunctionStore.
func (c *Client) Offers(ctx context.Context) ([]web.StoreFunction, error) {
	entries, err := c.entries(ctx)
	if err != nil {
		return nil, err
	}
	out := []web.StoreFunction{}
	for _, e := range entries {
		offer := web.StoreFunction{
			Name: e.Name, Title: cmp.Or(e.Title, e.Name), Description: e.Description, TitleDE: e.TitleDE, DescriptionDE: e.DescriptionDE,
			Author: e.Author, Image: e.image(), Example: e.Example,
		}
		if strings.HasPrefix(e.RepoURL, "https://") || strings.HasPrefix(e.RepoURL, "http://") {
			offer.Link = e.RepoURL
		}
		out = append(out, offer)
	}
	return out, nil
}

// Deploy implements web.FunctionStore.
func (c *Client) Deploy(ctx context.Context, name string) (web.FunctionID, error) {
	entries, err := c.entries(ctx)
	if err != nil {
		return web.FunctionID{}, err
	}
	at := slices.IndexFunc(entries, func(e storeEntry) bool { return e.Name == name })
	if at < 0 {
		return web.FunctionID{}, lab.Errorf(lab.CodeNotFound, "see what the store has", "the store has no function %q", name)
	}
	space, err := c.defaultSpace(ctx)
	if err != nil {
		return web.FunctionID{}, err
	}
	e := entries[at]
	in := api.Deployment{
		Service: e.Name, Namespace: space, Image: e.image(), EnvProcess: e.Fprocess, EnvVars: e.Environment,
		Labels: e.Labels, Annotations: e.Annotations, ReadOnlyRootFilesystem: e.ReadOnly,
	}
	err = c.call(ctx, http.MethodPut, "/system/functions", in, nil)
	if answer := (*statusError)(nil); errors.As(err, &answer) && answer.status == http.StatusNotFound {
		err = c.call(ctx, http.MethodPost, "/system/functions", in, nil)
	}
	return web.FunctionID{Namespace: space, Name: e.Name}, about("deploy "+e.Name, err)
}

// defaultSpace is the namespace that functions go to unless told otherwise: the
// gateway's first, and the usual one where it does not say.
func (c *Client) defaultSpace(ctx context.Context) (string, error) {
	const usual = "openfaas-fn"
	var spaces []string
	err := optional(c.call(ctx, http.MethodGet, "/system/namespaces", nil, &spaces))
	if err != nil && !errors.Is(err, web.ErrAbsent) {
		return "", err
	}
	if len(spaces) == 0 || slices.Contains(spaces, usual) {
		return usual, nil
	}
	return spaces[0], nil
}

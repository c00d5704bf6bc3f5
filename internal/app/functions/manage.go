package functions

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/labbox/labbox/internal/faas/api"
	"github.com/labbox/labbox/internal/lab"
	"github.com/labbox/labbox/internal/web"
)

// List implements web.Functions.
func (c *Client) List(ctx context.Context) ([]web.Function, error) {
	spaces := []string{}
	if err := c.call(ctx, http.MethodGet, "/system/namespaces", nil, &spaces); err != nil {
		if !errors.Is(optional(err), web.ErrAbsent) {
			return nil, err
		}
		spaces = []string{""} // a gateway with one namespace
	}
	out := []web.Function{}
	for _, space := range spaces {
		var list []api.FunctionStatus
		err := c.call(ctx, http.MethodGet, "/system/functions?namespace="+url.QueryEscape(space), nil, &list)
		if errors.Is(optional(err), web.ErrAbsent) {
			continue // removed meanwhile
		}
		if err != nil {
			return nil, err
		}
		for _, f := range list {
			if f.Namespace == "" {
				f.Namespace = space
			}
			out = append(out, shown(f))
		}
	}
	slices.SortFunc(out, func(a, b web.Function) int {
		return strings.Compare(a.Namespace+"/"+a.Name, b.Namespace+"/"+b.Name)
	})
	c.explain(ctx, out)
	return out, nil
}

// explain says of functions that are not ready what keeps them.
func (c *Client) explain(ctx context.Context, list []web.Function) {
	waits := func(f web.Function) bool { return f.Ready < f.Replicas }
	if c.opt.Workloads == nil || !slices.ContainsFunc(list, waits) {
		return
	}
	workloads, err := c.opt.Workloads(ctx)
	if err != nil {
		return // the list is worth more than its footnotes
	}
	for i, f := range list {
		at := slices.IndexFunc(workloads, func(w lab.Workload) bool { return w.Namespace == f.Namespace && w.Name == f.Name })
		if at >= 0 && waits(f) {
			list[i].Trouble = workloads[at].Message
		}
	}
}

// shown leaves the values of the environment behind.
func shown(f api.FunctionStatus) web.Function {
	return web.Function{
		FunctionID: web.FunctionID{Namespace: f.Namespace, Name: f.Name}, Image: f.Image, Process: f.EnvProcess,
		Replicas: int(f.Replicas), Ready: int(f.AvailableReplicas), Calls: f.InvocationCount, Created: f.CreatedAt, //nolint:gosec // small numbers
		Environment: orEmpty(slices.Sorted(maps.Keys(f.EnvVars))), Secrets: orEmpty(f.Secrets), Labels: f.Labels, Annotations: f.Annotations,
		Limits: f.Limits, Requests: f.Requests, Constraints: f.Constraints, ReadOnly: f.ReadOnlyRootFilesystem,
	}
}

// Scale implements web.Functions.
func (c *Client) Scale(ctx context.Context, id web.FunctionID, replicas int) error {
	count := int64(replicas)
	in := api.ScaleRequest{ServiceName: id.Name, Namespace: id.Namespace, Replicas: &count}
	path := "/system/scale-function/" + url.PathEscape(id.Name) + "?namespace=" + url.QueryEscape(id.Namespace)
	return about("scale "+id.Name, c.call(ctx, http.MethodPost, path, in, nil))
}

// Remove implements web.Functions.
func (c *Client) Remove(ctx context.Context, id web.FunctionID) error {
	in := api.DeleteRequest{FunctionName: id.Name, Namespace: id.Namespace}
	return about("delete "+id.Name, c.call(ctx, http.MethodDelete, "/system/functions?namespace="+url.QueryEscape(id.Namespace), in, nil))
}

// orEmpty makes JSON of it a list, not null.
func orEmpty(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

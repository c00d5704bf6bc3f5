package argo

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/labbox/labbox/internal/idp/cluster"
	"github.com/labbox/labbox/internal/idp/wire"
)

const (
	manager        = "labbox-idp"
	labelManager   = "app.kubernetes.io/managed-by"
	annotationTask = "labbox.dev/scaffolder-task"
)

// Options say where Applications live and where they may deploy to.
type Options struct {
	Cluster *cluster.Client
	// Namespace is Argo CD's own.
	Namespace string
	// Destinations are namespaces, beside environments, that templates may deploy to.
	Destinations []string
}

// Client reads and declares Applications. It may be used by several goroutines.
type Client struct{ opt Options }

// New returns a client; it sends nothing yet.
func New(o Options) *Client { return &Client{opt: o} }

// Path is the API path of the Applications.
func (c *Client) Path() string {
	return "/apis/argoproj.io/v1alpha1/namespaces/" + c.opt.Namespace + "/applications"
}

// Application is one that is to be.
type Application struct {
	Name, RepoURL, Path, Revision, Namespace, Project string
	// Owner and Task say who asked for it.
	Owner, Task string
}

var nameRule = regexp.MustCompile(`^[a-z0-9](?:[a-z0-9-]{0,51}[a-z0-9])?$`)

// Deploy declares an application that syncs itself. One that the same task has
// declared is brought up to date; any other of that name is a conflict.
func (c *Client) Deploy(ctx context.Context, a Application) error {
	if !nameRule.MatchString(a.Name) {
		return wire.Input("an application's name is 1 to 53 of a-z 0-9 with - between them, not %.60q", a.Name)
	}
	if err := c.mayDeploy(ctx, a.Namespace); err != nil {
		return err
	}
	object := a.object(c.opt.Namespace)
	err := c.opt.Cluster.Create(ctx, c.Path(), object)
	if !cluster.IsConflict(err) {
		return wrap(a.Name, err)
	}
	var have struct {
		Metadata struct {
			Annotations map[string]string `json:"annotations"`
		} `json:"metadata"`
	}
	if err := c.opt.Cluster.Get(ctx, c.Path()+"/"+a.Name, &have); err != nil {
		return wrap(a.Name, err)
	}
	if a.Task == "" || have.Metadata.Annotations[annotationTask] != a.Task {
		return wire.Conflict("there is an Argo CD application %q already; choose another name", a.Name)
	}
	return wrap(a.Name, c.opt.Cluster.Apply(ctx, c.Path()+"/"+a.Name, object))
}

func wrap(name string, err error) error {
	if err != nil {
		return fmt.Errorf("declare application %s: %w", name, err)
	}
	return nil
}

// mayDeploy keeps templates out of namespaces that are no environments.
func (c *Client) mayDeploy(ctx context.Context, namespace string) error {
	if slices.Contains(c.opt.Destinations, namespace) {
		return nil
	}
	var have struct {
		Metadata struct {
			Labels map[string]string `json:"labels"`
		} `json:"metadata"`
	}
	err := c.opt.Cluster.Get(ctx, "/api/v1/namespaces/"+namespace, &have)
	if cluster.IsNotFound(err) || err == nil && have.Metadata.Labels["labbox.dev/learner"] != "true" {
		return wire.NotAllowed("templates deploy to environments (env-...), lessons' namespaces and %s, not to %q", strings.Join(c.opt.Destinations, ", "), namespace)
	}
	return err
}

func (a Application) object(namespace string) map[string]any {
	return map[string]any{
		"apiVersion": "argoproj.io/v1alpha1", "kind": "Application",
		"metadata": map[string]any{"name": a.Name, "namespace": namespace,
			"labels":      map[string]any{labelManager: manager},
			"annotations": map[string]any{annotationTask: a.Task, "labbox.dev/owner-ref": a.Owner},
			"finalizers":  []any{"resources-finalizer.argocd.argoproj.io"}},
		"spec": map[string]any{
			"project":     a.Project,
			"source":      map[string]any{"repoURL": a.RepoURL, "path": a.Path, "targetRevision": a.Revision},
			"destination": map[string]any{"server": "https://kubernetes.default.svc", "namespace": a.Namespace},
			"syncPolicy": map[string]any{
				"automated":   map[string]any{"prune": true, "selfHeal": true},
				"syncOptions": []any{"ServerSideApply=true"},
				"retry":       map[string]any{"limit": 5, "backoff": map[string]any{"duration": "2s", "factor": 2, "maxDuration": "30s"}},
			},
		},
	}
}

// Status is how an application fares.
type Status struct {
	Name, Namespace, Sync, Health, Revision, Message string
	Resources                                        []Resource
}

// Resource is one object that an application manages.
type Resource struct {
	Group     string `json:"group"`
	Kind      string `json:"kind"`
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
}

// Applications returns all applications by name.
func (c *Client) Applications(ctx context.Context) (map[string]Status, error) {
	var list struct {
		Items []struct {
			Metadata struct {
				Name string `json:"name"`
			} `json:"metadata"`
			Spec struct {
				Destination struct {
					Namespace string `json:"namespace"`
				} `json:"destination"`
			} `json:"spec"`
			Status struct {
				Sync struct {
					Status   string `json:"status"`
					Revision string `json:"revision"`
				} `json:"sync"`
				Health struct {
					Status  string `json:"status"`
					Message string `json:"message"`
				} `json:"health"`
				Resources []Resource `json:"resources"`
			} `json:"status"`
		} `json:"items"`
	}
	if err := c.opt.Cluster.Get(ctx, c.Path(), &list); err != nil {
		return nil, fmt.Errorf("list Argo CD's applications: %w", err)
	}
	out := map[string]Status{}
	for _, i := range list.Items {
		s := i.Status
		out[i.Metadata.Name] = Status{Name: i.Metadata.Name, Namespace: i.Spec.Destination.Namespace, Sync: s.Sync.Status, Health: s.Health.Status,
			Revision: s.Sync.Revision, Message: s.Health.Message, Resources: s.Resources}
	}
	return out, nil
}

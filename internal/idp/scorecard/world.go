package scorecard

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/labbox/labbox/internal/idp/argo"
	"github.com/labbox/labbox/internal/idp/energy"
	"github.com/labbox/labbox/internal/idp/entity"
)

// world is one look at the systems.
type world struct {
	apps  map[string]argo.Status
	loads []workload
}

// workload is a Deployment, StatefulSet or DaemonSet as far as checks read it.
type workload struct {
	Kind     string
	Metadata struct {
		Name      string            `json:"name"`
		Namespace string            `json:"namespace"`
		Labels    map[string]string `json:"labels"`
	} `json:"metadata"`
	Spec struct {
		Template struct {
			Metadata struct {
				Labels map[string]string `json:"labels"`
			} `json:"metadata"`
			Spec podSpec `json:"spec"`
		} `json:"template"`
	} `json:"spec"`
}

type podSpec struct {
	SecurityContext securityContext `json:"securityContext"`
	Containers      []container     `json:"containers"`
}

type securityContext struct {
	RunAsNonRoot *bool  `json:"runAsNonRoot"`
	RunAsUser    *int64 `json:"runAsUser"`
}

type container struct {
	Name            string          `json:"name"`
	SecurityContext securityContext `json:"securityContext"`
	Resources       struct {
		Requests map[string]any `json:"requests"`
		Limits   map[string]any `json:"limits"`
	} `json:"resources"`
	ReadinessProbe map[string]any `json:"readinessProbe"`
	LivenessProbe  map[string]any `json:"livenessProbe"`
}

// world looks at the systems, or returns the look that was taken a moment ago.
func (c *Cards) world(ctx context.Context) (*world, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.last != nil && time.Since(c.at) < fresh {
		return c.last, nil
	}
	apps, err := c.opt.Argo.Applications(ctx)
	if err != nil {
		return nil, err
	}
	w := &world{apps: apps}
	for kind, resource := range map[string]string{"Deployment": "deployments", "StatefulSet": "statefulsets", "DaemonSet": "daemonsets"} {
		var list struct {
			Items []workload `json:"items"`
		}
		if err := c.opt.Cluster.Get(ctx, "/apis/apps/v1/"+resource, &list); err != nil {
			return nil, fmt.Errorf("list %s: %w", resource, err)
		}
		for _, l := range list.Items {
			l.Kind = kind
			w.loads = append(w.loads, l)
		}
	}
	c.last, c.at = w, time.Now()
	return w, nil
}

// workloads are those of the entity's Argo CD application, and those that carry its
// label backstage.io/kubernetes-id; of a function, the Deployment of that name.
func (w *world) workloads(e entity.Entity) []workload {
	app, hasApp := w.apps[e.Annotation(entity.AnnotationArgoApp)]
	id, space := e.Annotation(entity.AnnotationKubeID), e.Annotation(entity.AnnotationKubeSpace)
	var out []workload
	for _, l := range w.loads {
		m := l.Metadata
		mine := id != "" && (m.Labels[entity.AnnotationKubeID] == id || l.Spec.Template.Metadata.Labels[entity.AnnotationKubeID] == id) && (space == "" || space == m.Namespace)
		if hasApp {
			for _, r := range app.Resources {
				mine = mine || r.Kind == l.Kind && r.Name == m.Name && r.Namespace == m.Namespace
			}
		}
		if strings.EqualFold(e.SpecText("type"), "function") {
			mine = mine || m.Labels["faas_function"] != "" && m.Labels["faas_function"] == e.Name()
		}
		if mine {
			out = append(out, l)
		}
	}
	return out
}

func podsOf(loads []workload) []energy.Pods {
	var out []energy.Pods
	for _, l := range loads {
		out = append(out, energy.Pods{Namespace: l.Metadata.Namespace, Prefix: l.Metadata.Name})
	}
	return out
}

func names(loads []workload) []string {
	out := []string{}
	for _, l := range loads {
		out = append(out, fmt.Sprintf("%s %s/%s", l.Kind, l.Metadata.Namespace, l.Metadata.Name))
	}
	return out
}

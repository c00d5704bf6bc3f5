package report

import (
	"cmp"
	"slices"

	"github.com/labbox/labbox/internal/lab"
)

// system is a part of the platform that a report knows by name.
type system struct {
	// ID is under what the words say what it is for: tool.<ID>, tool.<ID>.for.
	ID, Trend string
	// Namespace and Component are where its workload is.
	Namespace, Component string
	// Link is the ID of the link that opens it.
	Link string
}

// systems are those of the five trends, in the course's order.
func systems() []system {
	return []system{
		{"git", "gitops", "git", "git", "git"},
		{"argocd", "gitops", "argocd", "argocd-server", "argocd"},
		{"idp", "platform", "backstage", "backstage", "backstage"},
		{"mlflow", "mlops", "mlops", "mlflow", "mlflow"},
		{"gateway", "serverless", "openfaas", "gateway", "gateway"},
		{"energy", "sustainability", "monitoring", "energy-exporter", ""},
		{"prometheus", "sustainability", "monitoring", "prometheus", "prometheus"},
		{"workbench", "", "workbench", "workbench", ""},
	}
}

// part is a workload of a system that its main one needs.
func parts() map[string]string {
	return map[string]string{
		"argocd-application-controller": "argocd", "argocd-repo-server": "argocd", "argocd-redis": "argocd",
	}
}

const clusterNamespace = "kube-system"

// platform is the lab as it really is.
type platform struct {
	// found are the systems that there are, by ID.
	found map[string]lab.Component
	// cluster are Kubernetes' own parts.
	cluster []lab.Component
	// functions and others are what runs on the platform: the learner's, the lessons',
	// the capstone's and that of modules by others.
	functions, others []lab.Component
	// models are the model servers among the others.
	models []lab.Component
	// modules are those of other authors.
	modules []lab.Module
}

func readPlatform(in Input) platform {
	p := platform{found: map[string]lab.Component{}}
	for _, c := range in.Status.Components {
		at := slices.IndexFunc(systems(), func(s system) bool { return s.Namespace == c.Namespace && s.Component == c.Name })
		switch {
		case c.Namespace == clusterNamespace:
			p.cluster = append(p.cluster, c)
		case at >= 0:
			p.found[systems()[at].ID] = c
		case parts()[c.Name] != "" && c.Namespace == parts()[c.Name]:
		case c.Namespace == "openfaas-fn" || c.Namespace == "lambda-fn":
			p.functions = append(p.functions, c)
		default:
			if c.Name == "model-server" {
				p.models = append(p.models, c)
			}
			p.others = append(p.others, c)
		}
	}
	slices.SortFunc(p.others, func(a, b lab.Component) int {
		return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Name, b.Name))
	})
	for _, m := range in.Modules {
		if !m.Builtin {
			p.modules = append(p.modules, m)
		}
	}
	return p
}

// has says whether all of these systems are there; function and model mean any.
func (p platform) has(ids ...string) bool {
	for _, id := range ids {
		_, found := p.found[id]
		switch id {
		case "you":
			found = true
		case "functions":
			found = len(p.functions) > 0
		case "model":
			found = len(p.models) > 0
		}
		if !found {
			return false
		}
	}
	return true
}

// version is the version of Kubernetes' API server; empty while there is none.
func (p platform) version() string {
	for _, c := range p.cluster {
		if c.Name == "kube-apiserver" {
			return c.Version
		}
	}
	return ""
}

func linkOf(links []lab.Link, id string) string {
	for _, l := range links {
		if id != "" && l.ID == id {
			return l.URL
		}
	}
	return ""
}

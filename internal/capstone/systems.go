package capstone

import "github.com/labbox/labbox/internal/lab"

// systems are the clients of everything the capstone works with.
type systems struct {
	pace
	opt     Options
	objects lab.Objects
	repo    repository
	argo    argo
	mlflow  mlflow
	gateway gateway
	prom    prometheus
	model   api
}

func (c *Capstone) systems() systems {
	o := c.opt
	client := func(name string, e Endpoint) api { return api{name: name, Endpoint: e, http: o.HTTP} }
	return systems{
		pace:    o.pace,
		opt:     o,
		objects: o.Objects,
		repo:    repository{url: o.Git.URL + "/platform.git", auth: o.Git.Auth, api: client("the git server", o.Git)},
		argo:    argo{pace: o.pace, objects: o.Objects, api: client("Argo CD", Endpoint{URL: o.Argo.URL}), login: o.Argo.Auth},
		mlflow:  mlflow{client("MLflow", Endpoint{URL: o.MLflowURL})},
		gateway: gateway{o.pace, client("the function gateway", o.Gateway)},
		prom:    prometheus{client("Prometheus", Endpoint{URL: o.PrometheusURL})},
		model:   api{name: "the model server", Endpoint: Endpoint{URL: modelURL}, http: o.InCluster},
	}
}

package capstone

import (
	"context"
	"embed"
	"errors"
	"io/fs"
	"log/slog"
	"net/http"
	"time"

	"github.com/labbox/labbox/internal/lab"
)

// Names inside the cluster. The seed of the platform repository uses them too.
const (
	platformURL  = "http://git.git.svc.cluster.local:3000/platform.git"
	trackingURL  = "http://mlflow.mlops.svc.cluster.local:5000"
	modelURL     = "http://model-server.digits.svc.cluster.local:8080"
	argoSpace    = "argocd"
	mlSpace      = "mlops"
	modelSpace   = "digits"
	funcSpace    = "openfaas-fn"
	functionName = "classify"
	modelName    = "digits"
	alias        = "champion"
	gate         = 0.95
	calls        = 100
)

//go:embed all:seed
var seedFiles embed.FS

// Endpoint is a system that is reached over HTTP from this machine.
type Endpoint struct {
	// URL has no slash at its end.
	URL string
	// Auth returns user and password, read when they are needed; nil means that the
	// system asks for none.
	Auth func(ctx context.Context) (user, password string, err error)
}

// The lab's own images, which Images has where its fields are empty.
const (
	WorkerImage   = "labbox.local/ml-worker:3.17.2"
	FunctionImage = "labbox.local/fn-python:dev"
)

// Images are the references of the images the capstone runs.
type Images struct {
	// Worker trains, evaluates, registers and serves models.
	Worker string
	// WorkerDigest identifies the worker's content where it is known: a new digest
	// means new training code, so the pipeline runs again.
	WorkerDigest string
	// Function is the Python function runtime.
	Function string
}

// Options is what a Capstone needs. Objects and the URLs are required.
type Options struct {
	Objects lab.Objects
	// Git.URL is the git server, without a repository's name.
	Git     Endpoint
	Argo    Endpoint
	Gateway Endpoint

	MLflowURL     string
	PrometheusURL string

	// HTTP reaches the URLs above; http.DefaultClient when nil.
	HTTP *http.Client
	// InCluster reaches Services by their cluster names, such as
	// model-server.digits.svc.cluster.local:8080; HTTP when nil.
	InCluster *http.Client
	// Images has the lab's own names where its fields are empty.
	Images Images
	// Seed holds the platform repository's first files; the built-in ones when nil.
	Seed fs.FS
	// IdleWindow is how long the idle function is watched; 10 s when 0.
	IdleWindow time.Duration
	// Log receives what makers want to know; discarded when nil.
	Log *slog.Logger

	pace pace // of all waiting; 1 when 0
}

func (o Options) withDefaults() (Options, error) {
	if o.HTTP == nil {
		o.HTTP = http.DefaultClient
	}
	if o.InCluster == nil {
		o.InCluster = o.HTTP
	}
	if o.Images.Worker == "" {
		o.Images.Worker = WorkerImage
	}
	if o.Images.Function == "" {
		o.Images.Function = FunctionImage
	}
	if o.IdleWindow == 0 {
		o.IdleWindow = 10 * time.Second
	}
	if o.pace == 0 {
		o.pace = 1
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Seed == nil {
		seed, err := fs.Sub(seedFiles, "seed")
		if err != nil {
			return o, err
		}
		o.Seed = seed
	}
	if o.Objects == nil || o.Git.URL == "" || o.Argo.URL == "" || o.Gateway.URL == "" || o.MLflowURL == "" || o.PrometheusURL == "" {
		return o, errors.New("capstone: Objects and all URLs must be given")
	}
	return o, nil
}

// Package idp is the lab's internal developer platform: see internal/idp.
package idp

import (
	"context"
	"errors"
	"flag"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/labbox/labbox/internal/idp"
	"github.com/labbox/labbox/internal/idp/cluster"
)

type config struct {
	addr, destinations string
	opt                idp.Options
}

func parse(args []string) (config, error) {
	c := config{}
	o := &c.opt
	f := flag.NewFlagSet("idp", flag.ContinueOnError)
	f.StringVar(&c.addr, "listen", ":7007", "address to listen on")
	f.StringVar(&o.GitURL, "git-url", "http://git.git.svc.cluster.local:3000", "the lab's git server")
	f.StringVar(&o.GitPublic, "git-public", "http://127.0.0.1:3000", "the git server as a browser reaches it")
	f.StringVar(&o.GitCredentials, "git-credentials", "/etc/git-credentials", "directory with the files username and password")
	f.StringVar(&o.Credentials, "credentials", "/etc/backstage-credentials", "directory with the files username and password of who may change something")
	f.StringVar(&o.WebhookSecret, "webhook-secret-file", "", "file with the secret that signs git's webhooks")
	f.StringVar(&o.PrometheusURL, "prometheus-url", "http://prometheus.monitoring.svc.cluster.local:9090", "the lab's Prometheus")
	f.StringVar(&o.ArgoNamespace, "argocd-namespace", "argocd", "where Argo CD's Applications are")
	f.StringVar(&o.ArgoPublic, "argocd-public", "http://127.0.0.1:8081", "Argo CD as a browser reaches it")
	f.StringVar(&o.GatewayPublic, "gateway-public", "http://127.0.0.1:8080", "the function gateway as a browser reaches it")
	f.StringVar(&o.DashboardPublic, "dashboard-public", "http://127.0.0.1:8800", "labbox' dashboard as a browser reaches it")
	f.StringVar(&c.destinations, "destinations", "openfaas-fn", "namespaces, beside environments, that templates may deploy to")
	f.StringVar(&o.LearnerNamespace, "learner-namespace", "workbench", "namespace of the learner's service account")
	f.StringVar(&o.LearnerAccount, "learner-account", "learner", "name of the learner's service account")
	f.StringVar(&o.Role, "role", "edit", "ClusterRole that owners and learners get in environments")
	f.StringVar(&o.StateDir, "state-dir", "/data", "directory that keeps tasks and registered locations; empty: nothing is kept")
	f.BoolVar(&o.Seed, "seed", true, "make the repository of the golden paths where there is none")
	f.DurationVar(&o.Every, "every", 5*time.Second, "how often git is looked at where no webhook came")
	return c, f.Parse(args)
}

// Main is the program with its flags in args. It returns when ctx is done or the
// server has failed.
func Main(ctx context.Context, args []string, version, _ string) error {
	c, err := parse(args)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if err != nil {
		return err
	}
	c.opt.Version = version
	c.opt.Log = slog.New(slog.NewTextHandler(os.Stderr, nil))
	c.opt.Destinations = strings.FieldsFunc(c.destinations, func(r rune) bool { return r == ',' || r == ' ' })
	if c.opt.Cluster, err = cluster.InCluster(); err != nil {
		return err
	}
	platform, err := idp.New(c.opt)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() { defer close(done); platform.Run(ctx) }()
	defer func() { cancel(); <-done }()
	return serve(ctx, c, platform.Handler())
}

// serve answers until ctx is done.
func serve(ctx context.Context, c config, handler http.Handler) error {
	srv := &http.Server{Addr: c.addr, Handler: handler, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 30 * time.Second,
		WriteTimeout: 90 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 32 << 10,
		ErrorLog: slog.NewLogLogger(c.opt.Log.Handler(), slog.LevelDebug)}
	failed := make(chan error, 1)
	go func() { failed <- srv.ListenAndServe() }()
	c.opt.Log.Info("serving", "addr", c.addr, "version", c.opt.Version)
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		return srv.Shutdown(grace)
	}
}

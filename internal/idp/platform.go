package idp

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"sync"
	"time"

	"github.com/labbox/labbox/internal/idp/argo"
	"github.com/labbox/labbox/internal/idp/catalog"
	"github.com/labbox/labbox/internal/idp/cluster"
	"github.com/labbox/labbox/internal/idp/energy"
	"github.com/labbox/labbox/internal/idp/environment"
	"github.com/labbox/labbox/internal/idp/golden"
	"github.com/labbox/labbox/internal/idp/repo"
	"github.com/labbox/labbox/internal/idp/scaffold"
	"github.com/labbox/labbox/internal/idp/scorecard"
	"github.com/labbox/labbox/internal/idp/site"
	"github.com/labbox/labbox/internal/idp/techdocs"
)

// Platform is the whole of it.
type Platform struct {
	opt          Options
	git          *repo.Client
	catalog      *catalog.Catalog
	scaffolder   *scaffold.Scaffolder
	environments *environment.Service
	cards        *scorecard.Cards
	docs         *techdocs.Docs
	handler      http.Handler
}

// New puts the parts together and reads the state directory.
func New(o Options) (*Platform, error) {
	p := &Platform{opt: o}
	p.git = repo.New(repo.Options{URL: o.GitURL, Public: o.GitPublic, Login: login(o.GitCredentials)})
	state := func(name string) string {
		if o.StateDir == "" {
			return ""
		}
		return filepath.Join(o.StateDir, name)
	}
	var err error
	p.catalog, err = catalog.New(catalog.Options{Git: p.git, StateFile: state("catalog.json"), Every: o.Every, Log: o.Log})
	if err != nil {
		return nil, err
	}
	kube := cluster.New(o.Cluster)
	apps := argo.New(argo.Options{Cluster: kube, Namespace: o.ArgoNamespace, Destinations: o.Destinations})
	p.environments = environment.New(environment.Options{Cluster: kube, Catalog: p.catalog, Role: o.Role, LearnerAccount: o.LearnerAccount,
		LearnerNamespace: o.LearnerNamespace, Applications: apps.Path(), Log: o.Log})
	p.scaffolder, err = scaffold.New(scaffold.Options{Dir: state("tasks"), Log: o.Log,
		Tools: scaffold.Tools{Git: p.git, Catalog: p.catalog, Deployer: deployer{apps}, Environments: environments{p.environments}}})
	if err != nil {
		return nil, err
	}
	p.docs = techdocs.New(p.git)
	p.cards = scorecard.New(scorecard.Options{Catalog: p.catalog, Cluster: kube, Argo: apps, Docs: p.docs, Energy: energy.New(energy.Options{URL: o.PrometheusURL})})
	pages, err := site.New(site.Options{Catalog: p.catalog, Scaffolder: p.scaffolder, Environments: p.environments, Cards: p.cards, Git: p.git, User: User,
		Links: site.Links{Argo: o.ArgoPublic, Gateway: o.GatewayPublic, Dashboard: o.DashboardPublic}})
	if err != nil {
		return nil, err
	}
	p.handler = p.routes(pages)
	return p, nil
}

// deployer and environments fit rooms' parts to what the scaffolder asks for.
type deployer struct{ apps *argo.Client }

// Deploy implements scaffold.Deployer.
func (d deployer) Deploy(ctx context.Context, a scaffold.Application) error {
	return d.apps.Deploy(ctx, argo.Application(a))
}

type environments struct{ service *environment.Service }

// Ensure implements scaffold.Environments.
func (e environments) Ensure(ctx context.Context, w scaffold.EnvironmentWish) (string, error) {
	return e.service.Ensure(ctx, environment.Wish(w))
}

// Handler answers everything: the REST paths and the pages.
func (p *Platform) Handler() http.Handler { return p.handler }

// Run keeps the catalog and the environments up to date until ctx is done, and then
// ends the tasks that run.
func (p *Platform) Run(ctx context.Context) {
	var wg sync.WaitGroup
	if p.opt.Seed {
		wg.Go(func() { p.seed(ctx) })
	}
	wg.Go(func() { p.catalog.Run(ctx) })
	wg.Go(func() { p.environments.Run(ctx, 5*time.Second) })
	<-ctx.Done()
	p.scaffolder.Close()
	wg.Wait()
}

// seed makes the repository of the golden paths where there is none, and tries again
// until the git server takes it.
func (p *Platform) seed(ctx context.Context) {
	for wait := time.Second; ; wait = min(wait*2, 30*time.Second) {
		err := p.seedOnce(ctx)
		if err == nil {
			p.catalog.Announce(golden.Repository)
			return
		}
		p.opt.Log.Warn("make the repository of the golden paths", "err", err)
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		}
	}
}

func (p *Platform) seedOnce(ctx context.Context) error {
	info, err := p.git.Repository(ctx, golden.Repository)
	if err == nil && info.Head != "" {
		return nil // it is the learner's now
	}
	if errors.Is(err, repo.ErrNotFound) {
		err = p.git.Create(ctx, golden.Repository, "Golden paths and teams of the platform")
	}
	if err != nil && !errors.Is(err, repo.ErrExists) {
		return err
	}
	files, err := golden.Files()
	if err != nil {
		return err
	}
	_, err = p.git.Push(ctx, repo.Push{Repo: golden.Repository, Branch: "main", Files: files, Message: "The lab's teams and golden paths"})
	if err != nil {
		return fmt.Errorf("push the golden paths: %w", err)
	}
	return nil
}

package helm

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"helm.sh/helm/v3/pkg/action"
	"helm.sh/helm/v3/pkg/chart"
	"helm.sh/helm/v3/pkg/release"
	"helm.sh/helm/v3/pkg/storage/driver"

	"github.com/labbox/labbox/internal/lab"
)

const (
	defaultTimeout = 5 * time.Minute
	// revisions of a release that are kept.
	revisions = 3
)

// Options are what an Installer needs.
type Options struct {
	// Kubeconfig returns a kubeconfig that works from this machine; it is asked at
	// every call.
	Kubeconfig func(ctx context.Context) ([]byte, error)
	// Log takes what the makers of labbox may want to know; nil discards it.
	Log *slog.Logger
}

// Installer is a lab.Installer. Its methods may be called concurrently, but not two
// at a time for one release.
type Installer struct {
	log     *slog.Logger
	connect func(ctx context.Context, namespace string) (*session, error)
}

var _ lab.Installer = (*Installer)(nil)

// session is one connection to a cluster with the releases of one namespace.
type session struct {
	namespace string
	cfg       *action.Configuration
	api       objects
}

// objects is what an Installer does to the cluster beside Helm.
type objects interface {
	// prepare makes the chart's namespace and applies its CRDs until the API serves them.
	prepare(ctx context.Context, c lab.Chart) error
	// complete says whether every object of a manifest exists.
	complete(ctx context.Context, manifest string) (bool, error)
	// waitReady returns when the manifest's workloads are ready; after ctx it returns
	// an error that says what is not and why.
	waitReady(ctx context.Context, manifest string) error
	// waitGone returns when no object of the manifest exists but those that are to stay.
	waitGone(ctx context.Context, manifest string) error
}

// New returns an Installer; nothing is contacted before its methods are called.
func New(o Options) *Installer {
	log := o.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Installer{
		log: log,
		connect: func(ctx context.Context, namespace string) (*session, error) {
			kubeconfig, err := o.Kubeconfig(ctx)
			if err != nil {
				return nil, fmt.Errorf("get kubeconfig: %w", err)
			}
			return dial(kubeconfig, namespace, log)
		},
	}
}

// Install installs or upgrades c and waits until its workloads are ready. The same
// chart with the same values makes no new revision, unless an object is missing. A
// release that was interrupted or failed is taken up from where it stands.
func (i *Installer) Install(ctx context.Context, c lab.Chart) (lab.Release, error) {
	timeout := c.Timeout
	if timeout <= 0 {
		timeout = defaultTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	r, err := i.install(ctx, c)
	if err != nil {
		return lab.Release{}, fmt.Errorf("install %s: %w", c.Release, err)
	}
	return toLab(r), nil
}

func (i *Installer) install(ctx context.Context, c lab.Chart) (*release.Release, error) {
	loaded, err := loadChart(c.FS)
	if err != nil {
		return nil, err
	}
	values, err := plainValues(c.Values)
	if err != nil {
		return nil, err
	}
	s, err := i.connect(ctx, c.Namespace)
	if err != nil {
		return nil, err
	}
	if err := s.api.prepare(ctx, c); err != nil {
		return nil, err
	}
	r, err := i.roll(ctx, s, wanted{name: c.Release, chart: loaded, values: values, confined: c.Confined})
	if err != nil {
		return nil, err
	}
	start := time.Now()
	if err := s.api.waitReady(ctx, r.Manifest); err != nil {
		return nil, err
	}
	i.log.Debug("release is ready", "release", c.Release, "revision", r.Version, "waited", time.Since(start))
	return r, nil
}

// wanted is what a release is to be.
type wanted struct {
	name   string
	chart  *chart.Chart
	values map[string]any
	// confined is that of lab.Chart.
	confined bool
}

// roll brings the release to what is wanted without waiting for its workloads.
func (i *Installer) roll(ctx context.Context, s *session, w wanted) (*release.Release, error) {
	last, err := s.cfg.Releases.Last(w.name)
	switch {
	case errors.Is(err, driver.ErrReleaseNotFound):
		return runInstall(ctx, s, w)
	case err != nil:
		return nil, fmt.Errorf("read release: %w", err)
	case last.Info.Status == release.StatusUninstalling || last.Info.Status == release.StatusUninstalled:
		if err := uninstall(ctx, s, w.name, last); err != nil {
			return nil, err
		}
		return runInstall(ctx, s, w)
	case last.Info.Status.IsPending():
		// Whoever began this is gone: one labbox runs at a time.
		i.log.Info("taking up an interrupted release", "release", w.name, "status", last.Info.Status)
		last.SetStatus(release.StatusFailed, "interrupted")
		if err := s.cfg.Releases.Update(last); err != nil {
			return nil, fmt.Errorf("mark interrupted release: %w", err)
		}
	case last.Info.Status == release.StatusDeployed && sameChart(last.Chart, w.chart) && sameValues(last.Config, w.values):
		whole, err := s.api.complete(ctx, last.Manifest)
		if err != nil {
			return nil, err
		}
		if whole {
			return last, nil
		}
	}
	return runUpgrade(ctx, s, w)
}

// Uninstall removes a release and waits until its objects are gone. One that does
// not exist is no error.
func (i *Installer) Uninstall(ctx context.Context, namespace, name string) error {
	s, err := i.connect(ctx, namespace)
	if err != nil {
		return fmt.Errorf("uninstall %s: %w", name, err)
	}
	last, err := s.cfg.Releases.Last(name)
	if errors.Is(err, driver.ErrReleaseNotFound) {
		return nil
	}
	if err == nil {
		err = uninstall(ctx, s, name, last)
	}
	if err != nil {
		return fmt.Errorf("uninstall %s: %w", name, err)
	}
	return nil
}

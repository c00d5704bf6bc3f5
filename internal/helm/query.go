package helm

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"helm.sh/helm/v3/pkg/action"
	"helm.sh/helm/v3/pkg/release"
	"helm.sh/helm/v3/pkg/storage/driver"

	"github.com/labbox/labbox/internal/lab"
)

// Status is a release with what "helm status" tells of it.
type Status struct {
	lab.Release
	// Description is Helm's last word on the release.
	Description string `json:"description"`
	// Notes are the chart's, rendered.
	Notes string `json:"notes,omitempty"`
}

// Releases returns the latest revision of every release, by namespace and name.
func (i *Installer) Releases(ctx context.Context) ([]lab.Release, error) {
	s, err := i.connect(ctx, "")
	if err != nil {
		return nil, fmt.Errorf("list releases: %w", err)
	}
	list := action.NewList(s.cfg)
	list.AllNamespaces = true
	list.StateMask = action.ListAll
	found, err := list.Run()
	if err != nil {
		return nil, fmt.Errorf("list releases: %w", err)
	}
	releases := make([]lab.Release, len(found))
	for n, r := range found {
		releases[n] = toLab(r)
	}
	slices.SortFunc(releases, func(a, b lab.Release) int {
		return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Name, b.Name))
	})
	return releases, nil
}

// Status returns the latest revision of a release; an Error with CodeNotFound when
// there is none.
func (i *Installer) Status(ctx context.Context, namespace, name string) (Status, error) {
	r, err := i.last(ctx, namespace, name)
	if err != nil {
		return Status{}, err
	}
	return Status{Release: toLab(r), Description: r.Info.Description, Notes: r.Info.Notes}, nil
}

// Values returns the values that a release was given over those of its chart; an
// Error with CodeNotFound when there is no such release.
func (i *Installer) Values(ctx context.Context, namespace, name string) (map[string]any, error) {
	r, err := i.last(ctx, namespace, name)
	if err != nil {
		return nil, err
	}
	if r.Config == nil {
		return map[string]any{}, nil
	}
	return r.Config, nil
}

func (i *Installer) last(ctx context.Context, namespace, name string) (*release.Release, error) {
	s, err := i.connect(ctx, namespace)
	if err != nil {
		return nil, fmt.Errorf("read release %s: %w", name, err)
	}
	r, err := s.cfg.Releases.Last(name)
	if errors.Is(err, driver.ErrReleaseNotFound) {
		return nil, lab.Errorf(lab.CodeNotFound, "\"labbox helm list\" shows the releases there are.",
			"no release %q in namespace %q", name, namespace)
	}
	if err != nil {
		return nil, fmt.Errorf("read release %s: %w", name, err)
	}
	return r, nil
}

func toLab(r *release.Release) lab.Release {
	out := lab.Release{Name: r.Name, Namespace: r.Namespace, Revision: r.Version}
	if r.Chart != nil && r.Chart.Metadata != nil {
		out.Chart, out.ChartVersion, out.AppVersion = r.Chart.Metadata.Name, r.Chart.Metadata.Version, r.Chart.Metadata.AppVersion
	}
	if r.Info != nil {
		out.Status, out.Updated = r.Info.Status.String(), r.Info.LastDeployed.Time
	}
	return out
}

package labtest

import (
	"cmp"
	"context"
	"reflect"
	"slices"
	"sync"

	"github.com/labbox/labbox/internal/lab"
)

// Installer is a lab.Installer in memory. Its zero value is ready for use.
type Installer struct {
	// Fail holds the error of installing a release, by its name.
	Fail map[string]error

	mu       sync.Mutex
	charts   map[string]lab.Chart
	releases map[string]lab.Release
}

var _ lab.Installer = (*Installer)(nil)

// Install records c; the revision grows when the values changed.
func (i *Installer) Install(ctx context.Context, c lab.Chart) (lab.Release, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if err := i.Fail[c.Release]; err != nil {
		return lab.Release{}, err
	}
	if err := ctx.Err(); err != nil {
		return lab.Release{}, err
	}
	if i.charts == nil {
		i.charts, i.releases = map[string]lab.Chart{}, map[string]lab.Release{}
	}
	key := c.Namespace + "/" + c.Release
	before, had := i.charts[key]
	release := i.releases[key]
	if !had || !reflect.DeepEqual(before.Values, c.Values) {
		release.Revision++
	}
	release.Name, release.Namespace, release.Chart, release.Status = c.Release, c.Namespace, c.Release, "deployed"
	i.charts[key], i.releases[key] = c, release
	return release, nil
}

// Uninstall forgets a release.
func (i *Installer) Uninstall(_ context.Context, namespace, release string) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	delete(i.charts, namespace+"/"+release)
	delete(i.releases, namespace+"/"+release)
	return nil
}

// Releases returns what is installed, by namespace and name.
func (i *Installer) Releases(context.Context) ([]lab.Release, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	out := make([]lab.Release, 0, len(i.releases))
	for _, r := range i.releases {
		out = append(out, r)
	}
	slices.SortFunc(out, func(a, b lab.Release) int {
		return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Name, b.Name))
	})
	return out, nil
}

// Chart returns the chart that was last given for a release.
func (i *Installer) Chart(namespace, release string) (lab.Chart, bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	c, ok := i.charts[namespace+"/"+release]
	return c, ok
}

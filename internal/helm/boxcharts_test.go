package helm

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/labbox/labbox/internal/lab"
)

// TestBoxCharts installs the charts that LABBOX_TEST_CHARTS names ("git:git" is chart
// git in namespace git) at the same time, twice. LABBOX_TEST_CRDS is a directory with
// one directory of definitions a chart.
func TestBoxCharts(t *testing.T) {
	names := strings.Fields(os.Getenv("LABBOX_TEST_CHARTS"))
	i := mustRealInstaller(t)
	if len(names) == 0 {
		t.Skip("LABBOX_TEST_CHARTS names no charts")
	}
	for _, round := range []string{"first", "again"} {
		t.Run(round, func(t *testing.T) {
			group, ctx := errgroup.WithContext(t.Context())
			for _, name := range names {
				c := mustLabChart(t, name)
				group.Go(func() error {
					start := time.Now()
					r, err := i.Install(ctx, c)
					t.Logf("%-12s %6.2fs revision %d %s", c.Release, time.Since(start).Seconds(), r.Revision, r.Status)
					if err == nil && round == "again" && r.Revision != 1 {
						t.Errorf("%s: installing it again made revision %d", c.Release, r.Revision)
					}
					return err
				})
			}
			if err := group.Wait(); err != nil {
				t.Error(err)
			}
		})
	}
}

func mustLabChart(t *testing.T, name string) lab.Chart {
	t.Helper()
	chart, namespace, _ := strings.Cut(name, ":")
	c := lab.Chart{Release: chart, Namespace: namespace, FS: os.DirFS(filepath.Join(chartsDir, chart))}
	files, err := filepath.Glob(filepath.Join(os.Getenv("LABBOX_TEST_CRDS"), chart, "*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		c.CRDs = append(c.CRDs, data)
	}
	return c
}

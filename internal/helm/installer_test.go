package helm

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"helm.sh/helm/v3/pkg/release"

	"github.com/labbox/labbox/internal/lab"
)

func TestInstallTakesUpWhatWasInterrupted(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		status   release.Status
		revision int
		gone     int
	}{
		{release.StatusPendingInstall, 2, 0},
		{release.StatusPendingUpgrade, 2, 0},
		{release.StatusPendingRollback, 2, 0},
		{release.StatusFailed, 2, 0},
		// What was being removed is removed first and then begins anew.
		{release.StatusUninstalling, 1, 1},
	} {
		t.Run(string(tc.status), func(t *testing.T) {
			t.Parallel()
			f := &fakeCluster{}
			i := f.installer()
			c := lab.Chart{Release: "r", Namespace: "n", FS: mustChart(t, "c", configMap)}
			mustInstall(t, i, c)
			mustSetStatus(t, i, tc.status)

			if r := mustInstall(t, i, c); r.Revision != tc.revision || r.Status != "deployed" {
				t.Errorf("after %s: %+v, want revision %d deployed", tc.status, r, tc.revision)
			}
			if f.gone != tc.gone {
				t.Errorf("waited %d times for the end, want %d", f.gone, tc.gone)
			}
		})
	}
}

func TestInstallSeesWhatChanged(t *testing.T) {
	t.Parallel()
	base := func(t *testing.T) lab.Chart {
		return lab.Chart{Release: "r", Namespace: "n", FS: mustChart(t, "c", configMap), Values: map[string]any{"list": []string{"x"}, "n": 2}}
	}
	for name, tc := range map[string]struct {
		change   func(t *testing.T, c *lab.Chart, f *fakeCluster)
		revision int
	}{
		"nothing":              {func(*testing.T, *lab.Chart, *fakeCluster) {}, 1},
		"an object is missing": {func(_ *testing.T, _ *lab.Chart, f *fakeCluster) { f.incomplete = 1 }, 2},
		"a value":              {func(_ *testing.T, c *lab.Chart, _ *fakeCluster) { c.Values = map[string]any{"n": 3} }, 2},
		"no values":            {func(_ *testing.T, c *lab.Chart, _ *fakeCluster) { c.Values = nil }, 2},
		"the type of a number": {func(_ *testing.T, c *lab.Chart, _ *fakeCluster) {
			c.Values = map[string]any{"list": []any{"x"}, "n": float64(2)}
		}, 1},
		"a template": {func(t *testing.T, c *lab.Chart, _ *fakeCluster) {
			c.FS = mustChart(t, "c", configMap+"# more\n")
		}, 2},
		"the chart's own values": {func(t *testing.T, c *lab.Chart, _ *fakeCluster) {
			files := mustChart(t, "c", configMap)
			files["values.yaml"] = &fstest.MapFile{Data: []byte("greeting: bye\n")}
			c.FS = files
		}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := &fakeCluster{}
			i, c := f.installer(), base(t)
			mustInstall(t, i, c)
			tc.change(t, &c, f)
			if r := mustInstall(t, i, c); r.Revision != tc.revision {
				t.Errorf("revision %d, want %d", r.Revision, tc.revision)
			}
		})
	}
}

func TestInstallPreparesTheNamespace(t *testing.T) {
	t.Parallel()
	f := &fakeCluster{}
	mustInstall(t, f.installer(), lab.Chart{Release: "r", Namespace: "n", FS: mustChart(t, "c", configMap), CRDs: [][]byte{nil, nil}})
	if len(f.prepared) != 1 || f.prepared[0] != "n" || f.crds != 2 {
		t.Errorf("prepared %v with %d definitions", f.prepared, f.crds)
	}
}

func TestInstallFails(t *testing.T) {
	t.Parallel()
	notReady := lab.Errorf(lab.CodeNotReady, "look", "not ready")
	for name, tc := range map[string]struct {
		fs       fstest.MapFS
		notReady error
		wants    string
	}{
		"no chart":          {fs: fstest.MapFS{}, wants: "Chart.yaml"},
		"broken template":   {fs: mustChart(t, "c", "{{ .Values.greeting"), wants: "template"},
		"value is required": {fs: mustChart(t, "c", `{{ required "say who" .Values.who }}`), wants: "say who"},
		"never ready":       {fs: mustChart(t, "c", configMap), notReady: notReady, wants: "not ready"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := &fakeCluster{notReady: tc.notReady}
			_, err := f.installer().Install(t.Context(), lab.Chart{Release: "r", Namespace: "n", FS: tc.fs})
			if err == nil || !strings.Contains(err.Error(), tc.wants) || !strings.Contains(err.Error(), "install r") {
				t.Errorf("error %v, want it to say %q", err, tc.wants)
			}
			if tc.notReady != nil && !errors.Is(err, tc.notReady) {
				t.Errorf("error %v does not carry the wait's", err)
			}
		})
	}
}

func TestValuesAndStatus(t *testing.T) {
	t.Parallel()
	i := (&fakeCluster{}).installer()
	mustInstall(t, i, lab.Chart{Release: "r", Namespace: "n", FS: mustChart(t, "c", configMap), Values: map[string]any{"greeting": "hi"}})
	values, err := i.Values(t.Context(), "n", "r")
	if err != nil || len(values) != 1 || values["greeting"] != "hi" {
		t.Errorf("values %v, %v", values, err)
	}
	status, err := i.Status(t.Context(), "n", "r")
	if err != nil || status.Status != "deployed" || status.AppVersion != "v9" || !strings.Contains(status.Notes, "Says hi.") {
		t.Errorf("status %+v, %v", status, err)
	}
	_, err = i.Values(t.Context(), "n", "other")
	if lab.AsError(err).Code != lab.CodeNotFound {
		t.Errorf("values of an absent release: %v", err)
	}
}

// mustSetStatus leaves release r of namespace n as a killed process would.
func mustSetStatus(t *testing.T, i *Installer, status release.Status) {
	t.Helper()
	s, err := i.connect(t.Context(), "n")
	if err != nil {
		t.Fatal(err)
	}
	last, err := s.cfg.Releases.Last("r")
	if err != nil {
		t.Fatal(err)
	}
	last.SetStatus(status, "test")
	if err := s.cfg.Releases.Update(last); err != nil {
		t.Fatal(err)
	}
}

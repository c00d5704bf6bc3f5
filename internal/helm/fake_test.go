package helm

import (
	"context"
	"io"
	"log/slog"
	"sync"
	"testing"
	"testing/fstest"

	"helm.sh/helm/v3/pkg/action"
	"helm.sh/helm/v3/pkg/chartutil"
	kubefake "helm.sh/helm/v3/pkg/kube/fake"
	"helm.sh/helm/v3/pkg/storage"
	"helm.sh/helm/v3/pkg/storage/driver"

	"github.com/labbox/labbox/internal/lab"
)

// fakeCluster keeps releases in memory, as Helm's own tests do, and notes what it is
// asked for.
type fakeCluster struct {
	// incomplete is how many times an object is found missing; notReady is returned
	// by the wait.
	incomplete int
	notReady   error

	mu       sync.Mutex
	memory   *driver.Memory
	prepared []string
	crds     int
	gone     int
}

func (f *fakeCluster) installer() *Installer {
	f.memory = driver.NewMemory()
	connect := func(_ context.Context, namespace string) (*session, error) {
		f.memory.SetNamespace(namespace)
		return &session{namespace: namespace, api: f, cfg: &action.Configuration{
			Releases:     storage.Init(f.memory),
			KubeClient:   &kubefake.PrintingKubeClient{Out: io.Discard, LogOutput: io.Discard},
			Capabilities: chartutil.DefaultCapabilities,
			Log:          func(string, ...any) {},
		}}, nil
	}
	return &Installer{log: slog.New(slog.DiscardHandler), connect: connect}
}

func (f *fakeCluster) prepare(_ context.Context, c lab.Chart) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.prepared, f.crds = append(f.prepared, c.Namespace), f.crds+len(c.CRDs)
	return nil
}

func (f *fakeCluster) complete(context.Context, string) (bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.incomplete > 0 {
		f.incomplete--
		return false, nil
	}
	return true, nil
}

func (f *fakeCluster) waitReady(ctx context.Context, _ string) error {
	if f.notReady != nil {
		return f.notReady
	}
	return ctx.Err()
}

func (f *fakeCluster) waitGone(context.Context, string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.gone++
	return nil
}

// mustChart is a small chart: one ConfigMap with a value in it.
func mustChart(t *testing.T, name, template string) fstest.MapFS {
	t.Helper()
	file := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	return fstest.MapFS{
		"Chart.yaml":             file("apiVersion: v2\nname: " + name + "\nversion: 1.2.3\nappVersion: v9\n"),
		"values.yaml":            file("greeting: hello\ncount: 1\n"),
		"templates/_helpers.tpl": file(`{{- define "greeting" }}{{ .Values.greeting }}{{ end }}`),
		"templates/map.yaml":     file(template),
		"templates/NOTES.txt":    file("Says {{ .Values.greeting }}.\n"),
	}
}

const configMap = `apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name }}}
data: {greeting: {{ include "greeting" . | quote }}}
`

func mustInstall(t *testing.T, i lab.Installer, c lab.Chart) lab.Release {
	t.Helper()
	r, err := i.Install(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

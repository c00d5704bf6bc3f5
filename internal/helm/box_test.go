package helm

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/labbox/labbox/internal/lab"
)

const widgetCRD = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.contract.labbox.dev}
spec:
  group: contract.labbox.dev
  scope: Namespaced
  names: {kind: Widget, plural: widgets}
  versions:
    - name: v1
      served: true
      storage: true
      schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
`

// TestBoxInstaller runs against the cluster of the kubeconfig in LABBOX_TEST_KUBECONFIG.
func TestBoxInstaller(t *testing.T) {
	i := mustRealInstaller(t)
	t.Run("contract", func(t *testing.T) { testContract(t, i) })
	t.Run("definitions come before the objects that need them", func(t *testing.T) {
		chart := lab.Chart{Release: "widgets", Namespace: "contract", CRDs: [][]byte{[]byte(widgetCRD)}, Timeout: time.Minute,
			FS: mustChart(t, "widgets", "apiVersion: contract.labbox.dev/v1\nkind: Widget\nmetadata: {name: one}\n")}
		mustInstall(t, i, chart)
		if r := mustInstall(t, i, chart); r.Revision != 1 {
			t.Errorf("the same again made revision %d", r.Revision)
		}
		if err := i.Uninstall(t.Context(), "contract", "widgets"); err != nil {
			t.Error(err)
		}
	})
	t.Run("a missing object is made again", func(t *testing.T) {
		chart := lab.Chart{Release: "whole", Namespace: "contract", FS: mustChart(t, "whole", configMap), Timeout: time.Minute}
		mustInstall(t, i, chart)
		s, err := i.connect(t.Context(), "contract")
		if err != nil {
			t.Fatal(err)
		}
		c := s.api.(*cluster)
		list, err := c.build("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: whole, namespace: contract}\n")
		if err != nil {
			t.Fatal(err)
		}
		if _, errs := c.helm.Delete(list); errs != nil {
			t.Fatal(errs)
		}
		if r := mustInstall(t, i, chart); r.Revision != 2 {
			t.Errorf("revision %d, want 2", r.Revision)
		}
		if err := list[0].Get(); err != nil {
			t.Errorf("still missing: %v", err)
		}
		if err := i.Uninstall(t.Context(), "contract", "whole"); err != nil {
			t.Error(err)
		}
	})
	t.Run("what is not ready says why", func(t *testing.T) { testNotReady(t, i) })
}

// testNotReady installs a Deployment whose image nobody has.
func testNotReady(t *testing.T, i *Installer) {
	chart := lab.Chart{Release: "stuck", Namespace: "contract", Timeout: 8 * time.Second, FS: mustChart(t, "stuck", `apiVersion: apps/v1
kind: Deployment
metadata: {name: stuck}
spec:
  selector: {matchLabels: {app: stuck}}
  template:
    metadata: {labels: {app: stuck}}
    spec: {containers: [{name: main, image: labbox.local/nobody-has-this:1, imagePullPolicy: Never}]}
`)}
	_, err := i.Install(t.Context(), chart)
	var e *lab.Error
	if !errors.As(err, &e) || e.Code != lab.CodeNotReady || !strings.Contains(e.Message, "stuck") || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v", err)
	}
	t.Log(err)
	r := mustReleases(t, i, "contract")
	if len(r) != 1 || r[0].Status != "deployed" {
		t.Errorf("releases %+v", r)
	}
	if err := i.Uninstall(t.Context(), "contract", "stuck"); err != nil {
		t.Error(err)
	}
}

func mustRealInstaller(t *testing.T) *Installer {
	t.Helper()
	path := os.Getenv("LABBOX_TEST_KUBECONFIG")
	if testing.Short() || path == "" {
		t.Skip("needs a cluster: LABBOX_TEST_KUBECONFIG names its kubeconfig")
	}
	return New(Options{Kubeconfig: func(context.Context) ([]byte, error) { return os.ReadFile(path) }})
}

package helm

import (
	"bytes"
	"strings"
	"testing"
)

func TestConfined(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ manifest, fault string }{
		"own namespace":         {"apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: hello}\n---\n# nothing\n---\napiVersion: v1\nkind: Service\nmetadata: {name: web}\n", ""},
		"other namespace":       {"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, namespace: kube-system}\n", "in namespace kube-system is refused"},
		"cluster role":          {"apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: x}\n", "ClusterRoleBinding x is refused"},
		"a list":                {"apiVersion: v1\nkind: List\nitems: [{apiVersion: v1, kind: Namespace, metadata: {name: x}}]\n", "v1/List  is refused"},
		"an application":        {"apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: x}\n", "Application x is refused"},
		"a path of the machine": {"apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec: {volumes: [{hostPath: {path: /}}]}\n", "ask for hostPath"},
		"all rights":            {"apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\nspec: {template: {spec: {containers: [{securityContext: {privileged: true}}]}}}\n", "ask for privileged"},
		"fewer rights":          {"apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec: {containers: [{securityContext: {privileged: false}}]}\n", ""},
		"no YAML":               {"{{", "read what the chart makes"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, err := confined{"hello"}.Run(bytes.NewBufferString(c.manifest))
			if c.fault == "" && (err != nil || out.String() != c.manifest) {
				t.Errorf("Run returns %v", err)
			}
			if c.fault != "" && (err == nil || !strings.Contains(err.Error(), c.fault)) {
				t.Errorf("Run returns %v, want %q", err, c.fault)
			}
		})
	}
}

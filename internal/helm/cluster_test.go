package helm

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// The removal of a release must not wait for what Helm leaves.
func TestKept(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]bool{"keep": true, "other": false, "": false} {
		o := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Annotations: map[string]string{"helm.sh/resource-policy": value}}}
		if got := kept(o); got != want {
			t.Errorf("kept() with policy %q = %t", value, got)
		}
	}
}

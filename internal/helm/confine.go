package helm

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"

	"helm.sh/helm/v3/pkg/postrender"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/yaml"
)

// confined refuses what a chart by others must not make. It is asked after the chart has
// been rendered and before anything is sent.
type confined struct{ namespace string }

var _ postrender.PostRenderer = confined{}

// confinedKinds are the kinds of objects that live in a namespace and reach no further.
var confinedKinds = []string{
	"v1/ConfigMap", "v1/Secret", "v1/Service", "v1/ServiceAccount", "v1/PersistentVolumeClaim", "v1/Pod", "v1/LimitRange", "v1/ResourceQuota",
	"apps/v1/Deployment", "apps/v1/StatefulSet", "apps/v1/DaemonSet", "apps/v1/ReplicaSet", "batch/v1/Job", "batch/v1/CronJob",
	"networking.k8s.io/v1/NetworkPolicy", "networking.k8s.io/v1/Ingress", "policy/v1/PodDisruptionBudget",
	"autoscaling/v2/HorizontalPodAutoscaler", "rbac.authorization.k8s.io/v1/Role", "rbac.authorization.k8s.io/v1/RoleBinding",
}

// Run returns the manifests as they are, or an error for the first object that is not
// of the release's own namespace.
func (c confined) Run(rendered *bytes.Buffer) (*bytes.Buffer, error) {
	for dec := yaml.NewYAMLToJSONDecoder(bytes.NewReader(rendered.Bytes())); ; {
		var object unstructured.Unstructured
		err := dec.Decode(&object.Object)
		if errors.Is(err, io.EOF) {
			return rendered, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read what the chart makes: %w", err)
		}
		kind := object.GetAPIVersion() + "/" + object.GetKind()
		what := reaches(object.Object)
		switch {
		case kind == "/": // an empty document
		case !slices.Contains(confinedKinds, kind):
			return nil, fmt.Errorf("%s %s is refused: a chart by others may make only what belongs into its own namespace", kind, object.GetName())
		case object.GetNamespace() != "" && object.GetNamespace() != c.namespace:
			return nil, fmt.Errorf("%s %s in namespace %s is refused: the chart may use only its own namespace %s",
				kind, object.GetName(), object.GetNamespace(), c.namespace)
		case what != "":
			return nil, fmt.Errorf("%s %s is refused: its pods ask for %s, and would reach the machine", kind, object.GetName(), what)
		}
	}
}

// reaches finds in an object by what its pods would get beyond their own walls; empty
// when there is nothing. Kubernetes refuses such pods, too, but only later, and then
// the chart would seem to be slow.
func reaches(v any) string {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			_, structured := value.(map[string]any)
			switch {
			case key == "hostPath" && structured, (key == "hostNetwork" || key == "hostPID" || key == "hostIPC" || key == "privileged") && value == true:
				return key
			}
			if what := reaches(value); what != "" {
				return what
			}
		}
	case []any:
		for _, value := range v {
			if what := reaches(value); what != "" {
				return what
			}
		}
	}
	return ""
}

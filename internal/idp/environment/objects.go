package environment

import (
	"regexp"
	"strings"

	"github.com/labbox/labbox/internal/idp/entity"
)

// Labels and annotations of an environment's namespace.
const (
	labelLearner     = "labbox.dev/learner"
	labelEnvironment = "labbox.dev/environment"
	labelOwner       = "labbox.dev/owner"
	labelManager     = "app.kubernetes.io/managed-by"
	manager          = "labbox-idp"

	annotationOwner   = "labbox.dev/owner-ref"
	annotationSize    = "labbox.dev/size"
	annotationExpires = "labbox.dev/expires"

	// AnnotationBudget of a Group limits what its environments may use together.
	AnnotationBudget = "labbox.dev/budget"
)

var notInLabels = regexp.MustCompile(`[^a-z0-9.-]+`)

// wish is an environment with everything decided.
type wish struct {
	name    string
	owner   entity.Ref
	size    string
	expires string // RFC 3339, or empty
}

func (w wish) namespace() string { return "env-" + w.name }

func (w wish) labels() map[string]any {
	return map[string]any{
		labelLearner: "true", labelEnvironment: w.name, labelManager: manager,
		labelOwner: strings.Trim(notInLabels.ReplaceAllString(strings.ToLower(w.owner.Name), "-"), "-."),
	}
}

func (w wish) annotations() map[string]any {
	out := map[string]any{annotationOwner: w.owner.String(), annotationSize: w.size, annotationExpires: nil}
	if w.expires != "" {
		out[annotationExpires] = w.expires
	}
	return out
}

func (w wish) namespaceObject() map[string]any {
	annotations := w.annotations()
	if w.expires == "" {
		delete(annotations, annotationExpires)
	}
	return map[string]any{"apiVersion": "v1", "kind": "Namespace",
		"metadata": map[string]any{"name": w.namespace(), "labels": w.labels(), "annotations": annotations}}
}

// part is an object in the namespace.
type part struct {
	path   string
	object map[string]any
}

func (w wish) part(group, resource, kind, name string) part {
	version := "v1"
	root := "/api/v1"
	if group != "" {
		version, root = group+"/v1", "/apis/"+group+"/v1"
	}
	return part{
		path: root + "/namespaces/" + w.namespace() + "/" + resource + "/" + name,
		object: map[string]any{"apiVersion": version, "kind": kind,
			"metadata": map[string]any{"name": name, "namespace": w.namespace(), "labels": map[string]any{labelManager: manager}}},
	}
}

// parts are the objects of the environment but the namespace itself.
func (w wish) parts(o Options) []part {
	s, _ := sizeOf(w.size)
	quota := w.part("", "resourcequotas", "ResourceQuota", "environment")
	quota.object["spec"] = map[string]any{"hard": map[string]any{
		"limits.cpu": cpuText(s.CPU), "limits.memory": memoryText(s.Memory), "requests.cpu": cpuText(s.CPU / 2), "requests.memory": memoryText(s.Memory / 2),
		"pods": s.pods, "services": s.pods, "persistentvolumeclaims": 2,
		"services.nodeports": 0, "services.loadbalancers": 0,
	}}
	limits := w.part("", "limitranges", "LimitRange", "environment")
	limits.object["spec"] = map[string]any{"limits": []any{map[string]any{"type": "Container",
		"default":        map[string]any{"cpu": "100m", "memory": "64Mi"},
		"defaultRequest": map[string]any{"cpu": "10m", "memory": "32Mi"},
		"max":            map[string]any{"cpu": cpuText(s.CPU), "memory": memoryText(s.Memory)},
	}}}
	role := map[string]any{"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": o.Role}
	kind := "Group"
	if w.owner.Kind == "user" {
		kind = "User"
	}
	owner := w.part("rbac.authorization.k8s.io", "rolebindings", "RoleBinding", "environment-owner")
	owner.object["roleRef"] = role
	owner.object["subjects"] = []any{map[string]any{"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": "backstage:" + w.owner.String()}}
	learner := w.part("rbac.authorization.k8s.io", "rolebindings", "RoleBinding", "environment-learner")
	learner.object["roleRef"] = role
	learner.object["subjects"] = []any{map[string]any{"kind": "ServiceAccount", "name": o.LearnerAccount, "namespace": o.LearnerNamespace}}
	policy := w.part("networking.k8s.io", "networkpolicies", "NetworkPolicy", "environment")
	policy.object["spec"] = map[string]any{"podSelector": map[string]any{}, "policyTypes": []any{"Ingress"},
		"ingress": []any{map[string]any{"from": []any{ // from itself and from the lab's own systems, not from other environments
			map[string]any{"podSelector": map[string]any{}},
			map[string]any{"namespaceSelector": map[string]any{"matchExpressions": []any{map[string]any{"key": labelEnvironment, "operator": "DoesNotExist"}}}},
		}}}}
	return []part{quota, limits, owner, learner, policy}
}

// entityOf is the environment as the catalog shows it.
func entityOf(e Environment) entity.Entity {
	return entity.Entity{
		"apiVersion": "backstage.io/v1alpha1", "kind": "Resource",
		"metadata": map[string]any{"name": e.Namespace, "namespace": entity.DefaultNamespace,
			"description": "Environment " + e.Name + ", size " + e.Size, "tags": []any{"environment", e.Size},
			"annotations": map[string]any{entity.AnnotationKubeSpace: e.Namespace}},
		"spec": map[string]any{"type": "environment", "owner": e.Owner},
	}
}

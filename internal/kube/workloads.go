package kube

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/client-go/kubernetes"

	"github.com/labbox/labbox/internal/lab"
)

// Workloads returns every Deployment, StatefulSet and DaemonSet by namespace and
// name. Memory is zero as long as the metrics API does not know it.
func (c *Cluster) Workloads(ctx context.Context) ([]lab.Workload, error) {
	client, err := c.client()
	if err != nil {
		return nil, err
	}
	all, err := listWorkloads(ctx, client)
	if err != nil {
		return nil, err
	}
	pods, err := client.CoreV1().Pods(metav1.NamespaceAll).List(ctx, metav1.ListOptions{ResourceVersion: "0"})
	if err != nil {
		return nil, fmt.Errorf("list pods: %w", err)
	}
	memory := podMemory(ctx, client)
	list := make([]lab.Workload, 0, len(all))
	for _, w := range all {
		list = append(list, w.describe(pods.Items, memory))
	}
	slices.SortFunc(list, func(a, b lab.Workload) int {
		return strings.Compare(a.Namespace+"/"+a.Name+"/"+a.Kind, b.Namespace+"/"+b.Name+"/"+b.Kind)
	})
	return list, nil
}

// workload is what the three kinds have in common.
type workload struct {
	kind           string
	meta           metav1.ObjectMeta
	selector       *metav1.LabelSelector
	template       corev1.PodTemplateSpec
	desired, ready int32
	message        string
}

func listWorkloads(ctx context.Context, client kubernetes.Interface) ([]workload, error) {
	options := metav1.ListOptions{ResourceVersion: "0"} // from the API server's cache
	var all []workload
	deployments, err := client.AppsV1().Deployments(metav1.NamespaceAll).List(ctx, options)
	if err != nil {
		return nil, fmt.Errorf("list deployments: %w", err)
	}
	for _, d := range deployments.Items {
		all = append(all, fromDeployment(d))
	}
	sets, err := client.AppsV1().StatefulSets(metav1.NamespaceAll).List(ctx, options)
	if err != nil {
		return nil, fmt.Errorf("list stateful sets: %w", err)
	}
	for _, s := range sets.Items {
		w := workload{"StatefulSet", s.ObjectMeta, s.Spec.Selector, s.Spec.Template, *s.Spec.Replicas, s.Status.ReadyReplicas, ""}
		if s.Status.ObservedGeneration < s.Generation || s.Status.UpdatedReplicas < w.desired {
			w.message = "rolling out"
		}
		all = append(all, w)
	}
	daemons, err := client.AppsV1().DaemonSets(metav1.NamespaceAll).List(ctx, options)
	if err != nil {
		return nil, fmt.Errorf("list daemon sets: %w", err)
	}
	for _, d := range daemons.Items {
		all = append(all, workload{"DaemonSet", d.ObjectMeta, d.Spec.Selector, d.Spec.Template,
			d.Status.DesiredNumberScheduled, d.Status.NumberReady, ""})
	}
	return all, nil
}

func fromDeployment(d appsv1.Deployment) workload {
	w := workload{"Deployment", d.ObjectMeta, d.Spec.Selector, d.Spec.Template, *d.Spec.Replicas, d.Status.ReadyReplicas, ""}
	for _, c := range d.Status.Conditions {
		bad := c.Type == appsv1.DeploymentReplicaFailure && c.Status == corev1.ConditionTrue ||
			c.Type == appsv1.DeploymentProgressing && c.Status == corev1.ConditionFalse
		if bad {
			w.message = c.Message
		}
	}
	if w.message == "" && (d.Status.ObservedGeneration < d.Generation || d.Status.UpdatedReplicas < w.desired) {
		w.message = "rolling out"
	}
	return w
}

func (w workload) describe(pods []corev1.Pod, memory map[string]int64) lab.Workload {
	result := lab.Workload{
		Kind: w.kind, Namespace: w.meta.Namespace, Name: w.meta.Name, Version: w.version(),
		Desired: w.desired, Ready: w.ready, Message: w.message,
	}
	selector, err := metav1.LabelSelectorAsSelector(w.selector)
	if err != nil {
		result.Message = err.Error()
		return result
	}
	for _, pod := range pods {
		if pod.Namespace != w.meta.Namespace || !selector.Matches(labels.Set(pod.Labels)) {
			continue
		}
		result.MemoryBytes += memory[pod.Namespace+"/"+pod.Name]
		if message := podMessage(pod); message != "" {
			result.Message = message
		}
	}
	if result.Message == "" && result.Ready < result.Desired {
		result.Message = fmt.Sprintf("%d of %d ready", result.Ready, result.Desired)
	}
	return result
}

func (w workload) version() string {
	if v := w.meta.Labels["app.kubernetes.io/version"]; v != "" {
		return v
	}
	if len(w.template.Spec.Containers) == 0 {
		return ""
	}
	image := w.template.Spec.Containers[0].Image
	if i := strings.LastIndexByte(image, ':'); i > strings.LastIndexByte(image, '/') {
		return image[i+1:]
	}
	return ""
}

// podMessage says why a pod does not do its work, in Kubernetes' words.
func podMessage(pod corev1.Pod) string {
	if pod.DeletionTimestamp != nil {
		return ""
	}
	for _, s := range slices.Concat(pod.Status.InitContainerStatuses, pod.Status.ContainerStatuses) {
		if w := s.State.Waiting; w != nil && w.Reason != "ContainerCreating" && w.Reason != "PodInitializing" {
			return strings.TrimSuffix(s.Name+": "+w.Reason+": "+w.Message, ": ")
		}
	}
	for _, c := range pod.Status.Conditions {
		if c.Type == corev1.PodScheduled && c.Status == corev1.ConditionFalse {
			return c.Reason + ": " + c.Message
		}
	}
	return ""
}

// podMemory asks the metrics API for the working set of every pod; an API that
// does not answer yet gives none.
func podMemory(ctx context.Context, client kubernetes.Interface) map[string]int64 {
	rest := client.Discovery().RESTClient()
	if rest == nil {
		return nil
	}
	body, err := rest.Get().AbsPath("/apis/metrics.k8s.io/v1beta1/pods").DoRaw(ctx)
	if err != nil {
		return nil
	}
	return parsePodMemory(body)
}

func parsePodMemory(body []byte) map[string]int64 {
	var answer struct {
		Items []struct {
			Metadata   metav1.ObjectMeta
			Containers []struct {
				Usage map[string]resource.Quantity
			}
		}
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return nil
	}
	memory := map[string]int64{}
	for _, pod := range answer.Items {
		for _, container := range pod.Containers {
			q := container.Usage["memory"]
			memory[pod.Metadata.Namespace+"/"+pod.Metadata.Name] += q.Value()
		}
	}
	return memory
}

package store

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/labbox/labbox/internal/faas/api"
)

const (
	localImages = "labbox.local/"
	secretsDir  = "/var/openfaas/secrets"
	handlerDir  = "/home/app/function"
	functPort   = 8080
	metricsPort = "8081"

	// AnnotationHandler names a ConfigMap whose keys become the files of the
	// function's handler directory. A plain annotation, so that any client and any
	// stack file carries it unchanged.
	AnnotationHandler = "labbox.dev/handler-configmap"
	// annotationHandlerSum makes a changed handler a changed pod template.
	annotationHandlerSum = "labbox.dev/handler-sha256"
)

// podTemplate builds the pods of a valid deployment d.
func (s *Store) podTemplate(d *api.Deployment) (corev1.PodTemplateSpec, error) {
	res, err := resources(d)
	if err != nil {
		return corev1.PodTemplateSpec{}, err
	}
	volumes, mounts := storage(d)
	probe := corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{Path: "/_/health", Port: intstr.FromInt32(functPort)}}
	container := corev1.Container{
		Name:            d.Service,
		Image:           d.Image,
		ImagePullPolicy: s.pullPolicy(d.Image),
		Env:             environment(d),
		Ports:           []corev1.ContainerPort{{Name: "http", ContainerPort: functPort, Protocol: corev1.ProtocolTCP}},
		Resources:       res,
		VolumeMounts:    mounts,
		// The watchdog holds the probe of a starting function back until it is
		// ready, so the first probe is the one that succeeds.
		ReadinessProbe: &corev1.Probe{ProbeHandler: probe, PeriodSeconds: 1, TimeoutSeconds: 2, FailureThreshold: 3},
		LivenessProbe:  &corev1.Probe{ProbeHandler: probe, PeriodSeconds: 10, TimeoutSeconds: 3, InitialDelaySeconds: 5, FailureThreshold: 3},
		SecurityContext: &corev1.SecurityContext{
			AllowPrivilegeEscalation: new(false),
			ReadOnlyRootFilesystem:   new(d.ReadOnlyRootFilesystem),
			Capabilities:             &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}},
		},
	}
	return corev1.PodTemplateSpec{
		ObjectMeta: metav1.ObjectMeta{Labels: functionLabels(d), Annotations: podAnnotations(d)},
		Spec: corev1.PodSpec{
			Containers:                    []corev1.Container{container},
			Volumes:                       volumes,
			NodeSelector:                  nodeSelector(d.Constraints),
			AutomountServiceAccountToken:  new(false),
			EnableServiceLinks:            new(false),
			TerminationGracePeriodSeconds: new(gracePeriod(d.Environment())),
			SecurityContext: &corev1.PodSecurityContext{
				RunAsNonRoot:   new(true),
				RunAsUser:      new(s.config.UserID),
				RunAsGroup:     new(s.config.UserID),
				FSGroup:        new(s.config.UserID),
				SeccompProfile: &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault},
			},
		},
	}, nil
}

// pullPolicy: images of the lab are never in a registry.
func (s *Store) pullPolicy(image string) corev1.PullPolicy {
	if strings.HasPrefix(image, localImages) || s.config.PullPolicy == "" {
		return corev1.PullNever
	}
	return corev1.PullPolicy(s.config.PullPolicy)
}

func functionLabels(d *api.Deployment) map[string]string {
	labels := maps.Clone(d.Labels)
	if labels == nil {
		labels = map[string]string{}
	}
	labels[LabelFunction] = d.Service
	return labels
}

// podAnnotations lets Prometheus scrape the lab's own watchdog unless the function
// says otherwise; a foreign image may have nothing on that port.
func podAnnotations(d *api.Deployment) map[string]string {
	annotations := map[string]string{}
	if strings.HasPrefix(d.Image, localImages) {
		annotations["prometheus.io/scrape"] = "true"
		annotations["prometheus.io/port"] = metricsPort
	}
	maps.Copy(annotations, d.Annotations)
	return annotations
}

func environment(d *api.Deployment) []corev1.EnvVar {
	var env []corev1.EnvVar
	if d.EnvProcess != "" {
		env = append(env, corev1.EnvVar{Name: "fprocess", Value: d.EnvProcess})
	}
	all := d.Environment()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if name != "fprocess" || d.EnvProcess == "" {
			env = append(env, corev1.EnvVar{Name: name, Value: all[name]})
		}
	}
	return env
}

// storage gives a read-only function a place for temporary files, its secrets and
// its handler.
func storage(d *api.Deployment) ([]corev1.Volume, []corev1.VolumeMount) {
	var volumes []corev1.Volume
	var mounts []corev1.VolumeMount
	add := func(name, path string, readOnly bool, source corev1.VolumeSource) {
		volumes = append(volumes, corev1.Volume{Name: name, VolumeSource: source})
		mounts = append(mounts, corev1.VolumeMount{Name: name, MountPath: path, ReadOnly: readOnly})
	}
	if d.ReadOnlyRootFilesystem {
		add("tmp", "/tmp", false, corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}})
	}
	if len(d.Secrets) > 0 {
		projected := &corev1.ProjectedVolumeSource{}
		for _, name := range d.Secrets {
			projected.Sources = append(projected.Sources, corev1.VolumeProjection{
				Secret: &corev1.SecretProjection{LocalObjectReference: corev1.LocalObjectReference{Name: name}},
			})
		}
		add("secrets", secretsDir, true, corev1.VolumeSource{Projected: projected})
	}
	if name := d.Annotations[AnnotationHandler]; name != "" {
		add("handler", handlerDir, true, corev1.VolumeSource{ConfigMap: &corev1.ConfigMapVolumeSource{
			LocalObjectReference: corev1.LocalObjectReference{Name: name},
		}})
	}
	return volumes, mounts
}

func nodeSelector(constraints []string) map[string]string {
	var selector map[string]string
	for _, c := range constraints {
		if key, value, err := api.SplitConstraint(c); err == nil {
			if selector == nil {
				selector = map[string]string{}
			}
			selector[key] = value
		}
	}
	return selector
}

// resources reads limits and requests; a function that asks for nothing gets
// little, and never more than its own limit.
func resources(d *api.Deployment) (corev1.ResourceRequirements, error) {
	limits, err := quantities("limits", d.Limits)
	if err != nil {
		return corev1.ResourceRequirements{}, err
	}
	requests, err := quantities("requests", d.Requests)
	if err != nil {
		return corev1.ResourceRequirements{}, err
	}
	for name, amount := range map[corev1.ResourceName]string{corev1.ResourceCPU: "10m", corev1.ResourceMemory: "32Mi"} {
		if _, ok := requests[name]; ok {
			continue
		}
		least := resource.MustParse(amount)
		if limit, ok := limits[name]; ok && limit.Cmp(least) < 0 {
			least = limit
		}
		requests[name] = least
	}
	for name, amount := range requests {
		if limit, ok := limits[name]; ok && amount.Cmp(limit) > 0 {
			return corev1.ResourceRequirements{}, invalidf("requests: %s %s is more than its limit %s", name, amount.String(), limit.String())
		}
	}
	if len(limits) == 0 {
		limits = nil
	}
	return corev1.ResourceRequirements{Limits: limits, Requests: requests}, nil
}

func quantities(field string, amounts map[string]string) (corev1.ResourceList, error) {
	list := corev1.ResourceList{}
	for name, text := range amounts {
		if text == "" {
			continue
		}
		q, err := resource.ParseQuantity(text)
		if err != nil || q.Sign() < 0 {
			return nil, invalidf("%s: %s: %q is no amount such as 64Mi or 100m", field, name, text)
		}
		list[corev1.ResourceName(name)] = q
	}
	return list, nil
}

// gracePeriod leaves the watchdog time to turn unhealthy and to finish its calls.
func gracePeriod(env map[string]string) int64 {
	seconds := int64(5)
	for _, name := range []string{"healthcheck_interval", "write_timeout"} {
		t, _ := api.ParseTimeout(env[name]) // none is 0
		seconds += int64(t / time.Second)
	}
	return max(seconds, 35)
}

// checkNames refuses what Kubernetes would only refuse object by object.
func checkNames(d *api.Deployment) error {
	if name := d.Annotations[AnnotationHandler]; name != "" {
		if err := api.ValidObjectName("annotations: "+AnnotationHandler, name); err != nil {
			return invalidf("%s", err)
		}
	}
	if v, ok := d.Labels[LabelFunction]; ok && v != d.Service {
		return invalidf("labels: %s is set by the gateway", LabelFunction)
	}
	if err := d.Validate(); err != nil {
		return invalidLines(err)
	}
	return nil
}

// invalidLines makes one line of joined faults.
func invalidLines(err error) error {
	return invalidf("%s", strings.ReplaceAll(fmt.Sprint(err), "\n", "; "))
}

package lambda

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/labbox/labbox/internal/faas/lambda/runtime"
	"github.com/labbox/labbox/internal/faas/store"
)

const (
	configDir = "/var/run/lambda"
	apiInPod  = "127.0.0.1:9001"
	// overhead is the runtime's own memory, beside the function's.
	overhead = 32 << 20
)

// podConfig is what the runtime in a version's pods reads.
func (c *cluster) podConfig(f *Function, v *Version) runtime.Config {
	out := runtime.Config{
		Function: f.Name, Version: v.Version, ARN: v.FunctionArn, Region: Region,
		Runtime: v.Runtime, Handler: v.Handler, Timeout: v.Timeout, Memory: v.MemorySize,
		AccessKey: c.config.AccessKey, SecretKey: c.config.SecretKey,
	}
	if v.Environment != nil {
		out.Environment = v.Environment.Variables
	}
	if v.PackageType == packageImage {
		out.Image = true
		return out
	}
	out.CodeURL, out.CodeSHA256, out.Token = c.config.GatewayURL+codePath+f.Object+"/"+v.CodeSum, v.CodeSum, f.Token
	if out.Python() {
		out.Runtime = "python" + c.config.Python // what really runs
	}
	return out
}

// deployment is a version's, at zero replicas.
func (c *cluster) deployment(f *Function, v *Version) *appsv1.Deployment {
	most := max(c.config.MaxReplicas, 1)
	if f.Reserved != nil && *f.Reserved > 0 {
		most = *f.Reserved
	}
	labels := map[string]string{
		store.LabelFunction: v.Deployment, labelLambda: f.Object, labelManager: "labbox",
		"com.openfaas.scale.max": strconv.Itoa(most), "com.openfaas.scale.zero": "true",
		"com.openfaas.scale.zero-duration": strings.ReplaceAll(c.config.Idle.String(), " ", ""),
	}
	annotations := map[string]string{"labbox.dev/max-inflight": "1", "labbox.dev/lambda-arn": v.FunctionArn}
	return &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Name: v.Deployment, Namespace: c.config.Namespace, Labels: labels, Annotations: maps.Clone(annotations)},
		Spec: appsv1.DeploymentSpec{
			Replicas: new(int32(0)), RevisionHistoryLimit: new(int32(0)),
			Selector: &metav1.LabelSelector{MatchLabels: map[string]string{store.LabelFunction: v.Deployment}},
			Strategy: appsv1.DeploymentStrategy{
				Type: appsv1.RollingUpdateDeploymentStrategyType,
				RollingUpdate: &appsv1.RollingUpdateDeployment{
					MaxSurge: new(intstr.FromInt32(1)), MaxUnavailable: new(intstr.FromInt32(0)),
				},
			},
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: maps.Clone(labels), Annotations: annotations},
				Spec:       c.podSpec(f, v),
			},
		},
	}
}

func (c *cluster) podSpec(f *Function, v *Version) corev1.PodSpec {
	spec := corev1.PodSpec{
		AutomountServiceAccountToken: new(false), EnableServiceLinks: new(false),
		// A running invocation may use up its time, and the start before it.
		TerminationGracePeriodSeconds: new(int64(v.Timeout) + 35),
		SecurityContext: &corev1.PodSecurityContext{
			RunAsNonRoot: new(true), RunAsUser: new(c.config.UserID), RunAsGroup: new(c.config.UserID), FSGroup: new(c.config.UserID),
			SeccompProfile: &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault},
		},
		Volumes: []corev1.Volume{
			{Name: "config", VolumeSource: corev1.VolumeSource{Secret: &corev1.SecretVolumeSource{
				SecretName: f.Object, Items: []corev1.KeyToPath{{Key: v.Deployment + ".json", Path: "config.json"}},
			}}},
			{Name: "tmp", VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{
				SizeLimit: resource.NewQuantity(int64(v.EphemeralStorage.Size)<<20+64<<20, resource.BinarySI),
			}}},
		},
	}
	if v.PackageType == packageImage {
		spec.ShareProcessNamespace = new(true) // so that the runtime can end what takes too long
		spec.InitContainers = []corev1.Container{c.sidecar()}
		spec.Containers = []corev1.Container{c.imageContainer(f, v)}
		return spec
	}
	spec.Volumes = append(spec.Volumes, corev1.Volume{Name: "task", VolumeSource: corev1.VolumeSource{
		EmptyDir: &corev1.EmptyDirVolumeSource{SizeLimit: resource.NewQuantity(256<<20, resource.BinarySI)},
	}})
	container := c.runtimeContainer(c.imageOf(v), memory(v, overhead))
	container.VolumeMounts = append(container.VolumeMounts, corev1.VolumeMount{Name: "task", MountPath: "/var/task"})
	spec.Containers = []corev1.Container{container}
	return spec
}

func (c *cluster) imageOf(v *Version) string {
	if strings.HasPrefix(v.Runtime, "python") {
		return c.config.PythonImage
	}
	return c.config.ProvidedImage
}

// runtimeContainer runs cmd/fnruntime.
func (c *cluster) runtimeContainer(image string, res corev1.ResourceRequirements) corev1.Container {
	probe := func(path string) corev1.ProbeHandler {
		return corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{Path: path, Port: intstr.FromInt32(8080)}}
	}
	return corev1.Container{
		Name: "runtime", Image: image, ImagePullPolicy: c.pull(image), Resources: res,
		Ports:          []corev1.ContainerPort{{Name: "http", ContainerPort: 8080, Protocol: corev1.ProtocolTCP}},
		ReadinessProbe: &corev1.Probe{ProbeHandler: probe("/_/health"), PeriodSeconds: 1, TimeoutSeconds: 2, FailureThreshold: 3},
		LivenessProbe:  &corev1.Probe{ProbeHandler: probe("/_/alive"), PeriodSeconds: 10, TimeoutSeconds: 5, InitialDelaySeconds: 5, FailureThreshold: 6},
		VolumeMounts: []corev1.VolumeMount{
			{Name: "config", MountPath: configDir, ReadOnly: true}, {Name: "tmp", MountPath: "/tmp"},
		},
		SecurityContext: confined(),
	}
}

// sidecar runs cmd/fnruntime beside the user's image, from before its start to
// after its end.
func (c *cluster) sidecar() corev1.Container {
	small := corev1.ResourceRequirements{
		Requests: corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("5m"), corev1.ResourceMemory: resource.MustParse("16Mi")},
		Limits:   corev1.ResourceList{corev1.ResourceMemory: resource.MustParse("96Mi")},
	}
	out := c.runtimeContainer(c.config.ProvidedImage, small)
	out.RestartPolicy = new(corev1.ContainerRestartPolicyAlways)
	out.StartupProbe = &corev1.Probe{
		ProbeHandler:  corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{Path: "/_/alive", Port: intstr.FromInt32(8080)}},
		PeriodSeconds: 1, TimeoutSeconds: 2, FailureThreshold: 30,
	}
	return out
}

// imageContainer is the user's image, with Lambda's environment.
func (c *cluster) imageContainer(f *Function, v *Version) corev1.Container {
	config := c.podConfig(f, v)
	env := maps.Clone(config.Environment)
	if env == nil {
		env = map[string]string{}
	}
	maps.Copy(env, config.Variables(apiInPod))
	if v.Handler == "" {
		delete(env, "_HANDLER") // the image's command says it
	}
	env["AWS_LAMBDA_LOG_STREAM_NAME"] = "[" + v.Version + "]"
	out := corev1.Container{
		Name: "function", Image: v.ImageURI, ImagePullPolicy: c.pull(v.ImageURI), Resources: memory(v, 0),
		VolumeMounts:    []corev1.VolumeMount{{Name: "tmp", MountPath: "/tmp"}},
		SecurityContext: confined(),
	}
	for _, name := range slices.Sorted(maps.Keys(env)) {
		out.Env = append(out.Env, corev1.EnvVar{Name: name, Value: strings.ReplaceAll(env[name], "$(", "$$(")})
	}
	if i := v.ImageConfigResponse; i != nil {
		out.Command, out.Args, out.WorkingDir = i.ImageConfig.EntryPoint, i.ImageConfig.Command, i.ImageConfig.WorkingDirectory
	}
	return out
}

func (c *cluster) pull(image string) corev1.PullPolicy {
	if strings.HasPrefix(image, "labbox.local/") {
		return corev1.PullNever
	}
	return cmp.Or(corev1.PullPolicy(c.config.PullPolicy), corev1.PullNever)
}

// memory limits a container to what the function has asked for, and a little more.
func memory(v *Version, more int64) corev1.ResourceRequirements {
	limit := resource.NewQuantity(int64(v.MemorySize)<<20+more, resource.BinarySI)
	return corev1.ResourceRequirements{
		Requests: corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("10m"), corev1.ResourceMemory: resource.MustParse("32Mi")},
		Limits:   corev1.ResourceList{corev1.ResourceMemory: *limit},
	}
}

func confined() *corev1.SecurityContext {
	return &corev1.SecurityContext{
		AllowPrivilegeEscalation: new(false), ReadOnlyRootFilesystem: new(true),
		Capabilities: &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}},
	}
}

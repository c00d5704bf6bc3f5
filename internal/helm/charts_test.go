package helm

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"helm.sh/helm/v3/pkg/action"
	"helm.sh/helm/v3/pkg/chartutil"
	kubefake "helm.sh/helm/v3/pkg/kube/fake"
	"helm.sh/helm/v3/pkg/lint/support"
	"helm.sh/helm/v3/pkg/storage"
	"helm.sh/helm/v3/pkg/storage/driver"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer/json"
	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/client-go/kubernetes/scheme"
	sigsyaml "sigs.k8s.io/yaml"
)

const chartsDir = "../../charts"

// podsOf are the kinds that hold pods, and where.
var podsOf = []struct {
	kind string
	path []string
}{
	{"Deployment", []string{"spec", "template"}}, {"StatefulSet", []string{"spec", "template"}},
	{"DaemonSet", []string{"spec", "template"}}, {"Job", []string{"spec", "template"}},
	{"CronJob", []string{"spec", "jobTemplate", "spec", "template"}},
}

func TestChartsLint(t *testing.T) {
	t.Parallel()
	for _, dir := range mustCharts(t) {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			t.Parallel()
			lint := action.NewLint()
			lint.Namespace = "lint"
			for _, m := range lint.Run([]string{dir}, nil).Messages {
				if m.Severity > support.InfoSev {
					t.Error(m)
				}
			}
		})
	}
}

// Every document of every chart is something that Kubernetes knows by that shape:
// unknown fields are refused.
func TestChartsRender(t *testing.T) {
	t.Parallel()
	for _, dir := range mustCharts(t) {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			t.Parallel()
			for _, object := range mustRender(t, dir) {
				name := object.kind + " " + object.name
				if _, err := decodeStrictly(object.json); err != nil {
					t.Errorf("%s: %v", name, err)
				}
				checkLabels(t, name, object.fields)
				checkData(t, name, object)
				if pod := podTemplate(object); pod != nil {
					checkPod(t, name, pod, object.kind)
				}
			}
		})
	}
}

func checkLabels(t *testing.T, name string, fields map[string]any) {
	t.Helper()
	metadata, _ := fields["metadata"].(map[string]any)
	labels, _ := metadata["labels"].(map[string]any)
	for _, key := range []string{"name", "instance", "version", "managed-by", "part-of"} {
		if labels["app.kubernetes.io/"+key] == nil {
			t.Errorf("%s: no label app.kubernetes.io/%s", name, key)
		}
	}
}

// checkData reads the YAML files inside a ConfigMap.
func checkData(t *testing.T, name string, o rendered) {
	t.Helper()
	data, _ := o.fields["data"].(map[string]any)
	for key, value := range data {
		if ext := filepath.Ext(key); o.kind != "ConfigMap" || ext != ".yml" && ext != ".yaml" {
			continue
		}
		text, _ := value.(string)
		var content any
		if err := sigsyaml.Unmarshal([]byte(text), &content); err != nil {
			t.Errorf("%s: %s: %v", name, key, err)
		}
	}
}

func checkPod(t *testing.T, name string, pod *corev1.PodTemplateSpec, kind string) {
	t.Helper()
	for _, c := range slices.Concat(pod.Spec.InitContainers, pod.Spec.Containers) {
		if !strings.HasPrefix(c.Image, "labbox.local/") || c.ImagePullPolicy != corev1.PullNever {
			t.Errorf("%s/%s: image %q, pulled %s; want labbox.local/... and Never", name, c.Name, c.Image, c.ImagePullPolicy)
		}
		if c.Resources.Requests.Memory().IsZero() || c.Resources.Requests.Cpu().IsZero() || c.Resources.Limits.Memory().IsZero() {
			t.Errorf("%s/%s: wants requests of CPU and memory and a limit of memory", name, c.Name)
		}
		if c.SecurityContext == nil || c.SecurityContext.AllowPrivilegeEscalation == nil {
			t.Errorf("%s/%s: no security context", name, c.Name)
		}
	}
	if kind == "Job" || kind == "CronJob" {
		return
	}
	for _, c := range pod.Spec.Containers {
		if len(c.Ports) == 0 && c.StartupProbe != nil {
			continue // it serves nobody: once it has started there is nothing to ask
		}
		if c.ReadinessProbe == nil || c.LivenessProbe == nil {
			t.Errorf("%s/%s: wants a readiness and a liveness probe", name, c.Name)
			continue
		}
		if c.ReadinessProbe.PeriodSeconds < 1 || c.ReadinessProbe.PeriodSeconds > 2 || c.ReadinessProbe.InitialDelaySeconds > 2 {
			t.Errorf("%s/%s: readiness is asked too late: %+v", name, c.Name, c.ReadinessProbe)
		}
	}
}

func podTemplate(o rendered) *corev1.PodTemplateSpec {
	for _, k := range podsOf {
		if k.kind != o.kind {
			continue
		}
		fields := o.fields
		for _, step := range k.path {
			fields, _ = fields[step].(map[string]any)
		}
		pod := &corev1.PodTemplateSpec{}
		if err := runtime.DefaultUnstructuredConverter.FromUnstructured(fields, pod); err != nil {
			return nil
		}
		return pod
	}
	return nil
}

type rendered struct {
	kind, name string
	fields     map[string]any
	json       []byte
}

func decodeStrictly(data []byte) (runtime.Object, error) {
	codec := json.NewSerializerWithOptions(json.DefaultMetaFactory, scheme.Scheme, scheme.Scheme, json.SerializerOptions{Strict: true})
	object, _, err := codec.Decode(data, nil, nil)
	if runtime.IsNotRegisteredError(err) {
		return nil, nil // a custom resource
	}
	return object, err
}

// mustRender renders a chart as an installation without a cluster would.
func mustRender(t *testing.T, dir string) []rendered {
	t.Helper()
	ch, err := loadChart(os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	install := action.NewInstall(&action.Configuration{
		Releases:     storage.Init(driver.NewMemory()),
		KubeClient:   &kubefake.PrintingKubeClient{Out: io.Discard},
		Capabilities: chartutil.DefaultCapabilities,
		Log:          t.Logf,
	})
	install.DryRun, install.ClientOnly = true, true
	install.ReleaseName, install.Namespace = "lab", "lab"
	install.KubeVersion = &chartutil.KubeVersion{Version: "v1.37.2", Major: "1", Minor: "37"}
	r, err := install.Run(ch, nil)
	if err != nil {
		t.Fatal(err)
	}
	manifest := r.Manifest
	for _, hook := range r.Hooks {
		manifest += "\n---\n" + hook.Manifest
	}
	return mustSplit(t, manifest)
}

func mustSplit(t *testing.T, manifest string) []rendered {
	t.Helper()
	var objects []rendered
	decoder := yaml.NewYAMLOrJSONDecoder(bytes.NewBufferString(manifest), 4096)
	for {
		var raw runtime.RawExtension
		if err := decoder.Decode(&raw); errors.Is(err, io.EOF) {
			return objects
		} else if err != nil {
			t.Fatal(err)
		}
		if len(raw.Raw) == 0 || string(raw.Raw) == "null" {
			continue
		}
		o := rendered{json: raw.Raw}
		if err := yaml.Unmarshal(raw.Raw, &o.fields); err != nil {
			t.Fatal(err)
		}
		o.kind, _ = o.fields["kind"].(string)
		if metadata, ok := o.fields["metadata"].(map[string]any); ok {
			o.name, _ = metadata["name"].(string)
		}
		objects = append(objects, o)
	}
}

func mustCharts(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(chartsDir, "*", "Chart.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no charts in %s: %v", chartsDir, err)
	}
	for i := range files {
		files[i] = filepath.Dir(files[i])
	}
	return files
}

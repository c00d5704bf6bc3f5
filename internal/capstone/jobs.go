package capstone

import (
	"maps"
	"slices"

	"github.com/labbox/labbox/internal/lab"
)

func jobRef(name string) lab.ObjectRef {
	return lab.ObjectRef{APIVersion: "batch/v1", Kind: "Job", Namespace: mlSpace, Name: name}
}

// jobManifest is a Job of one pod that runs a Python program of the worker's image.
// It is tried once: what fails is to be read, not repeated.
func jobManifest(name, image, program string, env map[string]string) map[string]any {
	labels := map[string]any{"app.kubernetes.io/name": name, "app.kubernetes.io/part-of": "digits"}
	return map[string]any{
		"apiVersion": "batch/v1", "kind": "Job",
		"metadata": map[string]any{"name": name, "namespace": mlSpace, "labels": labels},
		"spec": map[string]any{
			"backoffLimit": 0, "activeDeadlineSeconds": 580, // on a slow machine without hardware support, too
			"template": map[string]any{
				"metadata": map[string]any{"labels": labels},
				"spec": map[string]any{
					"restartPolicy": "Never", "automountServiceAccountToken": false, "enableServiceLinks": false,
					"securityContext": map[string]any{
						"runAsNonRoot": true, "runAsUser": 10001, "runAsGroup": 10001,
						"seccompProfile": map[string]any{"type": "RuntimeDefault"},
					},
					"containers": []any{container(name, image, program, env)},
					"volumes":    []any{map[string]any{"name": "tmp", "emptyDir": map[string]any{}}},
				},
			},
		},
	}
}

func container(name, image, program string, env map[string]string) map[string]any {
	all := map[string]string{
		"HOME": "/tmp", "GIT_PYTHON_REFRESH": "quiet", "MLFLOW_DISABLE_TELEMETRY": "true",
		"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1",
	}
	maps.Copy(all, env)
	list := []any{}
	for _, key := range slices.Sorted(maps.Keys(all)) {
		list = append(list, map[string]any{"name": key, "value": all[key]})
	}
	return map[string]any{
		"name": name, "image": image, "imagePullPolicy": "Never",
		"command": []string{"/usr/bin/python3", program}, "env": list,
		"resources": map[string]any{
			"requests": map[string]any{"cpu": "200m", "memory": "192Mi"},
			"limits":   map[string]any{"cpu": "2", "memory": "512Mi"},
		},
		"securityContext": map[string]any{
			"allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true,
			"capabilities": map[string]any{"drop": []string{"ALL"}},
		},
		"volumeMounts": []any{map[string]any{"name": "tmp", "mountPath": "/tmp"}},
	}
}

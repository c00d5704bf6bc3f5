package energy

import (
	"strconv"
	"strings"
	"time"
)

// The states of a pod, in Kepler's words.
const (
	StateRunning    = "running"
	StateTerminated = "terminated"
)

// Owner is the workload a pod belongs to.
type Owner struct {
	Kind string `json:"kind"`
	Name string `json:"name"`
}

// PodInfo is what Kubernetes knows of a pod.
type PodInfo struct {
	UID, Name, Namespace string
	Owner                Owner
	// RequestCPUs is what the pod reserves.
	RequestCPUs float64
	// Ended is true once all containers are done for good.
	Ended bool
	// Containers maps container IDs to names; Runtime is containerd or the like.
	Containers map[string]string
	Runtime    string
}

// Directory knows the names of pods.
type Directory interface {
	// Lookup returns the pod, also for some time after it was deleted.
	Lookup(uid string) (PodInfo, bool)
}

// apiPod is the part of a Pod that is read from the API server.
type apiPod struct {
	Metadata struct {
		UID             string            `json:"uid"`
		Name            string            `json:"name"`
		Namespace       string            `json:"namespace"`
		ResourceVersion string            `json:"resourceVersion"`
		Annotations     map[string]string `json:"annotations"`
		Labels          map[string]string `json:"labels"`
		OwnerReferences []struct {
			Kind       string `json:"kind"`
			Name       string `json:"name"`
			Controller bool   `json:"controller"`
		} `json:"ownerReferences"`
	} `json:"metadata"`
	Spec struct {
		Containers []struct {
			Resources struct {
				Requests map[string]string `json:"requests"`
			} `json:"resources"`
		} `json:"containers"`
	} `json:"spec"`
	Status struct {
		Phase                 string            `json:"phase"`
		ContainerStatuses     []containerStatus `json:"containerStatuses"`
		InitContainerStatuses []containerStatus `json:"initContainerStatuses"`
	} `json:"status"`
}

type containerStatus struct {
	Name        string `json:"name"`
	ContainerID string `json:"containerID"` // containerd://<id>
}

func (p apiPod) info() PodInfo {
	info := PodInfo{
		UID: p.Metadata.UID, Name: p.Metadata.Name, Namespace: p.Metadata.Namespace, Owner: p.owner(),
		Ended:      p.Status.Phase == "Succeeded" || p.Status.Phase == "Failed",
		Containers: map[string]string{},
	}
	for _, c := range p.Spec.Containers {
		info.RequestCPUs += parseCPUs(c.Resources.Requests["cpu"])
	}
	for _, c := range append(p.Status.InitContainerStatuses, p.Status.ContainerStatuses...) {
		if runtime, id, ok := strings.Cut(c.ContainerID, "://"); ok {
			info.Containers[id], info.Runtime = c.Name, runtime
		}
	}
	return info
}

// owner is the controller; the Deployment instead of its ReplicaSet.
func (p apiPod) owner() Owner {
	for _, o := range p.Metadata.OwnerReferences {
		if !o.Controller {
			continue
		}
		hash := p.Metadata.Labels["pod-template-hash"]
		if name, ok := strings.CutSuffix(o.Name, "-"+hash); o.Kind == "ReplicaSet" && hash != "" && ok {
			return Owner{Kind: "Deployment", Name: name}
		}
		return Owner{Kind: o.Kind, Name: o.Name}
	}
	return Owner{}
}

// cgroupUID is the UID in the name of the pod's cgroup: that of a static pod is not
// the one the API server gave it.
func (p apiPod) cgroupUID() string {
	if hash := p.Metadata.Annotations["kubernetes.io/config.hash"]; hash != "" {
		return hash
	}
	return p.Metadata.UID
}

// parseCPUs reads a quantity of CPU: "50m", "2", "0.5"; 0 where it is none.
func parseCPUs(s string) float64 {
	scale := 1.0
	for suffix, factor := range map[string]float64{"m": 1e-3, "u": 1e-6, "n": 1e-9, "k": 1e3} {
		if rest, ok := strings.CutSuffix(s, suffix); ok {
			s, scale = rest, factor
			break
		}
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || v < 0 {
		return 0
	}
	return v * scale
}

// forgetAfter is how long a deleted pod's name is remembered.
const forgetAfter = 10 * time.Minute

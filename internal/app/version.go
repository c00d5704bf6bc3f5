package app

import (
	"runtime"
	"runtime/debug"
)

// VersionInfo says what this program is made of.
type VersionInfo struct {
	Labbox     string `json:"labbox"`
	Kubernetes string `json:"kubernetes"`
	Containerd string `json:"containerd"`
	Helm       string `json:"helm"`
	Go         string `json:"go"`
	Platform   string `json:"platform"`
}

// Versions reads the versions of the parts from the program's build information.
func Versions(labbox string) VersionInfo {
	v := VersionInfo{Labbox: labbox, Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	for _, dep := range info.Deps {
		switch dep.Path {
		case "k8s.io/kubernetes":
			v.Kubernetes = dep.Version
		case "github.com/containerd/containerd/v2":
			v.Containerd = dep.Version
		case "helm.sh/helm/v3":
			v.Helm = dep.Version
		}
	}
	return v
}

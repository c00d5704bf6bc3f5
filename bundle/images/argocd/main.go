// The one program of the Argo CD image: upstream's components, kustomize and helm,
// chosen by the name it is called by. upstream.go is upstream's own main and helm/
// Helm's, with their functions main renamed, taken from the modules when the image is
// built.
package main

import (
	"os"
	"path/filepath"

	helm "helm.sh/helm/v3/cmd/helm"
	kustomize "sigs.k8s.io/kustomize/kustomize/v5/commands"
)

func main() {
	switch filepath.Base(os.Args[0]) {
	case "kustomize":
		if err := kustomize.NewDefaultCommand().Execute(); err != nil {
			os.Exit(1)
		}
	case "helm":
		helm.Main()
	default:
		upstream()
	}
}

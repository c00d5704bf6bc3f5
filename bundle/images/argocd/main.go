// The one program of the Argo CD image: upstream's components and kustomize, chosen
// by the name it is called by. upstream.go is upstream's own main, with its function
// main renamed, taken from the module when the image is built.
package main

import (
	"os"
	"path/filepath"

	kustomize "sigs.k8s.io/kustomize/kustomize/v5/commands"
)

func main() {
	if filepath.Base(os.Args[0]) != "kustomize" {
		upstream()
		return
	}
	if err := kustomize.NewDefaultCommand().Execute(); err != nil {
		os.Exit(1)
	}
}

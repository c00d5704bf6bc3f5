package app

import (
	"os"
	"path/filepath"

	"github.com/labbox/labbox/internal/kube"
)

// Applet runs this program as the one by whose name it was called: in the workbench
// "kubectl" is a link to it. It returns the exit code and whether it did.
func Applet(args []string) (int, bool) {
	if len(args) == 0 || filepath.Base(args[0]) != "kubectl" {
		return 0, false
	}
	return kube.Kubectl("", args[1:]), true
}

// inWorkbench says whether this process runs in the learner's workbench.
func inWorkbench() bool { return os.Getenv(envSocket) != "" }

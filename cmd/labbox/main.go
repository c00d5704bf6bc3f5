// Command labbox is a lab in a box: "labbox up" turns a Linux machine into a
// whole platform for GitOps, MLOps, serverless and sustainability, offline.
package main

import (
	"os"

	"github.com/labbox/labbox/internal/app"
)

// version is stamped by the build (-ldflags "-X main.version=...").
var version = "dev"

func main() {
	if code, handled := app.Applet(os.Args); handled {
		os.Exit(code)
	}
	if code, handled := app.Reexec(os.Args[1:]); handled {
		os.Exit(code)
	}
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

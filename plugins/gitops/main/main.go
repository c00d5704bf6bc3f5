// Command gitops is the trend module gitops as a program of its own.
package main

import (
	"github.com/labbox/labbox/plugins/gitops"
	"github.com/labbox/labbox/plugins/sdk"
)

func main() { sdk.Serve(gitops.New()) }

// Command platform is the trend module platform as a program of its own.
package main

import (
	"github.com/labbox/labbox/plugins/platform"
	"github.com/labbox/labbox/plugins/sdk"
)

func main() { sdk.Serve(platform.New()) }

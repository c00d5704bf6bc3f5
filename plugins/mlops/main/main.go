// Command mlops is the trend module mlops as a program of its own.
package main

import (
	"github.com/labbox/labbox/plugins/mlops"
	"github.com/labbox/labbox/plugins/sdk"
)

func main() { sdk.Serve(mlops.New()) }

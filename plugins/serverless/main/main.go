// Command serverless is the trend module serverless as a program of its own.
package main

import (
	"github.com/labbox/labbox/plugins/sdk"
	"github.com/labbox/labbox/plugins/serverless"
)

func main() { sdk.Serve(serverless.New()) }

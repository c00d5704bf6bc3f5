// Command sustainability is the trend module sustainability as a program of its own.
package main

import (
	"github.com/labbox/labbox/plugins/sdk"
	"github.com/labbox/labbox/plugins/sustainability"
)

func main() { sdk.Serve(sustainability.New()) }

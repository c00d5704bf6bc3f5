package platform

import "github.com/labbox/labbox/plugins/sdk"

// workbench is the pod behind the terminal in the browser. It takes over the login of
// the git server, so that one comes first.
func workbench() sdk.Chart {
	return sdk.Chart{Name: "workbench", Release: "workbench", Namespace: "workbench", Needs: []string{"git"}}
}

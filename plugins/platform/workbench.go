package platform

import "github.com/labbox/labbox/plugins/sdk"

// workbench is the pod behind the terminal in the browser. It takes over the
// logins of the git server and of the developer platform, so those come first.
func workbench() sdk.Chart {
	return sdk.Chart{Name: "workbench", Release: "workbench", Namespace: "workbench", Needs: []string{"git", "backstage"}}
}

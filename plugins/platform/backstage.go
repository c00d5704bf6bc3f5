package platform

import (
	"fmt"

	"github.com/labbox/labbox/plugins/sdk"
)

// backstagePort is Backstage's own, for the Service and for the machine.
const backstagePort = 7007

// backstage is the internal developer platform. It takes over the login of the git
// server and gets rights where Argo CD's Applications are, so those come first.
func backstage(cfg sdk.Config) sdk.Chart {
	public := func(name string, preset int) string {
		return fmt.Sprintf("http://127.0.0.1:%d", cfg.Port(name, preset))
	}
	return sdk.Chart{
		Name: "idp", Release: "backstage", Namespace: "backstage", Needs: []string{"git", "argocd"},
		Values: sdk.Values{"public": map[string]any{
			"git": public("git", 3000), "argocd": public("argocd", 8081), "gateway": public("gateway", 8080), "dashboard": public("dashboard", 8800),
		}},
	}
}

func backstageForward(cfg sdk.Config) sdk.Forward {
	return sdk.Forward{
		Name: "backstage", Title: sdk.Text{DE: "Entwicklerplattform", EN: "Developer platform"},
		Namespace: "backstage", Service: "backstage", Port: backstagePort, HostPort: cfg.Port("backstage", backstagePort),
		Credentials: &sdk.Credentials{Namespace: "backstage", Secret: "backstage-credentials", UserKey: "username", PasswordKey: "password"},
	}
}

// Package serverless is the trend module for functions as a service: the function
// gateway, and whether it does its work.
package serverless

import (
	"context"

	"github.com/labbox/labbox/plugins/sdk"
	"github.com/labbox/labbox/plugins/sdk/probe"
)

const name = "serverless"

// New returns the module.
func New() sdk.Module { return &module{client: probe.New()} }

type module struct {
	client *probe.Client
}

// Describe implements sdk.Module.
func (m *module) Describe(context.Context) (sdk.Info, error) {
	return sdk.Info{
		Name:    name,
		Version: "0.1.0",
		Title:   sdk.Text{DE: "Serverless", EN: "Serverless"},
		Description: sdk.Text{
			DE: "Functions as a Service mit einem OpenFaaS-kompatiblen Gateway: Serverless-Architekturen und Event-getriebene Systeme.",
			EN: "Functions as a service on an OpenFaaS-compatible gateway: serverless architectures and event-driven systems.",
		},
		Panels: []sdk.Panel{{
			ID:    "invocations",
			Title: sdk.Text{DE: "Aufrufe von Funktionen", EN: "Function calls"},
			Query: `sum(rate(gateway_function_invocation_total[1m]))`,
			Unit:  "1/s",
		}},
		Sources: []sdk.Source{{Title: "Serverless Land", URL: "https://serverlessland.com"}},
	}, nil
}

// Plan implements sdk.Module.
func (m *module) Plan(_ context.Context, cfg sdk.Config) (sdk.Plan, error) {
	if err := cfg.RefuseUnknown(name); err != nil {
		return sdk.Plan{}, err
	}
	return sdk.Plan{
		Charts: []sdk.Chart{{Name: "gateway", Release: "gateway", Namespace: "openfaas"}},
		Forwards: []sdk.Forward{{
			Name: "gateway", Title: sdk.Text{DE: "Funktions-Gateway", EN: "Function gateway"},
			Namespace: "openfaas", Service: "gateway", Port: 8080, HostPort: cfg.Port("gateway", 8080),
			Credentials: &sdk.Credentials{
				Namespace: "openfaas", Secret: "basic-auth",
				UserKey: "basic-auth-user", PasswordKey: "basic-auth-password",
			},
		}},
	}, nil
}

// Verify implements sdk.Module. The module has no lessons yet, so no steps either.
func (m *module) Verify(_ context.Context, _ sdk.Target, step sdk.StepID) (sdk.Verdict, error) {
	return sdk.Verdict{}, sdk.UnknownStep(name, step)
}

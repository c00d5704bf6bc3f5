package platform

import (
	"testing"

	"github.com/labbox/labbox/plugins/sdk"
	"github.com/labbox/labbox/plugins/sdk/sdktest"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	catalog := map[string]string{"/api/catalog/entities?filter=kind=component&fields=kind": `[{"kind":"Component"}]`}
	sdktest.Check(t, New(), map[string]sdktest.Case{
		"alive": {
			Answers: map[string]map[string]string{
				"backstage": catalog,
				"git": {
					`/api/v1/repos`: `[{"name":"platform","head":"0123456789abcdef"},{"name":"x","head":""}]`,
				},
			},
			Alive: true, Message: `repository platform at 0123456`,
			Signal: sdk.Signal{Name: "head commit", Text: "0123456789abcdef", OK: true},
		},
		"not seeded": {
			Answers: map[string]map[string]string{
				"backstage": catalog,
				"git": {
					`/api/v1/repos`: `[]`,
				},
			},
			Alive: true, Message: `is not in git yet`,
			Signal: sdk.Signal{Name: "head commit"},
		},
		"empty repository": {
			Answers: map[string]map[string]string{
				"backstage": catalog,
				"git": {
					`/api/v1/repos`: `[{"name":"platform"}]`,
				},
			},
			Alive: true, Message: `has no commit yet`,
		},
		"components": {
			Answers: map[string]map[string]string{"git": {"/api/v1/repos": "[]"}, "backstage": catalog},
			Alive:   true, Signal: sdk.Signal{Name: "components", Value: 1, OK: true},
		},
		"no git":      {Message: "git is not there yet"},
		"no platform": {Answers: map[string]map[string]string{"git": {"/api/v1/repos": "[]"}}, Message: "the developer platform is not there yet"},
	})
}

package sustainability

import (
	"testing"

	"github.com/labbox/labbox/plugins/sdk"
	"github.com/labbox/labbox/plugins/sdk/sdktest"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	sdktest.Check(t, New(), map[string]sdktest.Case{
		"alive": {
			Answers: map[string]map[string]string{
				"prometheus": {
					`/-/ready`: `ready`,
					`/api/v1/query?query=sum%28kepler_node_cpu_watts%29`: `{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"12.34"]}]}}`,
					`/api/v1/query?query=count%28up+%3D%3D+1%29`:         `{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"9"]}]}}`,
				},
			},
			Alive: true, Message: `the lab draws 12.3 W`,
			Signal: sdk.Signal{Name: "scrape targets up", Value: 9, OK: true},
		},
		"no energy yet": {
			Answers: map[string]map[string]string{
				"prometheus": {
					`/-/ready`: `ready`,
					`/api/v1/query?query=sum%28kepler_node_cpu_watts%29`: `{"status":"success","data":{"resultType":"vector","result":[]}}`,
				},
			},
			Alive: false, Message: `no kepler_node_cpu_watts`,
		},
	})
}

package gateway

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/labbox/labbox/internal/faas/api"
	"github.com/labbox/labbox/internal/faas/store"
)

// One gateway, one request after the other: each row sees what those before did.
func TestSystemStatusCodes(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	deployment := `{"service":"f","image":"i","network":"old","registryAuth":"old","labels":{"com.openfaas.scale.max":"5"}}`
	rows := []struct {
		method, path, body string
		status             int
		want               string // part of the body
	}{
		{"GET", "/healthz", "", 200, "OK"},
		{"GET", "/", "", 307, ""},
		{"GET", "/ui/", "", 200, "<h1>"},
		{"GET", "/system/info", "", 200, `"provider":{"provider":"labbox","orchestration":"kubernetes","version":{"release":"dev"`},
		{"GET", "/system/functions", "", 200, "[]\n"},
		{"GET", "/system/functions?namespace=kube-system", "", 400, "namespace"},
		{"GET", "/system/namespaces", "", 200, `["openfaas-fn"]`},

		{"PUT", "/system/functions", deployment, 404, "not found"},
		{"POST", "/system/functions", deployment, 202, ""},
		{"POST", "/system/functions", deployment, 409, "exists already"},
		{"PUT", "/system/functions", deployment, 202, ""},
		{"POST", "/system/functions", `{"service":"F","image":"i"}`, 400, "lower case"},
		{"POST", "/system/functions", `{"service":"g"}`, 400, "image is required"},
		{"POST", "/system/functions", `{"service":"g","image":"i","namespace":"default"}`, 400, "namespace"},
		{"POST", "/system/functions", `{"service":7}`, 400, "not the JSON"},
		{"POST", "/system/functions", `{"service":"g",`, 400, "not the JSON"},
		{"POST", "/system/functions", ``, 400, "body is required"},
		{"POST", "/system/functions", `{"image":"` + strings.Repeat("x", 3<<20) + `"}`, 413, "too large"},
		{"PATCH", "/system/functions", ``, 405, ""},
		{"GET", "/system/functions?namespace=openfaas-fn", "", 200, `"name":"f"`},
		{"GET", "/system/function/f?namespace=openfaas-fn&usage=1", "", 200, `"invocationCount":0,"replicas":1`},
		{"GET", "/system/function/none", "", 404, "not found"},
		{"GET", "/system/function/No", "", 400, "lower case"},

		{"POST", "/system/scale-function/f", `{"serviceName":"f","replicas":3}`, 202, ""},
		{"GET", "/system/function/f", "", 200, `"replicas":3`},
		{"POST", "/system/scale-function/f?namespace=openfaas-fn", `{"replicas":0}`, 202, ""},
		{"GET", "/system/function/f", "", 200, `"replicas":0`},
		{"POST", "/system/scale-function/f", `{"replicas":6}`, 400, "from 0 to 5"},
		{"POST", "/system/scale-function/f", `{"replicas":-1}`, 400, "from 0 to 5"},
		{"POST", "/system/scale-function/f", `{"replicas":1.5}`, 400, "not the JSON"},
		{"POST", "/system/scale-function/f", `{"serviceName":"f"}`, 400, "replicas is required"},
		{"POST", "/system/scale-function/none", `{"replicas":1}`, 404, "not found"},

		{"POST", "/system/secrets", `{"name":"s","value":"v"}`, 202, ""},
		{"POST", "/system/secrets", `{"name":"s","value":"v"}`, 409, "exists already"},
		{"POST", "/system/secrets", `{"name":"S","value":"v"}`, 400, "lower case"},
		{"POST", "/system/secrets", `{"name":"raw","rawValue":"AAE="}`, 202, ""},
		{"POST", "/system/secrets", `{"name":"bad","rawValue":"?"}`, 400, "not the JSON"},
		{"GET", "/system/secrets", "", 200, `[{"name":"raw","namespace":"openfaas-fn"},{"name":"s","namespace":"openfaas-fn"}]`},
		{"PUT", "/system/secrets", `{"name":"s","value":"w"}`, 202, ""},
		{"PUT", "/system/secrets", `{"name":"none","value":"w"}`, 404, "not found"},
		{"DELETE", "/system/secrets", `{"name":"s"}`, 202, ""},
		{"DELETE", "/system/secrets", `{"name":"s"}`, 404, "not found"},
		{"DELETE", "/system/secrets", `{"name":"s","namespace":"default"}`, 400, "namespace"},

		{"GET", "/system/logs", "", 400, "name is required"},
		{"GET", "/system/logs?name=none", "", 404, "not found"},
		{"GET", "/system/logs?name=f&tail=many", "", 400, "tail"},
		{"GET", "/system/logs?name=f&since=yesterday", "", 400, "since"},

		{"DELETE", "/system/functions", `{"functionName":"f"}`, 202, ""},
		{"DELETE", "/system/functions", `{"functionName":"f"}`, 404, "not found"},
		{"DELETE", "/system/functions", `{}`, 400, "name is required"},
		{"GET", "/system/nothing", "", 404, ""},
		{"POST", "/function/none", "", 404, "not found"},
		{"POST", "/function/none.openfaas-fn", "", 404, "not found"},
		{"POST", "/function/none.kube-system", "", 404, "not found"},
		{"POST", "/function/", "", 400, "/function/{name}"},
		{"POST", "/function/a%2Fb", "", 400, "/function/{name}"},
		{"POST", "/async-function/f", "", 501, "not available"},
	}
	for i, row := range rows {
		resp, body := f.do(t, row.method, row.path, row.body)
		if resp.StatusCode != row.status || !strings.Contains(body, row.want) {
			t.Errorf("%d: %s %s %.60s = %d %q, want %d with %q", i, row.method, row.path, row.body, resp.StatusCode, body, row.status, row.want)
		}
	}
}

func TestClusterThatFailsIs500(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	f.Fail("list", "deployments", errors.New("etcd is away"))
	resp, body := f.do(t, "GET", "/system/functions", "")
	if resp.StatusCode != 500 || !strings.Contains(body, "etcd is away") {
		t.Errorf("answer %d %q", resp.StatusCode, body)
	}
}

func TestAuth(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	tests := []struct {
		path, user, password string
		status               int
	}{
		{"/system/functions", "", "", 401},
		{"/system/functions", "admin", "wrong", 401},
		{"/system/functions", "root", "secret", 401},
		{"/system/functions", "admin", "secret", 200},
		{"/system/nothing", "", "", 401},
		{"/ui/", "", "", 401},
		{"/healthz", "", "", 200},
		{"/function/none", "", "", 404},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprint(tt.path, " ", tt.user, tt.password), func(t *testing.T) {
			t.Parallel()
			r, _ := http.NewRequest("GET", f.url+tt.path, nil)
			if tt.user != "" {
				r.SetBasicAuth(tt.user, tt.password)
			}
			resp, body := send(t, r)
			if resp.StatusCode != tt.status {
				t.Fatalf("status %d, want %d", resp.StatusCode, tt.status)
			}
			if tt.status == 401 && (resp.Header.Get("WWW-Authenticate") != `Basic realm="Restricted"` || body != "invalid credentials\n") {
				t.Errorf("401 without its header or words: %v %q", resp.Header, body)
			}
		})
	}
}

func TestMissingCredentialsStopTheGateway(t *testing.T) {
	t.Parallel()
	if _, err := New(Config{BasicAuth: true, SecretPath: t.TempDir()}, nil, nil); err == nil {
		t.Error("New() without credentials succeeded: the interface would be open")
	}
}

func TestDescribeCountsAndMeasures(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, function("f", 1))
	f.Metrics = `{"items":[{"containers":[{"usage":{"cpu":"5m","memory":"1Mi"}}]}]}`
	f.ready(t, "f", func(http.ResponseWriter, *http.Request) {})
	for range 3 {
		f.do(t, "POST", "/function/f", "")
	}
	var got api.FunctionStatus
	_, body := f.do(t, "GET", "/system/function/f?usage=1", "")
	if err := json.Unmarshal([]byte(body), &got); err != nil {
		t.Fatal(err)
	}
	if got.InvocationCount != 3 || got.Usage == nil || got.Usage.CPU != 5 || got.Usage.TotalMemoryBytes != 1<<20 {
		t.Errorf("describe: %s", body)
	}
	f.do(t, "DELETE", "/system/functions", `{"functionName":"f"}`)
	if n := f.gateway.metrics.count(store.Key{Namespace: ns, Name: "f"}); n != 0 {
		t.Errorf("%v calls are remembered of a deleted function", n)
	}
}

func TestMetricsNames(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, function("f", 2))
	f.ready(t, "f", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(201) })
	f.do(t, "POST", "/function/f", "")
	f.do(t, "GET", "/system/functions", "")
	_, port := replica(t, "127.0.0.1", 0, f.gateway.MetricsHandler())
	r, _ := http.NewRequest("GET", fmt.Sprintf("http://127.0.0.1:%d/metrics", port), nil)
	_, text := send(t, r)
	for _, want := range []string{
		`gateway_function_invocation_total{code="201",function_name="f.openfaas-fn"} 1`,
		`gateway_function_invocation_started{function_name="f.openfaas-fn"} 1`,
		`gateway_functions_seconds_count{code="201",function_name="f.openfaas-fn"} 1`,
		`gateway_function_invocation_inflight{function_name="f.openfaas-fn"} 0`,
		`gateway_service_count{function_name="f.openfaas-fn"} 2`,
		`gateway_service_ready_count{function_name="f.openfaas-fn"} 0`,
		`provider_http_requests_total{code="200",method="GET",path="/system/functions"} 1`,
		"process_resident_memory_bytes",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in /metrics", want)
		}
	}
}

func TestFromEnv(t *testing.T) {
	t.Parallel()
	set := map[string]string{"read_timeout": "5", "write_timeout": "1m5s", "scale_from_zero": "false", "function_namespaces": "team-a, openfaas-fn"}
	c, err := FromEnv(func(name string) string { return set[name] })
	if err != nil || c.ReadTimeout.Seconds() != 5 || c.WriteTimeout.Seconds() != 65 || c.ScaleFromZero || len(c.Namespaces) != 2 {
		t.Errorf("FromEnv() = %+v, %v", c, err)
	}
	for name, bad := range map[string]string{"read_timeout": "soon", "upstream_timeout": "-1s", "basic_auth": "perhaps", "max_body_bytes": "-1", "image_pull_policy": "Sometimes"} {
		_, err := FromEnv(func(n string) string {
			if n == name {
				return bad
			}
			return ""
		})
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("FromEnv() with %s=%s: %v, want an error that names it", name, bad, err)
		}
	}
}

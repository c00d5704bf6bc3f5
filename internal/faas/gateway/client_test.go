package gateway

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// What faas-cli and the SDK send for each of their commands, and the statuses that
// they take for success.
func TestRequestsOfTheClients(t *testing.T) {
	t.Parallel()
	f := newFixture(t, dynamic)
	rows := []struct {
		command, method, path, body string
		status                      int
		want                        string
	}{
		{"login, list", "GET", "/system/functions", "", 200, "[]"},
		{"list -n", "GET", "/system/functions?namespace=", "", 200, "[]"},
		{"version", "GET", "/system/info", "", 200, `"version":{"release"`},
		{"ready", "GET", "/healthz", "", 200, "OK"},
		{"namespaces", "GET", "/system/namespaces", "", 200, `["openfaas-fn"]`},
		{"deploy, first try", "PUT", "/system/functions", `{"service":"f","image":"i","namespace":"","envProcess":"","labels":{},"annotations":{}}`, 404, ""},
		{"deploy, second", "POST", "/system/functions", `{"service":"f","image":"i","namespace":"","envProcess":"","labels":{},"annotations":{}}`, 202, ""},
		{"deploy again", "PUT", "/system/functions", `{"service":"f","image":"i","envVars":{"A":"b"},"constraints":[],"secrets":[],"limits":{"memory":"64Mi"},"requests":{},"readOnlyRootFilesystem":true}`, 202, ""},
		{"deploy of old clients", "PUT", "/system/functions", `{"service":"f","image":"i","network":"func_functions","envProcess":"cat","envVars":null,"constraints":null,"registryAuth":"","secrets":null,"labels":null,"annotations":null,"limits":null,"requests":null,"readOnlyRootFilesystem":false}`, 202, ""},
		{"describe", "GET", "/system/function/f?namespace=&usage=1", "", 200, `"name":"f"`},
		{"scale", "POST", "/system/scale-function/f", `{"serviceName":"f","replicas":2}`, 202, ""},
		{"scale -n", "POST", "/system/scale-function/f", `{"serviceName":"f","namespace":"openfaas-fn","replicas":1}`, 202, ""},
		{"secret create", "POST", "/system/secrets", `{"name":"s","value":"v"}`, 202, ""},
		{"secret create, raw", "POST", "/system/secrets", `{"name":"r","namespace":"openfaas-fn","rawValue":"AAEC"}`, 202, ""},
		{"secret create --replace", "POST", "/system/secrets", `{"name":"s","value":"w"}`, 409, ""},
		{"  and then", "PUT", "/system/secrets", `{"name":"s","value":"w"}`, 202, ""},
		{"secret list", "GET", "/system/secrets?namespace=", "", 200, `[{"name":"r","namespace":"openfaas-fn"},{"name":"s","namespace":"openfaas-fn"}]`},
		{"secret update of none", "PUT", "/system/secrets", `{"name":"none","value":"w"}`, 404, ""},
		{"secret remove", "DELETE", "/system/secrets", `{"name":"s"}`, 202, ""},
		{"logs", "GET", "/system/logs?name=f&namespace=openfaas-fn&follow=false&tail=-1", "", 200, ""},
		{"logs --since", "GET", "/system/logs?follow=false&name=f&since=2026-01-31T12%3A00%3A00Z&tail=10", "", 200, ""},
		{"namespace create", "POST", "/system/namespace/", `{"name":"team","annotations":{"openfaas":"1"},"labels":{"openfaas":"1"}}`, 201, ""},
		{"namespace get", "GET", "/system/namespace/team", "", 200, `"name":"team"`},
		{"namespace update", "PUT", "/system/namespace/team", `{"name":"team","annotations":{"a":"b","openfaas":"1"},"labels":{"openfaas":"1"}}`, 202, ""},
		{"namespace delete", "DELETE", "/system/namespace/team", `{"name":"team","labels":{"openfaas":"1"}}`, 202, ""},
		{"remove", "DELETE", "/system/functions", `{"functionName":"f"}`, 202, ""},
		{"remove -n", "DELETE", "/system/functions?namespace=openfaas-fn", `{"functionName":"f","namespace":"openfaas-fn"}`, 404, ""},
		{"invoke of none", "POST", "/function/f.openfaas-fn", "x", 404, ""},
	}
	for _, row := range rows {
		resp, body := f.do(t, row.method, row.path, row.body)
		if resp.StatusCode != row.status || !strings.Contains(body, row.want) {
			t.Errorf("%s: %s %s = %d %q, want %d with %q", row.command, row.method, row.path, resp.StatusCode, body, row.status, row.want)
		}
	}
}

// `faas-cli store deploy` takes each entry of the lab's own store as it is.
func TestStoreDeploy(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	r, _ := http.NewRequest("GET", f.url+"/store/functions.json", nil)
	_, text := send(t, r)
	var shelf struct {
		Functions []struct {
			Name, Fprocess                   string
			Images                           map[string]string
			Environment, Labels, Annotations map[string]string
			ReadOnlyRootFilesystem           bool
		}
	}
	if err := json.Unmarshal([]byte(text), &shelf); err != nil {
		t.Fatal(err)
	}
	for _, item := range shelf.Functions {
		body, _ := json.Marshal(map[string]any{
			"service": item.Name, "image": item.Images["x86_64"], "envProcess": item.Fprocess, "envVars": item.Environment,
			"labels": item.Labels, "annotations": item.Annotations, "readOnlyRootFilesystem": item.ReadOnlyRootFilesystem,
		})
		if resp, text := f.do(t, "POST", "/system/functions", string(body)); resp.StatusCode != 202 {
			t.Errorf("%s: %d %q", item.Name, resp.StatusCode, text)
		}
	}
}

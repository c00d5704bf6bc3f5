package gateway

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/labbox/labbox/internal/faas/store"
)

func dynamic(c *Config) {
	c.NamespaceRole = "gateway-functions"
	c.Account = store.Key{Namespace: "openfaas", Name: "gateway"}
}

func namespace(name string, labels map[string]string) *corev1.Namespace {
	return &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: labels}}
}

// One gateway, one request after the other.
func TestNamespaceStatusCodes(t *testing.T) {
	t.Parallel()
	f := newFixture(t, dynamic, namespace("kube-system", nil), namespace(ns, map[string]string{"openfaas": "1"}),
		namespace("theirs", map[string]string{"team": "b"}))
	team := `{"name":"team-a","labels":{"openfaas":"1"},"annotations":{"owner":"Ada"}}`
	rows := []struct {
		method, path, body string
		status             int
		want               string
	}{
		{"GET", "/system/namespaces", "", 200, `["openfaas-fn"]`},
		{"GET", "/system/functions?namespace=team-a", "", 400, "not one for functions"},
		{"POST", "/system/namespace/", team, 201, ""},
		{"POST", "/system/namespace/", team, 409, "exists already"},
		{"POST", "/system/namespace/", `{"name":"kube-system","labels":{"openfaas":"1"}}`, 409, "exists already"},
		{"POST", "/system/namespace/", `{"name":"b"}`, 400, "openfaas=1"},
		{"POST", "/system/namespace/", `{"name":"b","annotations":{"openfaas":"0"}}`, 400, "openfaas=1"},
		{"POST", "/system/namespace/", `{"name":"B","annotations":{"openfaas":"1"}}`, 400, "lower case"},
		{"POST", "/system/namespace/", `{"annotations":{"openfaas":"1"}}`, 400, "name is required"},
		{"POST", "/system/namespace/", `{"name":"b","quota":1,"annotations":{"openfaas":"1"}}`, 400, `unknown field "quota"`},
		{"POST", "/system/namespace/", `{"name":"b","labels":{"openfaas":"1","pod-security.kubernetes.io/enforce":"privileged"}}`, 400, "not for clients"},
		{"GET", "/system/namespaces", "", 200, `["openfaas-fn","team-a"]`},
		{"GET", "/system/namespace/team-a", "", 200, `{"name":"team-a","annotations":{"owner":"Ada"},"labels":{"openfaas":"1"}}`},
		{"GET", "/system/namespace/openfaas-fn", "", 200, `"name":"openfaas-fn"`},
		{"GET", "/system/namespace/kube-system", "", 404, "not found"},
		{"GET", "/system/namespace/none", "", 404, "not found"},
		{"GET", "/system/namespace/No", "", 400, "lower case"},

		{"PUT", "/system/namespace/team-a", `{"name":"team-a","annotations":{"openfaas":"1"}}`, 202, ""},
		{"GET", "/system/namespace/team-a", "", 200, `{"name":"team-a","annotations":{"openfaas":"1"}}`},
		{"PUT", "/system/namespace/team-a", `{"annotations":{"openfaas":"1"}}`, 202, ""},
		{"PUT", "/system/namespace/team-a", `{"name":"b","annotations":{"openfaas":"1"}}`, 400, "the path's"},
		{"PUT", "/system/namespace/team-a", `{"name":"team-a"}`, 400, "openfaas=1"},
		{"PUT", "/system/namespace/none", `{"name":"none","annotations":{"openfaas":"1"}}`, 404, "not found"},
		{"PUT", "/system/namespace/theirs", `{"name":"theirs","annotations":{"openfaas":"1"}}`, 404, "not found"},

		{"POST", "/system/functions", `{"service":"f","image":"i","namespace":"team-a"}`, 202, ""},
		{"POST", "/system/secrets", `{"name":"s","value":"v","namespace":"team-a"}`, 202, ""},
		{"GET", "/system/functions?namespace=team-a", "", 200, `"name":"f"`},
		{"GET", "/system/functions", "", 200, "[]\n"},
		{"GET", "/system/function/f?namespace=team-a", "", 200, `"namespace":"team-a"`},
		{"GET", "/system/secrets?namespace=team-a", "", 200, `[{"name":"s","namespace":"team-a"}]`},

		{"DELETE", "/system/namespace/openfaas-fn", "", 400, "stays"},
		{"DELETE", "/system/namespace/kube-system", "", 404, "not found"},
		{"DELETE", "/system/namespace/team-a", `{"name":"team-a","labels":{"openfaas":"1"}}`, 202, ""}, // as clients send it
		{"DELETE", "/system/namespace/team-a", "", 404, "not found"},
		{"GET", "/system/namespaces", "", 200, `["openfaas-fn"]`},
		{"POST", "/system/functions", `{"service":"g","image":"i","namespace":"team-a"}`, 400, "not one for functions"},
	}
	for i, row := range rows {
		resp, body := f.do(t, row.method, row.path, row.body)
		if resp.StatusCode != row.status || !strings.Contains(body, row.want) {
			t.Errorf("%d: %s %s %.60s = %d %q, want %d with %q", i, row.method, row.path, row.body, resp.StatusCode, body, row.status, row.want)
		}
	}
}

// The gateway's rights come with the namespace, and where they cannot, it goes.
func TestNamespaceBindsTheGatewaysRights(t *testing.T) {
	t.Parallel()
	f := newFixture(t, dynamic)
	f.do(t, "POST", "/system/namespace/", `{"name":"a","labels":{"openfaas":"1"}}`)
	o, err := f.Tracker.Get(rbacv1.SchemeGroupVersion.WithResource("rolebindings"), "a", "gateway-functions")
	if err != nil {
		t.Fatal(err)
	}
	b := o.(*rbacv1.RoleBinding)
	if b.RoleRef.Kind != "ClusterRole" || b.RoleRef.Name != "gateway-functions" || len(b.Subjects) != 1 || b.Subjects[0].Namespace != "openfaas" || b.Subjects[0].Name != "gateway" {
		t.Errorf("the binding is %+v to %+v", b.RoleRef, b.Subjects)
	}
	f.Fail("create", "rolebindings", context.DeadlineExceeded)
	if resp, body := f.do(t, "POST", "/system/namespace/", `{"name":"b","labels":{"openfaas":"1"}}`); resp.StatusCode != 500 {
		t.Errorf("%d %q, want 500", resp.StatusCode, body)
	}
	if _, err := f.Tracker.Get(corev1.SchemeGroupVersion.WithResource("namespaces"), "", "b"); err == nil {
		t.Error("a namespace without rights stayed")
	}
}

// The API server learns of a binding a little later: until then the namespace is not
// shown, by whoever it was made.
func TestNamespaceIsShownWhenItsRightsHold(t *testing.T) {
	t.Parallel()
	f := newFixture(t, dynamic)
	var asked atomic.Int32
	hold := make(chan struct{})
	f.Before("list", "deployments", func() error {
		select {
		case <-hold:
			return nil
		default:
			asked.Add(1)
			return apierrors.NewForbidden(schema.GroupResource{Resource: "deployments"}, "", errors.New("not yet"))
		}
	})
	if err := f.Tracker.Create(corev1.SchemeGroupVersion.WithResource("namespaces"), namespace("theirs", map[string]string{"openfaas": "1"}), ""); err != nil {
		t.Fatal(err)
	}
	made := make(chan int)
	go func() {
		resp, _ := f.do(t, "POST", "/system/namespace/", `{"name":"ours","labels":{"openfaas":"1"}}`)
		made <- resp.StatusCode
	}()
	deadline := time.Now().Add(10 * time.Second)
	for asked.Load() < 6 {
		if time.Now().After(deadline) {
			t.Fatal("the rights are not tried")
		}
		time.Sleep(5 * time.Millisecond)
	}
	if _, body := f.do(t, "GET", "/system/namespaces", ""); strings.Contains(body, "ours") || strings.Contains(body, "theirs") {
		t.Errorf("shown already: %s", body)
	}
	close(hold)
	if status := <-made; status != 201 {
		t.Errorf("the namespace was answered with %d", status)
	}
	for _, name := range []string{"ours", "theirs"} {
		f.awaitStatus(t, "POST", "/system/functions", `{"service":"f","image":"i","namespace":"`+name+`"}`, 202)
	}
}

func TestFixedNamespaces(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	for _, method := range []string{"GET", "PUT", "DELETE"} {
		if resp, body := f.do(t, method, "/system/namespace/a", `{"name":"a","labels":{"openfaas":"1"}}`); resp.StatusCode != 403 {
			t.Errorf("%s: %d %q, want 403", method, resp.StatusCode, body)
		}
	}
	if resp, body := f.do(t, "POST", "/system/namespace/", `{"name":"a","labels":{"openfaas":"1"}}`); resp.StatusCode != 403 || !strings.Contains(body, "fixed") {
		t.Errorf("POST: %d %q, want 403", resp.StatusCode, body)
	}
}

// Functions are routed as their namespace gets the mark, loses it, gets it again and
// goes, however that happens.
func TestCallsFollowNamespaces(t *testing.T) {
	t.Parallel()
	early := function("early", 1)
	early.Namespace = "early"
	f := newFixture(t, dynamic, namespace("early", map[string]string{"openfaas": "1"}), early)
	if resp, _ := f.do(t, "GET", "/system/function/early?namespace=early", ""); resp.StatusCode != 200 {
		t.Errorf("a namespace that was there at the start: %d", resp.StatusCode)
	}
	if _, ok := f.gateway.table.Lookup(store.Key{Namespace: "early", Name: "early"}); !ok {
		t.Error("calls were served before the functions of the namespace were known")
	}
	namespaces := corev1.SchemeGroupVersion.WithResource("namespaces")
	change := func(labels map[string]string) {
		t.Helper()
		if err := f.Tracker.Update(namespaces, namespace("team", labels), ""); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Tracker.Create(namespaces, namespace("team", map[string]string{"openfaas": "1"}), ""); err != nil {
		t.Fatal(err)
	}
	f.awaitStatus(t, "GET", "/system/functions?namespace=team", "", 200)
	f.AwaitWatch(t, "endpointslices", 3)
	f.do(t, "POST", "/system/functions", `{"service":"f","image":"i","namespace":"team"}`)
	_, port := replica(t, "127.0.0.1", 0, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	f.SetReady(t, "f.team", port, "127.0.0.1")
	f.awaitStatus(t, "GET", "/function/f.team", "", 200)
	f.awaitStatus(t, "GET", "/function/f", "", 404)
	change(nil)
	f.awaitStatus(t, "GET", "/function/f.team", "", 404)
	f.awaitStatus(t, "GET", "/system/functions?namespace=team", "", 400)
	change(map[string]string{"openfaas": "1"})
	f.awaitStatus(t, "GET", "/function/f.team", "", 200)
	if err := f.Tracker.Delete(namespaces, "", "team"); err != nil {
		t.Fatal(err)
	}
	f.awaitStatus(t, "GET", "/function/f.team", "", 404)
}

// awaitStatus repeats a request until it has the status.
func (f *fixture) awaitStatus(t *testing.T, method, path, body string, status int) {
	t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for {
		resp, text := f.do(t, method, path, body)
		if resp.StatusCode == status {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s %s still answers %d %q, want %d", method, path, resp.StatusCode, text, status)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

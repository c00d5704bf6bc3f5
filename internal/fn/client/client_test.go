package client

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/labbox/labbox/internal/lab"
)

// fakeGateway holds functions by name and answers as the interface says.
type fakeGateway struct{ functions map[string]Deployment }

func (g *fakeGateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if user, password, _ := r.BasicAuth(); strings.HasPrefix(r.URL.Path, "/system/") && (user != "admin" || password != "secret") {
		http.Error(w, "invalid credentials", http.StatusUnauthorized)
		return
	}
	name := strings.TrimPrefix(r.URL.Path, "/system/function/")
	switch {
	case r.URL.Path == "/system/functions" && r.Method == http.MethodGet:
		var all []Function
		for n, d := range g.functions {
			all = append(all, Function{Name: n, Namespace: r.URL.Query().Get("namespace"), Image: d.Image})
		}
		_ = json.NewEncoder(w).Encode(all)
	case r.URL.Path == "/system/functions" && r.Method == http.MethodDelete:
		var body struct{ FunctionName string }
		_ = json.NewDecoder(r.Body).Decode(&body)
		g.remove(w, body.FunctionName)
	case r.URL.Path == "/system/functions":
		g.deploy(w, r)
	case name != r.URL.Path:
		d, ok := g.functions[name]
		if !ok {
			http.Error(w, "no function "+name, http.StatusNotFound)
			return
		}
		_ = json.NewEncoder(w).Encode(Function{Name: name, Image: d.Image})
	case r.URL.Path == "/system/logs":
		_, _ = fmt.Fprintf(w, `{"name":%q,"text":"one"}`+"\n"+`{"text":"%s"}`+"\n", r.URL.Query().Get("name"), r.URL.RawQuery)
	default:
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(http.StatusFound)
		_, _ = fmt.Fprintf(w, "%s %s %s %s", r.Method, r.RequestURI, r.Header.Get("Content-Type"), body)
	}
}

func (g *fakeGateway) deploy(w http.ResponseWriter, r *http.Request) {
	var d Deployment
	if err := json.NewDecoder(r.Body).Decode(&d); err != nil || d.Image == "" {
		http.Error(w, "image is required", http.StatusBadRequest)
		return
	}
	if _, there := g.functions[d.Service]; !there && r.Method == http.MethodPut {
		http.Error(w, "no function "+d.Service, http.StatusNotFound)
		return
	}
	g.functions[d.Service] = d
	w.WriteHeader(http.StatusAccepted)
}

func (g *fakeGateway) remove(w http.ResponseWriter, name string) {
	if _, there := g.functions[name]; !there {
		http.Error(w, "no function "+name, http.StatusNotFound)
		return
	}
	delete(g.functions, name)
	w.WriteHeader(http.StatusAccepted)
}

func mustGateway(t *testing.T) *Client {
	t.Helper()
	s := httptest.NewServer(&fakeGateway{functions: map[string]Deployment{}})
	t.Cleanup(s.Close)
	return New(s.URL+"/", "admin", "secret")
}

func TestDeployListRemove(t *testing.T) {
	t.Parallel()
	ctx, c := t.Context(), mustGateway(t)
	for i, want := range []bool{true, false} {
		created, err := c.Deploy(ctx, Deployment{Service: "a", Image: fmt.Sprint("i", i)})
		if err != nil || created != want {
			t.Errorf("Deploy() = %v, %v, want %v", created, err, want)
		}
	}
	all, err := c.List(ctx, "openfaas-fn")
	if err != nil || len(all) != 1 || all[0].Image != "i1" || all[0].Namespace != "openfaas-fn" {
		t.Errorf("List() = %+v, %v", all, err)
	}
	if f, err := c.Get(ctx, "a", "openfaas-fn"); err != nil || f.Image != "i1" {
		t.Errorf("Get() = %+v, %v", f, err)
	}
	if err := c.Remove(ctx, "a", "openfaas-fn"); err != nil {
		t.Error(err)
	}
	for what, err := range map[string]error{"remove": c.Remove(ctx, "a", ""), "get": func() error { _, err := c.Get(ctx, "a", ""); return err }()} {
		if lab.AsError(err).Code != lab.CodeNotFound {
			t.Errorf("%s of what is gone: %v", what, err)
		}
	}
}

func TestErrorsSayWhatToDo(t *testing.T) {
	t.Parallel()
	ctx, c := t.Context(), mustGateway(t)
	if _, err := c.Deploy(ctx, Deployment{Service: "a"}); lab.AsError(err).Code != lab.CodeUsage || !strings.Contains(err.Error(), "image is required") {
		t.Errorf("a bad deployment: %v", err)
	}
	c.Password = "wrong"
	if _, err := c.List(ctx, ""); lab.AsError(err).Code != lab.CodeConfig {
		t.Errorf("a wrong password: %v", err)
	}
	if _, err := New("http://127.0.0.1:1", "", "").List(ctx, ""); lab.AsError(err).Code != lab.CodeNotRunning {
		t.Errorf("nobody there: %v", err)
	}
}

func TestInvoke(t *testing.T) {
	t.Parallel()
	c := mustGateway(t)
	tests := []struct {
		call Call
		want string
	}{
		{Call{Name: "a", Body: strings.NewReader("hi")}, "POST /function/a.openfaas-fn text/plain hi"},
		{Call{Name: "a", Namespace: "x", Method: "PUT", Path: "/p/q", Query: "r=s", Header: http.Header{"Content-Type": {"t/u"}}}, "PUT /function/a.x/p/q?r=s t/u "},
		{Call{Name: "a", Async: true}, "POST /async-function/a.openfaas-fn text/plain "},
		{Call{Name: "../system/info"}, "POST /function/..%2Fsystem%2Finfo.openfaas-fn text/plain "},
	}
	for _, tt := range tests {
		resp, err := c.Invoke(t.Context(), tt.call)
		if err != nil {
			t.Fatal(err)
		}
		text, _ := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if string(text) != tt.want || resp.StatusCode != http.StatusFound {
			t.Errorf("%d %q, want the function's own redirect and %q", resp.StatusCode, text, tt.want)
		}
	}
}

func TestLogs(t *testing.T) {
	t.Parallel()
	var got []string
	err := mustGateway(t).Logs(t.Context(), LogQuery{Name: "a", Follow: true, Tail: 3}, func(l LogLine) error {
		got = append(got, l.Text)
		return nil
	})
	if err != nil || len(got) != 2 || got[0] != "one" || got[1] != "follow=true&name=a&namespace=openfaas-fn&tail=3" {
		t.Errorf("lines %q, %v", got, err)
	}
}

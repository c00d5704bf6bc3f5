package web

import (
	"bytes"
	"context"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/labbox/labbox/internal/lab"
)

// mustFunctions is a demo whose handler can be asked without a listener.
func mustFunctions(t *testing.T) *demo {
	t.Helper()
	d := newDemo(t)
	d.ready(t)
	d.server.hosts["127.0.0.1:8800"] = true
	return d
}

// post sends a form as a browser on a page of ours does.
func (d *demo) post(t *testing.T, path string, fields map[string]string, file []byte) *httptest.ResponseRecorder {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for name, value := range fields {
		if err := form.WriteField(name, value); err != nil {
			t.Fatal(err)
		}
	}
	if file != nil {
		part, err := form.CreateFormFile("file", "image.png")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := part.Write(file); err != nil {
			t.Fatal(err)
		}
	}
	if err := form.Close(); err != nil {
		t.Fatal(err)
	}
	return ask(t, call{d.server.Handler(), "POST", path, &body, map[string]string{"Content-Type": form.FormDataContentType()}})
}

func TestFunctionRoutes(t *testing.T) {
	t.Parallel()
	d := mustFunctions(t)
	web, admin := d.server.Handler(), d.server.AdminHandler()
	const one = "/api/v1/functions/openfaas-fn/classify"
	for _, c := range []struct {
		name    string
		handler http.Handler
		method  string
		path    string
		body    string
		status  int
		want    string
	}{
		{"list", web, "GET", "/api/v1/functions", "", 200, `"name":"classify","image":`},
		{"list has figures", web, "GET", "/api/v1/functions", "", 200, `"energyMethod":"ccf"`},
		{"one", web, "GET", one, "", 200, `"joulesPerCall":0.018`},
		{"one that is not", web, "GET", "/api/v1/functions/openfaas-fn/nothing", "", 404, `"code":"not-found"`},
		{"one in another namespace", web, "GET", "/api/v1/functions/default/classify", "", 404, `"code":"not-found"`},
		{"a name that is a query", web, "GET", "/api/v1/functions/openfaas-fn/x%22%7D%20or%20up/plots/fn-calls", "", 404, `"code":"not-found"`},
		{"plot", web, "GET", one + "/plots/fn-calls", "", 200, `"id":"fn-calls"`},
		{"plot that is not", web, "GET", one + "/plots/up", "", 404, `no plot`},
		{"log", web, "GET", one + "/logs?tail=5", "", 200, "200 OK"},
		{"log of nothing", web, "GET", "/api/v1/functions/openfaas-fn/nothing/logs", "", 404, `"code":"not-found"`},
		{"log with a bad tail", web, "GET", one + "/logs?tail=-1", "", 400, `"code":"usage"`},
		{"store", web, "GET", "/api/v1/functions/store", "", 200, `"name":"figlet"`},
		{"queue", web, "GET", "/api/v1/functions/queue", "", 200, `{"waiting":12,"running":3,"dead":2}`},
		{"dead letters", web, "GET", "/api/v1/functions/dead-letters", "", 200, `"id":"dl-7"`},
		{"events", web, "GET", "/api/v1/functions/events", "", 200, `"topic":"cron"`},
		{"lambda", web, "GET", "/api/v1/functions/lambda", "", 200, `"p50Seconds":0.0121`},
		{"writing needs the token", web, "POST", one + "/scale", `{"replicas":0}`, 403, `"code":"forbidden"`},
		{"deleting needs the token", web, "POST", one + "/delete", ``, 403, `"code":"forbidden"`},
		{"calling needs the token", web, "POST", one + "/invoke", `{}`, 403, `"code":"forbidden"`},
		{"the page of an answer", web, "GET", "/functions/openfaas-fn/classify/invoke", "", 303, ""},
		{"call", admin, "POST", one + "/invoke", `{"method":"PUT","path":"/a?b=1","contentType":"text/plain","body":"hi"}`, 200, `"status":200`},
		{"call with nothing given", admin, "POST", one + "/invoke", `{}`, 200, `\"method\": \"POST\", \"path\": \"/\"`},
		{"call by a strange method", admin, "POST", one + "/invoke", `{"method":"CONNECT"}`, 400, `"code":"usage"`},
		{"call of another path", admin, "POST", one + "/invoke", `{"path":"/../../system/functions"}`, 400, `no path of a function`},
		{"call of a hidden other path", admin, "POST", one + "/invoke", `{"path":"/%2e%2e/%2e%2e/system/functions"}`, 400, `no path of a function`},
		{"call of another host", admin, "POST", one + "/invoke", `{"path":"//evil.example/"}`, 400, `no path of a function`},
		{"call with a line in its type", admin, "POST", one + "/invoke", `{"contentType":"text/plain\r\nX: y"}`, 400, `no content type`},
		{"call that is no JSON", admin, "POST", one + "/invoke", `hello`, 400, `"code":"usage"`},
		{"call with what is not known", admin, "POST", one + "/invoke", `{"headers":{}}`, 400, `unknown field`},
		{"call of nothing", admin, "POST", "/api/v1/functions/openfaas-fn/nothing/invoke", `{}`, 404, `"code":"not-found"`},
		{"call with too much", admin, "POST", one + "/invoke", `{"body":"` + strings.Repeat("x", invokeBody+1) + `"}`, 413, `larger than 1 MB`},
		{"call with far too much", admin, "POST", one + "/invoke", `{"body":"` + strings.Repeat("x", 3<<20) + `"}`, 413, `1 MB at most`},
		{"scale", admin, "POST", one + "/scale", `{"replicas":0}`, 202, `{"replicas":0}`},
		{"scale to what is no number", admin, "POST", one + "/scale", `{}`, 400, `missing`},
		{"scale below zero", admin, "POST", one + "/scale", `{"replicas":-1}`, 400, `"code":"usage"`},
		{"scale nothing", admin, "POST", "/api/v1/functions/openfaas-fn/nothing/scale", `{"replicas":1}`, 404, `"code":"not-found"`},
		{"deploy", admin, "POST", "/api/v1/functions/store/figlet/deploy", "", 202, `{"namespace":"openfaas-fn","name":"figlet"}`},
		{"deploy what is not offered", admin, "POST", "/api/v1/functions/store/rootkit/deploy", "", 404, `the store has no function`},
		{"replay", admin, "POST", "/api/v1/functions/dead-letters/dl-7/replay", "", 202, `"replayed":true`},
		{"replay twice", admin, "POST", "/api/v1/functions/dead-letters/dl-7/replay", "", 404, `"code":"not-found"`},
		{"delete", admin, "POST", one + "/delete", "", 202, `"deleted":true`},
		{"delete twice", admin, "POST", one + "/delete", "", 404, `"code":"not-found"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := ask(t, call{c.handler, c.method, c.path, strings.NewReader(c.body), nil})
			if w.Code != c.status || !strings.Contains(w.Body.String(), c.want) {
				t.Fatalf("%s %s: %d %.400s\nwant %d and %q", c.method, c.path, w.Code, w.Body, c.status, c.want)
			}
		})
	}
}

func TestFunctionForms(t *testing.T) {
	t.Parallel()
	d := mustFunctions(t)
	const one = "/functions/openfaas-fn/classify"
	csrf := d.server.token
	for _, c := range []struct {
		name   string
		path   string
		fields map[string]string
		file   []byte
		status int
		want   string
	}{
		{"call", one + "/invoke", map[string]string{"csrf": csrf, "method": "POST", "path": " /x ", "type": "text/plain", "body": "a\r\nb"}, nil, 200, "a\\nb"},
		{"call with a file", one + "/invoke", map[string]string{"csrf": csrf, "method": "POST", "path": "/", "type": "text/plain"}, []byte("PNG bytes"), 200, "PNG bytes"},
		{"call with a large file", one + "/invoke", map[string]string{"csrf": csrf}, make([]byte, invokeBody+1), 413, "larger than 1 MB"},
		{"call with a huge file", one + "/invoke", map[string]string{"csrf": csrf}, make([]byte, 3<<20), 413, "1 MB at most"},
		{"call of another path", one + "/invoke", map[string]string{"csrf": csrf, "path": "/../x"}, nil, 200, "is no path of a function"},
		{"call without token", one + "/invoke", map[string]string{"path": "/"}, nil, 403, "lacks the token"},
		{"call of nothing", "/functions/openfaas-fn/nothing/invoke", map[string]string{"csrf": csrf}, nil, 404, "There is nothing here"},
		{"scale", one + "/scale", map[string]string{"csrf": csrf, "replicas": "4"}, nil, 303, ""},
		{"scale without token", one + "/scale", map[string]string{"replicas": "4"}, nil, 403, ""},
		{"scale to words", one + "/scale", map[string]string{"csrf": csrf, "replicas": "<b>many</b>"}, nil, 400, "&lt;b&gt;many"},
		{"deploy", "/functions/store", map[string]string{"csrf": csrf, "name": "figlet"}, nil, 303, ""},
		{"deploy what is not offered", "/functions/store", map[string]string{"csrf": csrf, "name": "rootkit"}, nil, 404, "the store has no function"},
		{"replay", "/functions/dead-letters/dl-3/replay", map[string]string{"csrf": csrf}, nil, 303, ""},
		{"delete without token", one + "/delete", nil, nil, 403, ""},
		{"delete", one + "/delete", map[string]string{"csrf": csrf}, nil, 303, ""},
		{"what was deleted", one + "/scale", map[string]string{"csrf": csrf, "replicas": "1"}, nil, 404, "There is nothing here"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := d.post(t, c.path, c.fields, c.file)
			if w.Code != c.status || !strings.Contains(w.Body.String(), c.want) {
				t.Fatalf("%s: %d %.600s\nwant %d and %q", c.path, w.Code, w.Body, c.status, c.want)
			}
		})
	}
	if n := len(d.functions.calls); n != 2 {
		t.Errorf("%d calls came through, want 2", n)
	}
}

// TestHostileAnswer calls a function whose answer wants to become part of the page.
func TestHostileAnswer(t *testing.T) {
	t.Parallel()
	d := mustFunctions(t)
	d.functions.answer = func(_ context.Context, call FunctionCall) (FunctionAnswer, error) {
		return FunctionAnswer{Status: 200, Truncated: true, Body: []byte(`</pre><script>alert(1)</script><img src=x><i>` + strings.Repeat("ä", 300) + "\xc3"),
			Header: http.Header{"X-<b>": {`"><script>alert(2)</script>`}, "Set-Cookie": {"labbox_lang=de"}}}, nil
	}
	w := d.post(t, "/functions/openfaas-fn/classify/invoke", map[string]string{"csrf": d.server.token}, nil)
	checkPage(t, "answer", w.Body.String(), "Skip to the content")
	if w.Code != 200 || !strings.Contains(w.Body.String(), "&lt;/pre&gt;&lt;script&gt;") || !strings.Contains(w.Body.String(), "cut off after") || strings.Contains(w.Body.String(), "not text") {
		t.Errorf("%d %.200s", w.Code, w.Body)
	}
	if len(w.Result().Cookies()) != 0 {
		t.Error("a header of the answer became one of the page")
	}
}

func TestSlowFunction(t *testing.T) {
	t.Parallel()
	d := mustFunctions(t)
	d.server.invokePatience = 20 * time.Millisecond
	d.functions.answer = func(ctx context.Context, _ FunctionCall) (FunctionAnswer, error) {
		<-ctx.Done()
		return FunctionAnswer{}, ctx.Err()
	}
	w := ask(t, call{d.server.AdminHandler(), "POST", "/api/v1/functions/openfaas-fn/classify/invoke", strings.NewReader("{}"), nil})
	if w.Code != 504 || !strings.Contains(w.Body.String(), `"code":"timeout"`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := d.post(t, "/functions/openfaas-fn/classify/invoke", map[string]string{"csrf": d.server.token}, nil); !strings.Contains(w.Body.String(), "No answer within 0.02 seconds") {
		t.Errorf("%d %.300s", w.Code, w.Body)
	}
}

func TestReadable(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		body string
		cut  bool
		text string
		ok   bool
	}{
		{"text", "grün", false, "grün", true},
		{"nothing", "", true, "", true},
		{"cut within a letter", "gr\xc3", true, "gr", true},
		{"whole, with half a letter", "gr\xc3", false, "", false},
		{"cut binary", "\xff\xfe\xff\xfe\xff\xfe", true, "", false},
		{"zero byte", "a\x00b", false, "", false},
	} {
		if text, ok := readable([]byte(c.body), c.cut); text != c.text || ok != c.ok {
			t.Errorf("%s: %q %v, want %q %v", c.name, text, ok, c.text, c.ok)
		}
	}
}

// TestGatewayAway shows the pages while the gateway, or all it may offer, is missing.
func TestGatewayAway(t *testing.T) {
	t.Parallel()
	d := mustFunctions(t)
	d.functions.set(func(f *demoFunctions) { f.absent = true })
	web := d.server.Handler()
	body := ask(t, call{web, "GET", "/functions", nil, nil}).Body.String()
	for _, hidden := range []string{"Asynchronous calls", "Lambda", "/functions/store", "Events"} {
		if strings.Contains(body, hidden) {
			t.Errorf("a gateway without it still shows %q", hidden)
		}
	}
	for _, path := range []string{"/functions/store", "/api/v1/functions/store", "/api/v1/functions/queue", "/api/v1/functions/dead-letters", "/api/v1/functions/events", "/api/v1/functions/lambda"} {
		if w := ask(t, call{web, "GET", path, nil, nil}); w.Code != 404 {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	for _, c := range []struct {
		err    error
		status int
		want   string
	}{
		{errGateway, 500, "the gateway is on fire"}, {lab.Errorf(lab.CodeNotReady, "wait", "refused"), 503, "as soon as the function gateway answers"},
	} {
		d.functions.set(func(f *demoFunctions) { f.err = c.err })
		if w := ask(t, call{web, "GET", "/functions", nil, nil}); w.Code != 200 || !strings.Contains(w.Body.String(), c.want) {
			t.Errorf("%v: %d %.200s", c.err, w.Code, w.Body)
		}
		if w := ask(t, call{web, "GET", "/api/v1/functions", nil, nil}); w.Code != c.status {
			t.Errorf("%v: API %d", c.err, w.Code)
		}
	}
	bare := mustServer(t, nil).Handler()
	for _, path := range []string{"/functions", "/api/v1/functions", "/functions/store", "/functions/a/b", "/api/v1/functions/a/b/logs"} {
		if w := ask(t, call{bare, "GET", path, nil, nil}); w.Code == 500 {
			t.Errorf("%s before there is a gateway: %d %.200s", path, w.Code, w.Body)
		}
	}
}

// TestManyViewersCostOne has forty viewers look at everything at once.
func TestManyViewersCostOne(t *testing.T) {
	t.Parallel()
	var queries, lists atomic.Int64
	prometheus := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		queries.Add(1)
		_, _ = io.WriteString(w, `{"status":"success","data":{"result":[]}}`)
	}))
	t.Cleanup(prometheus.Close)
	s := mustServer(t, func(o *Options) {
		o.Prometheus, o.PrometheusURL = prometheus.Client(), prometheus.URL
		o.Functions.Functions = countingFunctions{newDemoFunctions(), &lists}
	})
	s.functions.list.age, s.functions.figures.age, s.prometheus.ranges.age = time.Hour, time.Hour, time.Hour
	web := s.Handler()
	done := make(chan int)
	paths := []string{"/functions", "/functions/openfaas-fn/classify", "/api/v1/functions", "/api/v1/functions/openfaas-fn/classify/plots/fn-calls"}
	for i := range 40 {
		go func() { done <- ask(t, call{web, "GET", paths[i%len(paths)], nil, nil}).Code }()
	}
	for range 40 {
		if code := <-done; code != 200 {
			t.Errorf("status %d", code)
		}
	}
	want := int64(len(figureQueries()) + 1 + len(functionPlots(FunctionID{})))
	if queries.Load() != want || lists.Load() != 1 {
		t.Errorf("%d queries, %d lists; want %d and 1", queries.Load(), lists.Load(), want)
	}
}

// countingFunctions counts how often the list is asked for.
type countingFunctions struct {
	Functions
	lists *atomic.Int64
}

func (c countingFunctions) List(ctx context.Context) ([]Function, error) {
	c.lists.Add(1)
	return c.Functions.List(ctx)
}

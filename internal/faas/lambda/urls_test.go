package lambda

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/labbox/labbox/internal/faas/lambda/lambdatest"
)

// mustURL gives a function a URL and returns its host and its path below this server.
func (f *fixture) mustURL(t *testing.T, name string, body map[string]any) (host, path string) {
	t.Helper()
	url := f.must(t, 201, "POST /2021-10-31/functions/"+name+"/url", body).field(t, "FunctionUrl")
	host = strings.TrimSuffix(strings.TrimPrefix(url, "http://"), "/")
	id := urlHost(host)
	if id == "" || !strings.Contains(host, ".lambda-url.eu-central-1.localhost:") {
		t.Fatalf("no URL of a function: %s", url)
	}
	return host, urlPath + id
}

func TestURLEvent(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	f.mustCreate(t, "f", nil)
	host, path := f.mustURL(t, "f", map[string]any{"AuthType": "NONE"})
	var e struct {
		Version, RawPath, RawQueryString, Body string
		IsBase64Encoded                        bool
		Headers, QueryStringParameters         map[string]string
		Cookies                                []string
		RequestContext                         struct {
			DomainPrefix, Stage, RouteKey string
			HTTP                          struct{ Method, Path, SourceIP, UserAgent string }
			TimeEpoch                     int64
		}
	}
	for name, what := range map[string][]string{"host": {"POST /a%20b/c?x=1&x=2&y", "Host", host}, "path": {"POST " + path + "/a%20b/c?x=1&x=2&y"}} {
		header := append([]string{"Cookie", "k=v; l=w", "Content-Type", "text/plain", "X-Own", "yes", "User-Agent", "me"}, what[1:]...)
		a := f.must(t, 200, what[0], "hello", header...)
		if err := json.Unmarshal([]byte(a.text), &e); err != nil {
			t.Fatalf("%s: %v: %s", name, err, a.text)
		}
		if e.Version != "2.0" || e.RawPath != "/a%20b/c" || e.RequestContext.HTTP.Path != "/a b/c" || e.RawQueryString != "x=1&x=2&y" || e.Body != "hello" ||
			e.IsBase64Encoded || e.Headers["x-own"] != "yes" || e.QueryStringParameters["x"] != "1,2" || len(e.Cookies) != 2 ||
			e.RequestContext.HTTP.Method != "POST" || e.RequestContext.HTTP.UserAgent != "me" || e.RequestContext.Stage != "$default" || e.RequestContext.TimeEpoch == 0 {
			t.Errorf("%s: %s", name, a.text)
		}
	}
	a := f.must(t, 200, "PUT "+path, []byte{0xff, 0}, "Content-Type", "image/png")
	if err := json.Unmarshal([]byte(a.text), &e); err != nil || !e.IsBase64Encoded || e.Body != "/wA=" {
		t.Errorf("%v %s", err, a.text)
	}
}

func TestURLAnswers(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		out    outcome
		status int
		text   string
		header map[string]string
	}{
		"object":     {outcome{payload: []byte(`{"a":1}`)}, 200, `{"a":1}`, map[string]string{"Content-Type": "application/json"}},
		"text":       {outcome{payload: []byte(`"hi"`)}, 200, `hi`, nil},
		"null":       {outcome{payload: []byte(`null`)}, 200, ``, nil},
		"all of it":  {outcome{payload: []byte(`{"statusCode":418,"headers":{"X-A":"b","n":5},"cookies":["c=d"],"body":"tea"}`)}, 418, "tea", map[string]string{"X-A": "b", "N": "5", "Set-Cookie": "c=d"}},
		"base64":     {outcome{payload: []byte(`{"statusCode":200,"isBase64Encoded":true,"body":"aGk="}`)}, 200, "hi", nil},
		"bad base64": {outcome{payload: []byte(`{"statusCode":200,"isBase64Encoded":true,"body":"%"}`)}, 502, "Internal Server Error", nil},
		"bad status": {outcome{payload: []byte(`{"statusCode":99}`)}, 502, "Internal Server Error", nil},
		"failed":     {outcome{payload: []byte(`{}`), failed: true}, 502, "Internal Server Error", map[string]string{"X-Amz-Function-Error": "Unhandled"}},
	}
	for name, test := range tests {
		w := httptest.NewRecorder()
		answerURL(w, &test.out)
		if w.Code != test.status || w.Body.String() != test.text {
			t.Errorf("%s: %d %q, want %d %q", name, w.Code, w.Body.String(), test.status, test.text)
		}
		for k, v := range test.header {
			if w.Header().Get(k) != v {
				t.Errorf("%s: %s is %q, want %q", name, k, w.Header().Get(k), v)
			}
		}
	}
}

func TestURLAccess(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	f.mustCreate(t, "f", nil)
	host, path := f.mustURL(t, "f", map[string]any{"AuthType": "AWS_IAM", "Cors": map[string]any{"AllowOrigins": []string{"http://page"}, "AllowMethods": []string{"GET"}, "MaxAge": 60}})
	f.must(t, 409, "POST /2021-10-31/functions/f/url", map[string]any{"AuthType": "NONE"})
	f.must(t, 403, "GET /", nil, "Host", host)
	if a := f.must(t, 403, "GET "+urlPath+"nope/", nil); a.text != `{"Message":"Forbidden"}`+"\n" {
		t.Error(a.text)
	}
	f.must(t, 403, "GET /", nil, "Host", strings.Repeat("a", 32)+".lambda-url.eu-central-1.localhost")
	f.must(t, 200, "GET "+path+"/", nil, f.signed(f.server.now(), "any", "GET "+path+"/", unsigned)...)
	a := f.must(t, 200, "OPTIONS "+path, nil, "Origin", "http://page", "Access-Control-Request-Method", "GET")
	if a.header.Get("Access-Control-Allow-Origin") != "http://page" || a.header.Get("Access-Control-Max-Age") != "60" || a.text != "" {
		t.Errorf("%v", a.header)
	}
	if a := f.do(t, "OPTIONS "+path, nil, "Origin", "http://other", "Access-Control-Request-Method", "GET"); a.header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("a page from elsewhere: %v", a.header)
	}
	f.must(t, 200, "PUT /2021-10-31/functions/f/url", map[string]any{"AuthType": "NONE"})
	f.must(t, 502, "POST /", lambdatest.Event{}, "Host", host, "Content-Type", "application/json", "X-Fail", "1")
	if a := f.must(t, 200, "GET /2021-10-31/functions/f/urls", nil); !strings.Contains(a.text, host) {
		t.Error(a.text)
	}
	f.must(t, 413, "POST "+path, strings.Repeat("x", 6<<20+1))
	f.must(t, 204, "DELETE /2021-10-31/functions/f/url", nil)
	f.must(t, 403, "GET "+path, nil)
	f.must(t, http.StatusTeapot, "GET /elsewhere", nil)
}

func TestURLStreams(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	f.mustCreate(t, "f", nil)
	_, path := f.mustURL(t, "f", map[string]any{"AuthType": "NONE", "InvokeMode": "RESPONSE_STREAM"})
	a := f.must(t, 201, "GET "+path, nil, "X-Do", "stream")
	if a.text != "part 0\npart 1\npart 2\n" || a.header.Get("X-Kind") != "stream" || a.header.Get("Set-Cookie") != "a=b" {
		t.Errorf("%v %q", a.header, a.text)
	}
	r, err := http.NewRequest(http.MethodGet, f.url+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Do", "broken")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if text, err := io.ReadAll(resp.Body); err == nil {
		t.Errorf("a stream that broke looks whole: %q", text)
	}
}

package gateway

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/labbox/labbox/internal/faas/store"
)

// What cannot be meant is refused with a sentence that says what is wrong, and leaves
// nothing behind.
func TestBadDeployments(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	long := strings.Repeat("x", 130<<10)
	tests := []struct{ name, body, want string }{
		{"unknown field", `{"service":"f","image":"i","imge":"j"}`, `unknown field "imge"`},
		{"field of another call", `{"service":"f","image":"i","functionName":"f"}`, `unknown field "functionName"`},
		{"number for a name", `{"service":7,"image":"i"}`, "service must be a string, not a number"},
		{"array for labels", `{"service":"f","image":"i","labels":["a"]}`, "labels must be an object, not an array"},
		{"number in labels", `{"service":"f","image":"i","labels":{"com.openfaas.scale.max":5}}`, "labels must be a string, not a number"},
		{"string for secrets", `{"service":"f","image":"i","secrets":"a"}`, "secrets must be an array, not a string"},
		{"string for a flag", `{"service":"f","image":"i","readOnlyRootFilesystem":"yes"}`, "readOnlyRootFilesystem must be true or false, not a string"},
		{"an array", `[]`, "it must be an object, not an array"},
		{"a string", `"f"`, "it must be an object, not a string"},
		{"null", `null`, "service is required"},
		{"cut off", `{"service":"f"`, "breaks off"},
		{"two documents", `{"service":"f","image":"i"}{}`, "something follows"},
		{"no JSON", `service=f`, "goes wrong at byte 1"},
		{"white space", " \n", "a JSON body is required"},
		{"missing image", `{"service":"f"}`, "image is required"},
		{"missing name", `{"image":"i"}`, "service is required"},
		{"every fault at once", `{"service":"F","image":"a b","envVars":{"=":"x"}}`, `image "a b" must not hold white space; envVars`},
		{"path for a name", `{"service":"../f","image":"i"}`, "lower case"},
		{"letters of other alphabets", `{"service":"fünf","image":"i"}`, "lower case"},
		{"variable with a zero byte", `{"service":"f","image":"i","envVars":{"A":"\u0000"}}`, "zero byte"},
		{"variable that no process takes", `{"service":"f","image":"i","envVars":{"A":"` + long + `"}}`, "longer than"},
		{"too much of all", `{"service":"f","image":"i","annotations":{"a":"` + long + `","b":"` + long + `"}}`, "256 KiB"},
		{"timeout", `{"service":"f","image":"i","envVars":{"exec_timeout":"soon"}}`, "exec_timeout"},
		{"timeout in annotations", `{"service":"f","image":"i","annotations":{"write_timeout":"-1s"}}`, "write_timeout"},
		{"timeout of years", `{"service":"f","image":"i","envVars":{"read_timeout":"9000h"}}`, "longer than 24h"},
		{"scale factor", `{"service":"f","image":"i","labels":{"com.openfaas.scale.factor":"200"}}`, "com.openfaas.scale.factor"},
		{"amount", `{"service":"f","image":"i","limits":{"memory":"lots"}}`, "limits: memory"},
		{"constraint", `{"service":"f","image":"i","constraints":["a"]}`, "key=value"},
		{"secret that is not there", `{"service":"f","image":"i","secrets":["s"]}`, "no secret"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for _, method := range []string{"POST", "PUT"} {
				resp, body := f.do(t, method, "/system/functions", tt.body)
				if resp.StatusCode != 400 || !strings.Contains(body, tt.want) || !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/plain") {
					t.Errorf("%s: %d %.200q, want 400 with %q", method, resp.StatusCode, body, tt.want)
				}
			}
		})
	}
	t.Cleanup(func() {
		if f.Count("create", "deployments")+f.Count("create", "services") > 0 {
			t.Error("something was created")
		}
	})
}

// Every field of the published types is taken, those of old clients too.
func TestFullDeployment(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	f.do(t, "POST", "/system/secrets", `{"name":"s","value":"v"}`)
	body := `{"service":"f","image":"i","namespace":"openfaas-fn","network":"func_functions","registryAuth":"dXNlcjpwYXNz","envProcess":"cat",
		"envVars":{"A":"1"},"constraints":["node.labels.disk=fast"],"secrets":["s"],"labels":{"a":"b"},"annotations":{"topic":"x"},
		"limits":{"memory":"64Mi","cpu":"100m"},"requests":{"memory":"32Mi","cpu":"","nvidia.com/gpu":""},"readOnlyRootFilesystem":true}`
	if resp, text := f.do(t, "POST", "/system/functions", body); resp.StatusCode != 202 {
		t.Fatalf("%d %q", resp.StatusCode, text)
	}
	_, text := f.do(t, "GET", "/system/function/f", "")
	for _, want := range []string{`"envProcess":"cat"`, `"envVars":{"A":"1"}`, `"constraints":["node.labels.disk=fast"]`, `"secrets":["s"]`, `"a":"b"`,
		`"annotations":{"topic":"x"}`, `"limits":{"cpu":"100m","memory":"64Mi"}`, `"readOnlyRootFilesystem":true`} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in %s", want, text)
		}
	}
	if strings.Contains(text, "dXNlcjpwYXNz") {
		t.Error("registryAuth is shown")
	}
}

func TestBadBodiesElsewhere(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, function("f", 1))
	tests := []struct{ method, path, body, want string }{
		{"DELETE", "/system/functions", `{"name":"f"}`, `unknown field "name"`},
		{"DELETE", "/system/functions", `{"functionName":["f"]}`, "functionName must be a string, not an array"},
		{"POST", "/system/scale-function/f", `{"replicas":"2"}`, "replicas must be a whole number, not a string"},
		{"POST", "/system/scale-function/f", `{"replicas":1e99}`, "replicas must be a whole number"},
		{"POST", "/system/secrets", `{"name":"s","value":{"key":"hunter2"}}`, "value must be a string, not an object"},
		{"POST", "/system/secrets", `{"name":"s","data":"hunter2"}`, `unknown field "data"`},
		{"POST", "/system/secrets", `{"name":"s","rawValue":"hunter2!"}`, "rawValue must be base64"},
		{"POST", "/system/secrets", `{"name":"a/hunter2x","value":"v"}`, "lower case"},
		{"POST", "/system/secrets", `{"name":"s","rawValue":[104,117]}`, "rawValue must be a string in base64, not an array"},
		{"POST", "/system/secrets", `{"name":"s","rawValue":{}}`, "rawValue must be a string in base64, not an object"},
		{"POST", "/system/secrets?namespace=a", `{"name":"s","namespace":"openfaas-fn","value":"v"}`, "in the query"},
		{"DELETE", "/system/functions?namespace=a", `{"functionName":"f","namespace":"b"}`, "in the query"},
		{"POST", "/system/alert", `[`, "breaks off"},
		{"POST", "/system/alert", `{"status":"firing"}`, "alerts is required"},
		{"POST", "/system/alert", ``, "breaks off"},
		{"POST", "/system/alert", `{"status":"odd","alerts":[]}`, "neither firing nor resolved"},
		{"GET", "/system/functions?namespace=openfaas-fn&namespace=a", "", "2 times"},
		{"GET", "/system/function/f?usage=maybe", "", "usage must be"},
		{"GET", "/system/logs?name=f&follow=maybe", "", "follow must be"},
		{"GET", "/system/logs?name=f&tail=99999999999999999999", "", "tail must be a number"},
	}
	for _, tt := range tests {
		t.Run(tt.path+tt.body, func(t *testing.T) {
			t.Parallel()
			resp, body := f.do(t, tt.method, tt.path, tt.body)
			if resp.StatusCode != 400 || !strings.Contains(body, tt.want) {
				t.Errorf("%d %q, want 400 with %q", resp.StatusCode, body, tt.want)
			}
			if strings.Contains(body, "hunter2") && !strings.Contains(tt.body, "a/hunter2x") {
				t.Errorf("the answer repeats a value: %q", body)
			}
		})
	}
}

// What the cluster says becomes a status that tells whether to try again.
func TestClusterErrors(t *testing.T) {
	t.Parallel()
	resource := schema.GroupResource{Resource: "deployments"}
	tests := []struct {
		name   string
		err    error
		status int
	}{
		{"forbidden", apierrors.NewForbidden(resource, "f", errors.New("no rights")), 403},
		{"away", apierrors.NewServiceUnavailable("starting"), 503},
		{"busy", apierrors.NewTooManyRequests("busy", 1), 503},
		{"slow", apierrors.NewTimeoutError("slow", 1), 503},
		{"other", errors.New("disk full"), 500},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, nil)
			f.Fail("create", "deployments", tt.err)
			resp, body := f.do(t, "POST", "/system/functions", `{"service":"f","image":"i"}`)
			if resp.StatusCode != tt.status || (resp.Header.Get("Retry-After") != "") != (tt.status == 503) {
				t.Errorf("%d %q %v, want %d", resp.StatusCode, body, resp.Header, tt.status)
			}
		})
	}
}

// A client that sends its management request too slowly is cut off, too.
func TestSlowManagementRequest(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(c *Config) { c.ReadTimeout = 100 * time.Millisecond })
	conn := mustDial(t, f.url)
	_, _ = io.WriteString(conn, "POST /system/functions HTTP/1.1\r\nHost: x\r\nAuthorization: Basic YWRtaW46c2VjcmV0\r\nContent-Length: 100\r\n\r\n{\"service\"")
	_ = conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	answer, err := io.ReadAll(conn)
	if err != nil || !strings.HasPrefix(string(answer), "HTTP/1.1 408 ") {
		t.Errorf("%q, %v; want 408 and the end", answer, err)
	}
}

// Slow headers end a connection, and large ones are refused.
func TestBadHeaders(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- serve(ctx, l, f.gateway.Handler(), 2*time.Second) }()
	for name, tt := range map[string]struct{ send, want string }{
		"slow":  {"GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: ", ""},
		"large": {"GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: " + strings.Repeat("a", 80<<10) + "\r\n\r\n", "HTTP/1.1 431 "},
		"wrong": {"GET /healthz\r\n\r\n", "HTTP/1.1 400 "},
	} {
		conn, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(conn, tt.send)
		_ = conn.SetReadDeadline(time.Now().Add(10 * time.Second))
		line, err := bufio.NewReader(conn).ReadString('\n')
		if late, ok := err.(net.Error); ok && late.Timeout() || !strings.HasPrefix(line, tt.want) {
			t.Errorf("%s: %q, %v; want %q and the end", name, line, err, tt.want)
		}
		_ = conn.Close()
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// Bodies of 100 MB pass through as they come; a byte more is refused.
func TestBodyOfTheLimit(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, function("f", 1))
	f.ready(t, "f", func(w http.ResponseWriter, r *http.Request) {
		n, err := io.Copy(io.Discard, r.Body)
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
		}
		_, _ = fmt.Fprint(w, n)
	})
	limit := f.gateway.config.MaxBody
	for name, tt := range map[string]struct {
		size    int64
		chunked bool
		status  int
	}{
		"fits": {limit, false, 200}, "fits, chunked": {limit, true, 200},
		"larger": {limit + 1, false, 413}, "larger, chunked": {limit + 1, true, 413},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, _ := http.NewRequest("POST", f.url+"/function/f", io.LimitReader(zeros{}, tt.size))
			if !tt.chunked {
				r.ContentLength = tt.size
			}
			resp, text := send(t, r)
			if resp.StatusCode != tt.status || tt.status == 200 && text != fmt.Sprint(limit) {
				t.Errorf("%d %q, want %d", resp.StatusCode, text, tt.status)
			}
		})
	}
}

type zeros struct{}

// Read implements io.Reader.
func (zeros) Read(p []byte) (int, error) { return len(p), nil }

// Functions that hang, crash or flood keep neither the gateway nor others busy.
func TestOthersAreUnaffected(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(c *Config) { c.UpstreamTimeout = time.Minute; c.WakeTimeout = time.Minute },
		function("hangs", 1), function("crashes", 1), function("floods", 1), function("starts", 1), function("good", 1))
	f.ready(t, "hangs", func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // only then the server sees that the client leaves
		<-r.Context().Done()
	})
	f.ready(t, "crashes", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "begin")
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	})
	f.ready(t, "floods", func(w http.ResponseWriter, _ *http.Request) {
		for {
			if _, err := w.Write(make([]byte, 1<<20)); err != nil {
				return
			}
		}
	})
	f.ready(t, "good", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "fine") })
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	for range 20 {
		for _, name := range []string{"hangs", "floods", "starts"} { // the answer is not read
			r, _ := http.NewRequestWithContext(ctx, "POST", f.url+"/function/"+name, strings.NewReader("x"))
			go func() {
				if resp, err := http.DefaultClient.Do(r); err == nil {
					<-ctx.Done()
					_ = resp.Body.Close()
				}
			}()
		}
	}
	begin := time.Now()
	for range 20 {
		if resp, err := http.Post(f.url+"/function/crashes", "", nil); err == nil {
			if _, err := io.ReadAll(resp.Body); err == nil {
				t.Error("an answer that broke off looks whole")
			}
			_ = resp.Body.Close()
		}
		if resp, body := f.do(t, "POST", "/function/good", "x"); resp.StatusCode != 200 || body != "fine" {
			t.Errorf("good: %d %q", resp.StatusCode, body)
		}
		if resp, _ := f.do(t, "GET", "/system/functions", ""); resp.StatusCode != 200 {
			t.Errorf("list: %d", resp.StatusCode)
		}
	}
	if took := time.Since(begin); took > 30*time.Second {
		t.Errorf("20 calls of a good function took %s beside bad ones", took)
	}
	cancel()
	for _, name := range []string{"hangs", "floods", "starts"} {
		f.awaitIdle(t, store.Key{Namespace: ns, Name: name})
	}
}

// awaitIdle returns when no call of a function is left.
func (f *fixture) awaitIdle(t *testing.T, key store.Key) {
	t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for {
		r, _ := http.NewRequest("GET", "/metrics", nil)
		w := &textWriter{header: http.Header{}}
		f.gateway.MetricsHandler().ServeHTTP(w, r)
		if strings.Contains(w.String(), fmt.Sprintf("inflight{function_name=%q} 0\n", key)) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("calls of %s are left after 10 s", key)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

type textWriter struct {
	strings.Builder
	header http.Header
}

// Header implements http.ResponseWriter.
func (w *textWriter) Header() http.Header { return w.header }

// WriteHeader implements http.ResponseWriter.
func (w *textWriter) WriteHeader(int) {}

package runtime

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/labbox/labbox/internal/faas/lambda/lambdatest"
)

func TestInvocations(t *testing.T) {
	t.Parallel()
	f := mustStart(t, lambdatest.MustChildZip(t), func(c *Config, _ *Options) { c.Timeout = 1 })
	echo := lambdatest.Event{Do: "echo"}
	tests := []struct {
		name   string
		event  lambdatest.Event
		failed bool
		want   string // a regular expression on the payload
		log    string // one on the log's end
	}{
		{"echo", echo, false, `^\{"do":"echo"\}$`, `^START RequestId: id-1 Version: \$LATEST\nEND RequestId: id-1\nREPORT RequestId: id-1\tDuration: [0-9.]+ ms\tBilled Duration: \d+ ms\tMemory Size: 128 MB\tMax Memory Used: [1-9]\d* MB\tInit Duration: [0-9.]+ ms\t\n$`},
		{"print", lambdatest.Event{Print: "hello log\n"}, false, `hello log`, `(?s)START.*hello log\nEND`},
		{"error", lambdatest.Event{Do: "error"}, true, `^\{"errorMessage":"it failed","errorType":"ValueError","stackTrace":\["at line 1"\]\}$`, `END`},
		{"after an error", echo, false, `echo`, `END`},
		{"panic", lambdatest.Event{Do: "panic"}, true, `"errorMessage":"oh no".*"label":"main"`, `END`},
		{"after a panic", echo, false, `echo`, `Init Duration`},
		{"exit", lambdatest.Event{Do: "exit"}, true, `^\{"errorMessage":"RequestId: id-1 Error: Runtime exited with error: exit status 7","errorType":"Runtime.ExitError"\}$`, `exit status 7`},
		{"after an exit", echo, false, `echo`, `Init Duration`},
		{"timeout", lambdatest.Event{Do: "sleep", Milliseconds: 60_000}, true, `^\{"errorMessage":"\S+Z id-1 Task timed out after 1.00 seconds","errorType":"Sandbox.Timedout"\}$`, `Task timed out after 1.00 seconds\n\nEND`},
		{"after a timeout", echo, false, `echo`, `Init Duration`},
		{"largest", lambdatest.Event{Do: "large", Size: 6<<20 + 100}, false, `^"x+"$`, `END`},
		{"too large", lambdatest.Event{Do: "large", Size: 6<<20 + 101}, true, `^\{"errorMessage":"Response payload size exceeded maximum allowed payload size \(6291556 bytes\).","errorType":"Function.ResponseSizeTooLarge"\}$`, `END`},
		{"after too large", echo, false, `echo`, `END`},
		{"answered twice", lambdatest.Event{Do: "twice"}, false, `once`, `END`},
		{"wrong id", lambdatest.Event{Do: "wrong"}, false, `^400$`, `END`},
		{"buffered stream", lambdatest.Event{Do: "stream"}, false, `part 2`, `END`},
		{"broken stream, buffered", lambdatest.Event{Do: "broken"}, true, `^\{"errorMessage":"late"\}$`, `END`},
	}
	for _, test := range tests { // one after the other: there is one process
		payload, _, result := f.mustInvoke(t, test.event, false)
		if result.Failed != test.failed || !regexp.MustCompile(test.want).MatchString(payload) {
			t.Errorf("%s: failed %v with %.300s, want %v with %s", test.name, result.Failed, payload, test.failed, test.want)
		}
		if !regexp.MustCompile(test.log).Match(result.Log) {
			t.Errorf("%s: the log ends with %q, want %s", test.name, result.Log, test.log)
		}
		if len(result.Log) > tailSize {
			t.Errorf("%s: %d bytes of log", test.name, len(result.Log))
		}
	}
	if err := f.end(); err != nil {
		t.Error(err)
	}
}

func TestStream(t *testing.T) {
	t.Parallel()
	f := mustStart(t, lambdatest.MustChildZip(t), func(c *Config, _ *Options) { c.Timeout = 1 })
	payload, a, result := f.mustInvoke(t, lambdatest.Event{Do: "stream", Milliseconds: 5}, true)
	if !a.Streamed || a.ContentType != "application/vnd.awslambda.http-integration-response" || result.Failed || !strings.HasSuffix(payload, "part 0\npart 1\npart 2\n") {
		t.Errorf("%+v %+v %q", a, result, payload)
	}
	if _, _, result = f.mustInvoke(t, lambdatest.Event{Do: "broken"}, true); !result.Failed || string(result.Payload) != `{"errorMessage":"late"}` {
		t.Errorf("broken: %+v", result)
	}
	payload, _, result = f.mustInvoke(t, lambdatest.Event{Do: "stream", Milliseconds: 600}, true)
	if !result.Failed || !strings.Contains(string(result.Payload), "Task timed out after 1.00 seconds") || !strings.Contains(payload, "part 0") {
		t.Errorf("timeout in a stream: %q, %+v", payload, result)
	}
}

func TestEnvironment(t *testing.T) {
	t.Parallel()
	var root string
	f := mustStart(t, lambdatest.MustChildZip(t), func(c *Config, o *Options) { root = o.TaskRoot })
	payload, _, _ := f.mustInvoke(t, lambdatest.Event{Do: "environ"}, false)
	var got struct {
		Environ []string
		Headers http.Header
	}
	if err := json.Unmarshal([]byte(payload), &got); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"_HANDLER=bootstrap", "AWS_REGION=eu-central-1", "AWS_DEFAULT_REGION=eu-central-1", "AWS_LAMBDA_FUNCTION_NAME=f",
		"AWS_LAMBDA_FUNCTION_VERSION=$LATEST", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE=128", "AWS_LAMBDA_INITIALIZATION_TYPE=on-demand",
		"AWS_LAMBDA_LOG_GROUP_NAME=/aws/lambda/f", "AWS_ACCESS_KEY_ID=labbox", "LAMBDA_TASK_ROOT=" + root, "TZ=:UTC", "USERS=own",
	} {
		if !slices.Contains(got.Environ, want) {
			t.Errorf("%s is missing in %q", want, got.Environ)
		}
	}
	for name, want := range map[string]string{
		"Lambda-Runtime-Aws-Request-Id": "id-1", "Lambda-Runtime-Invoked-Function-Arn": "arn:x",
		"Lambda-Runtime-Trace-Id": "Root=1-2-3", "Lambda-Runtime-Client-Context": `{"a":1}`,
	} {
		if have := got.Headers.Get(name); have != want {
			t.Errorf("%s: %q, want %q", name, have, want)
		}
	}
	ms, err := strconv.ParseInt(got.Headers.Get("Lambda-Runtime-Deadline-Ms"), 10, 64)
	if left := time.Until(time.UnixMilli(ms)); err != nil || left < 2*time.Second || left > 5*time.Second {
		t.Errorf("deadline %q is %s away (%v); it must be a whole number 5 s after the start", got.Headers.Get("Lambda-Runtime-Deadline-Ms"), left, err)
	}
}

func TestStartThatFails(t *testing.T) {
	t.Parallel()
	child := lambdatest.MustChildZip(t)
	mode := func(m string) func(*Config, *Options) {
		return func(c *Config, o *Options) {
			c.Environment[lambdatest.ChildVariable], c.Timeout, o.InitTimeout = m, 1, 500*time.Millisecond
		}
	}
	tests := map[string]struct {
		code   []byte
		change func(*Config, *Options)
		want   string
	}{
		"init error":   {child, mode("init-error"), `{"errorMessage":"no module","errorType":"Runtime.ImportModuleError","stackTrace":["a"]}`},
		"exit":         {child, mode("init-exit"), `{"errorMessage":"RequestId: id-1 Error: Runtime exited with error: exit status 3","errorType":"Runtime.ExitError"}`},
		"hang":         {child, mode("init-hang"), `Task timed out after 1.00 seconds`},
		"no bootstrap": {lambdatest.MustZip(t, map[string]string{"main": ""}), nil, `Couldn't find valid bootstrap(s)`},
		"no program":   {lambdatest.MustZip(t, map[string]string{"bootstrap": "plain text"}), nil, `exec format error`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := mustStart(t, test.code, test.change)
			if resp, err := http.Get(f.url + "/_/health"); err != nil || resp.StatusCode != http.StatusOK {
				t.Errorf("health: %v, %v; the reason is told by invocations", resp, err)
			}
			for range 2 {
				payload, _, result := f.mustInvoke(t, lambdatest.Event{}, false)
				if !result.Failed || !strings.Contains(payload, test.want) {
					t.Errorf("%v %s, want %s", result.Failed, payload, test.want)
				}
			}
		})
	}
}

func TestCodeThatIsRefused(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		code   []byte
		change func(*Config, *Options)
		want   string
	}{
		"wrong token": {lambdatest.MustChildZip(t), func(c *Config, _ *Options) { c.Token = "other" }, "403"},
		"no zip":      {[]byte("hello"), nil, "no zip file"},
		"traversal":   {lambdatest.MustZip(t, map[string]string{"../x": ""}), nil, "leads out"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := mustStart(t, test.code, test.change)
			if err := f.end(); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %q", err, test.want)
			}
		})
	}
}

// What a function starts ends with it.
func TestTimeoutEndsTheGroup(t *testing.T) {
	t.Parallel()
	mark := filepath.Join(t.TempDir(), "pid")
	code := lambdatest.MustZip(t, map[string]string{"bootstrap": "#!/bin/sh\nsleep 1000 & echo $! > " + mark + "\nwait\n"})
	f := mustStart(t, code, func(c *Config, o *Options) { o.InitTimeout = 300 * time.Millisecond; c.Timeout = 1 })
	text, err := os.ReadFile(mark)
	if err != nil {
		t.Fatal(err)
	}
	_, _, _ = f.mustInvoke(t, lambdatest.Event{}, false)
	proc := "/proc/" + strings.TrimSpace(string(text)) + "/stat"
	for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		stat, err := os.ReadFile(proc)
		if err != nil || strings.Contains(string(stat), ") Z ") {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("the grandchild lives: %s", stat)
		}
	}
}

func TestExtensions(t *testing.T) {
	t.Parallel()
	e := newExtensions(Config{Function: "f", Version: "1", Handler: "h"})
	mux := http.NewServeMux()
	e.routes(mux)
	status, h, body := request(t, mux, "POST /2020-01-01/extension/register", `{"events":["INVOKE","SHUTDOWN"]}`, "Lambda-Extension-Name: x")
	id := h.Get(extensionID)
	if status != 200 || id == "" || !strings.Contains(body, `"functionName":"f"`) {
		t.Fatalf("register: %d %v %s", status, h, body)
	}
	e.invoke(&Invocation{ID: "one"})
	e.shutdown()
	for _, want := range []string{`"requestId":"one"`, `"shutdownReason"`} {
		if status, _, body := request(t, mux, "GET /2020-01-01/extension/event/next", "", extensionID+": "+id); status != 200 || !strings.Contains(body, want) {
			t.Errorf("next: %d %s, want %s", status, body, want)
		}
	}
	for path, want := range map[string]int{"event/next": 403, "register": 400} {
		method := map[string]string{"event/next": "GET", "register": "POST"}[path]
		if status, _, _ := request(t, mux, method+" /2020-01-01/extension/"+path, `{"events":["NO"]}`, "Lambda-Extension-Name: x"); status != want {
			t.Errorf("%s: %d, want %d", path, status, want)
		}
	}
}

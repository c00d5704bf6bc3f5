package watchdog

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

const nodeHandlerForTests = `
module.exports = async (event, context, callback) => {
  switch (event.path) {
    case '/str': return 'grüezi';
    case '/bytes': return Buffer.from([0, 1]);
    case '/none': return context.succeed();
    case '/list': return [1, 'a'];
    case '/number': return 7;
    case '/full': return context.status(201).headers({ 'X-A': 'b', 'Content-Type': 'application/x' }).succeed({ a: 1 });
    case '/cookies': return context.headers({ 'Set-Cookie': ['a=1', 'b=2'] }).succeed('x');
    case '/evil': return context.headers({ 'X-A': 'b\r\nX-Injected: yes' }).succeed('x');
    case '/fail': return context.fail('no such thing');
    case '/fail404': return context.status(404).fail('not here');
    case '/throw': throw new Error('on purpose');
    case '/callback': setTimeout(() => callback(null, 'later'), 10); return;
    case '/callback-error': return callback(new Error('said no'));
    case '/empty': return context.status(204).succeed();
    case '/event': return [event.method, event.query.x, event.headers['content-type'], typeof event.body, event.body].map(String).join(' ');
    case '/json': return event.body.a + 1;
    case '/twice': context.succeed('first'); return context.succeed('second');
    case '/stream': return require('stream').Readable.from(['part 0\n', 'part 1\n']);
  }
  return context.status(404).succeed(event.path);
};
`

// startNode runs the image's own runner with a handler behind a watchdog.
func startNode(t *testing.T, name, code string, env ...string) *running {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not on PATH")
	}
	runner, err := filepath.Abs("../../../bundle/images/fn-node/rootfs/home/app/index.js")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(code), 0o644); err != nil {
		t.Fatal(err)
	}
	upstream := "http://127.0.0.1:" + strconv.Itoa(freePort(t))
	env = append(env, "function_dir="+dir, "upstream_url="+upstream)
	return start(t, map[string]string{
		"mode": "http", "upstream_url": upstream,
		"fprocess": "/usr/bin/env " + strings.Join(env, " ") + " " + node + " " + runner,
	})
}

func TestNodeHandler(t *testing.T) {
	t.Parallel()
	r := startNode(t, "handler.js", nodeHandlerForTests)
	r.awaitReady(t)
	const text = "text/plain; charset=utf-8"
	tests := []struct {
		method, path, body, kind string
		status                   int
		want, wantKind           string
	}{
		{"GET", "/str", "", "", 200, "grüezi", text},
		{"GET", "/bytes", "", "", 200, "\x00\x01", "application/octet-stream"},
		{"GET", "/none", "", "", 200, "", ""},
		{"GET", "/list", "", "", 200, `[1,"a"]`, "application/json"},
		{"GET", "/number", "", "", 200, "7", text},
		{"GET", "/full", "", "", 201, `{"a":1}`, "application/x"},
		{"HEAD", "/str", "", "", 200, "", text},
		{"GET", "/empty", "", "", 204, "", ""},
		{"GET", "/fail", "", "", 500, "no such thing", text},
		{"GET", "/fail404", "", "", 404, "not here", text},
		{"GET", "/throw", "", "", 500, "on purpose", text},
		{"GET", "/callback", "", "", 200, "later", text},
		{"GET", "/callback-error", "", "", 500, "said no", text},
		{"GET", "/evil", "", "", 500, "cannot be sent", text},
		{"GET", "/twice", "", "", 200, "first", text},
		{"GET", "/stream", "", "", 200, "part 0\npart 1\n", "application/octet-stream"},
		{"POST", "/event?x=%C3%BC", "abc", "", 200, "POST ü undefined string abc", text},
		{"POST", "/event?x=1", "a=b", "application/x-www-form-urlencoded", 200, "POST 1 application/x-www-form-urlencoded object [object Object]", text},
		{"POST", "/event", "abc", "image/x", 200, "POST undefined image/x object abc", text},
		{"POST", "/json", `{"a":1}`, "application/json", 200, "2", text},
		{"POST", "/json", `{"a":`, "application/json", 400, "no JSON", text},
		{"GET", "/a%20b//c", "", "", 404, "/a b//c", text},
		{"PUT", "/x", strings.Repeat("x", 5<<20), "", 404, "/x", text},
	}
	for _, tt := range tests {
		t.Run(tt.method+" "+tt.path+" "+tt.kind, func(t *testing.T) {
			t.Parallel()
			var header []string
			if tt.kind != "" {
				header = []string{"Content-Type", tt.kind}
			}
			status, got, body := do(t, tt.method, r.url+tt.path, tt.body, header...)
			if status != tt.status || body != tt.want && (tt.want == "" || !strings.Contains(body, tt.want)) || got.Get("Content-Type") != tt.wantKind {
				t.Errorf("%d %q %q, want %d %q %q", status, body, got.Get("Content-Type"), tt.status, tt.want, tt.wantKind)
			}
		})
	}
	if _, header, _ := get(t, r.url+"/cookies"); len(header.Values("Set-Cookie")) != 2 {
		t.Errorf("headers %v, want two cookies", header)
	}
}

func TestNodeKindsOfHandlers(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, file, code, want string }{
		{"module", "handler.mjs", "export default async (event) => 'esm ' + event.body", "esm x"},
		{"property", "handler.js", "exports.handler = async (event) => 'property ' + event.body", "property x"},
		{"callback", "handler.js", "module.exports = (event, context, callback) => { callback(undefined, {status: event.body}) }", `{"status":"x"}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := startNode(t, tt.file, tt.code)
			r.awaitReady(t)
			if status, _, body := do(t, "POST", r.url, "x"); status != 200 || body != tt.want {
				t.Errorf("%d %q, want %q", status, body, tt.want)
			}
		})
	}
}

func TestNodeLimits(t *testing.T) {
	t.Parallel()
	r := startNode(t, "handler.js", "module.exports = async (event) => String(Buffer.isBuffer(event.body))", "RAW_BODY=true", "MAX_RAW_SIZE=1kb", "MAX_JSON_SIZE=1kb")
	r.awaitReady(t)
	for size, want := range map[int]int{1024: 200, 1025: 413, 3 << 20: 413} {
		if status, _, body := do(t, "POST", r.url, strings.Repeat("x", size)); status != want || want == 200 && body != "true" {
			t.Errorf("%d bytes: %d %q, want %d", size, status, body, want)
		}
	}
}

func TestNodeHandlerThatDoesNotLoad(t *testing.T) {
	t.Parallel()
	for name, code := range map[string]string{"missing module": "require('no-such-module')", "no function": "module.exports = 7"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := startNode(t, "handler.js", code)
			select {
			case err := <-r.ended:
				if err == nil || !strings.Contains(err.Error(), "exit status 1") {
					t.Errorf("Run() = %v", err)
				}
			case <-time.After(20 * time.Second):
				t.Error("the watchdog goes on with a handler that does not load")
			}
		})
	}
}

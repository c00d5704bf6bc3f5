package gateway

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"k8s.io/client-go/rest"

	"github.com/labbox/labbox/internal/faas/catalog"
	"github.com/labbox/labbox/internal/faas/store"
)

// space is the namespace that TestBoxAPI makes, fills and removes.
const space = "box-api"

// TestBoxAPI walks through the management interface on the cluster of TestBoxGateway:
// namespaces and rights, the store, secrets, logs, and functions that do not work.
// LABBOX_TEST_ACCOUNT is the gateway's "namespace:account" where it is not the chart's,
// LABBOX_TEST_IMAGE the Python runtime where it is not the lab's.
func TestBoxAPI(t *testing.T) {
	t.Parallel()
	b := mustBox(t)
	b.removeSpace(t)
	t.Cleanup(func() { b.removeSpace(t) })
	b.want(t, "POST", "/system/namespace/", map[string]any{"name": space, "labels": map[string]string{"openfaas": "1"}}, 201)
	b.want(t, "POST", "/system/namespace/", map[string]any{"name": space, "labels": map[string]string{"openfaas": "1"}}, 409)
	t.Run("rights", b.testRights)
	for name, test := range map[string]func(*testing.T){
		"store": b.testStore, "what the container gets": b.testContainer, "logs over a restart": b.testRestart,
		"functions that do not work": b.testBroken, "namespace by other hands": b.testForeignMark,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t)
		})
	}
}

// testRights asks the API server, as the gateway and for a rehearsal only, for what it
// must and must not be able to do.
func (b *box) testRights(t *testing.T) {
	var list []string
	_ = json.Unmarshal([]byte(b.want(t, "GET", "/system/namespaces", nil, 200)), &list)
	named := func(name string, labels map[string]string) map[string]any {
		return map[string]any{"apiVersion": "v1", "kind": "Namespace", "metadata": map[string]any{"name": name, "labels": labels}}
	}
	binding := func(role, account string) map[string]any {
		where, name, _ := strings.Cut(account, ":")
		return map[string]any{"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding", "metadata": map[string]any{"name": "box-rehearsal"},
			"roleRef":  map[string]string{"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role},
			"subjects": []map[string]string{{"kind": "ServiceAccount", "namespace": where, "name": name}}}
	}
	marked := map[string]string{"openfaas": "1"}
	mine := strings.ReplaceAll(account(), ":", "-") + "-functions"
	bindings := func(ns string) string { return "/apis/rbac.authorization.k8s.io/v1/namespaces/" + ns + "/rolebindings" }
	tests := []struct {
		name, method, path string
		body               any
		status             int
	}{
		{"make a marked namespace", "POST", "/api/v1/namespaces", named("box-rehearsal", marked), 201},
		{"make another", "POST", "/api/v1/namespaces", named("box-rehearsal", nil), 403},
		{"mark the system's", "PUT", "/api/v1/namespaces/kube-system", named("kube-system", marked), 403},
		{"take a mark away", "PUT", "/api/v1/namespaces/" + space, named(space, nil), 403},
		{"remove the system's", "DELETE", "/api/v1/namespaces/kube-public", nil, 403},
		{"remove the chart's", "DELETE", "/api/v1/namespaces/" + list[0], nil, 403},
		{"remove a marked one", "DELETE", "/api/v1/namespaces/" + space, nil, 200},
		{"rights in a marked one", "POST", bindings(space), binding(mine, account()), 201},
		{"rights in the system's", "POST", bindings("kube-system"), binding(mine, account()), 403},
		{"more rights", "POST", bindings(space), binding("cluster-admin", account()), 403},
		{"rights for another", "POST", bindings(space), binding(mine, "default:default"), 403},
		{"secrets of the system", "GET", "/api/v1/namespaces/kube-system/secrets", nil, 403},
		{"secrets of functions", "GET", "/api/v1/namespaces/" + space + "/secrets", nil, 200},
	}
	for _, tt := range tests {
		if status, text := b.asGateway(t, tt.method, tt.path, tt.body); status != tt.status {
			t.Errorf("%s: %d %s, want %d", tt.name, status, text, tt.status)
		}
	}
}

// testStore deploys every function of the lab's store as faas-cli does, and calls it.
func (b *box) testStore(t *testing.T) {
	shelf, err := catalog.Read()
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"hello": "Hello, Ada!", "nodeinfo": `"cpus"`, "echo": `"body": "anything"`, "wordcount": `"words": 6`, "ticker": "data: 0", "primes": "78498"}
	for _, f := range shelf.Functions {
		b.want(t, "POST", "/system/functions", map[string]any{"service": f.Name, "namespace": space, "image": image(f.Images["x86_64"]), "envProcess": f.Fprocess,
			"envVars": f.Environment, "labels": f.Labels, "annotations": f.Annotations, "readOnlyRootFilesystem": f.ReadOnlyRootFilesystem}, 202)
	}
	for _, f := range shelf.Functions {
		path := "/function/" + f.Name + "." + space
		if f.Name == "ticker" {
			path += "?n=1"
		}
		if text := b.want(t, "POST", path, f.Example, 200); !strings.Contains(text, want[f.Name]) {
			t.Errorf("%s answers %q, want %q in it", f.Name, text, want[f.Name])
		}
	}
	t.Run("events come one by one", b.testTicker)
	for _, f := range shelf.Functions {
		b.want(t, "DELETE", "/system/functions", map[string]string{"functionName": f.Name, "namespace": space}, 202)
	}
}

func (b *box) testTicker(t *testing.T) {
	resp, err := http.Get(b.url + "/function/ticker." + space + "?n=2")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var times []time.Time
	for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
		if strings.HasPrefix(lines.Text(), "data:") {
			times = append(times, time.Now())
		}
	}
	if len(times) != 3 || times[2].Sub(times[0]) < time.Second {
		t.Errorf("events at %v, want three, a second apart", times)
	}
}

// testContainer looks from inside at what a deployment asked for.
func (b *box) testContainer(t *testing.T) {
	code := "import os\ndef handle(event, context):\n" +
		"    def read(p):\n        try: return open(p, 'rb').read()\n        except OSError as e: return str(type(e).__name__).encode()\n" +
		"    def write(p):\n        try: open(p, 'w').write('x'); return 'written'\n        except OSError as e: return e.strerror\n" +
		"    return {'secret': read('/var/openfaas/secrets/box-secret').hex(), 'root': write('/x'), 'tmp': write('/tmp/x'), 'over': write('/var/openfaas/secrets/x'),\n" +
		"            'env': os.environ.get('GREETING'), 'uid': os.getuid(), 'memory': [read(p).decode().strip() for p in ('/sys/fs/cgroup/memory.max', '/sys/fs/cgroup/memory/memory.limit_in_bytes')], 'token': os.path.exists('/var/run/secrets/kubernetes.io')}\n"
	b.configMapIn(t, space, "inside", code)
	raw := []byte{0, 1, 0xff, '\n'}
	b.want(t, "POST", "/system/secrets", map[string]any{"name": "box-secret", "namespace": space, "rawValue": base64.StdEncoding.EncodeToString(raw)}, 202)
	b.want(t, "POST", "/system/functions", map[string]any{"service": "inside", "namespace": space, "image": image(""), "secrets": []string{"box-secret"},
		"envVars": map[string]string{"GREETING": "grüezi"}, "annotations": map[string]string{store.AnnotationHandler: "inside", "topic": "a,b"}, "readOnlyRootFilesystem": true,
		"limits": map[string]string{"memory": "96Mi"}, "constraints": []string{"kubernetes.io/os=linux"}}, 202)
	var got struct {
		Secret, Root, Tmp, Over, Env string
		Memory                       []string // of the two versions of cgroups, one is there
		UID                          int
		Token                        bool
	}
	text := b.want(t, "POST", "/function/inside."+space, "", 200)
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	if got.Secret != "0001ff0a" || got.Root != "Read-only file system" || got.Tmp != "written" || got.Over != "Read-only file system" || got.Env != "grüezi" ||
		!slices.Contains(got.Memory, fmt.Sprint(96<<20)) || got.UID != 12000 || got.Token {
		t.Errorf("from inside: %s", text)
	}
	for _, path := range []string{"/system/secrets?namespace=" + space, "/system/function/inside?namespace=" + space} {
		if text := b.want(t, "GET", path, nil, 200); strings.Contains(text, "AAH/Cg") || strings.Contains(text, "rawValue") {
			t.Errorf("%s shows a secret's value: %s", path, text)
		}
	}
	b.awaitText(t, "/system/function/inside?usage=1&namespace="+space, `"totalMemoryBytes":`)
}

// testRestart follows a log while the function's process dies and comes back.
func (b *box) testRestart(t *testing.T) {
	b.configMapIn(t, space, "dies", "import os, sys\nprint('life begins', flush=True)\ndef handle(event, context):\n    print('last words', flush=True)\n    os._exit(3)\n")
	b.want(t, "POST", "/system/functions", map[string]any{"service": "dies", "namespace": space, "image": image(""), "annotations": map[string]string{store.AnnotationHandler: "dies"}}, 202)
	ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
	defer cancel()
	r, _ := http.NewRequestWithContext(ctx, "GET", b.url+"/system/logs?name=dies&follow=1&tail=-1&namespace="+space, nil)
	r.SetBasicAuth(b.user, b.password)
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	want := []string{"life begins", "last words", "life begins"}
	lines := bufio.NewScanner(resp.Body)
	for len(want) > 0 && lines.Scan() {
		if !strings.Contains(lines.Text(), want[0]) {
			continue
		}
		if want = want[1:]; len(want) == 2 {
			if status, text := b.send(t, "POST", "/function/dies."+space, "x"); status != 502 {
				t.Errorf("a call that kills its function: %d %q, want 502", status, text)
			}
		}
	}
	if len(want) > 0 {
		t.Errorf("the log ended before %q: %v", want[0], lines.Err())
	}
	// That a container was there before, the cluster says a moment after its log ends.
	b.awaitText(t, "/system/logs?name=dies&namespace="+space, "last words")
	text := b.want(t, "GET", "/system/logs?name=dies&namespace="+space, nil, 200)
	if strings.Count(text, "life begins") < 2 || !strings.Contains(text, "last words") {
		t.Errorf("the log without following lacks a life: %s", text)
	}
}

// testBroken deploys what cannot work: each call is answered, and says why; removing
// leaves nothing.
func (b *box) testBroken(t *testing.T) {
	b.configMapIn(t, space, "hangs", "import time\ndef handle(event, context):\n    time.sleep(3600)\n")
	b.configMapIn(t, space, "floods", "def handle(event, context):\n    line = 'x' * 1000\n    for i in range(20000): print(line)\n    return 'done'\n")
	tests := []struct {
		name, image string
		more        map[string]any
		status      int
		want        string
	}{
		{"no-image", "labbox.local/none:x", nil, 503, "ErrImageNeverPull"},
		{"crashes", image(""), map[string]any{"envVars": map[string]string{"function_dir": "/nowhere"}}, 503, "its log says more"},
		{"no-node", image(""), map[string]any{"constraints": []string{"disk=box"}}, 503, "Unschedulable"},
		{"hangs", image(""), map[string]any{"envVars": map[string]string{"exec_timeout": "2s"}, "annotations": map[string]string{store.AnnotationHandler: "hangs"}}, 504, ""},
		{"floods", image(""), map[string]any{"annotations": map[string]string{store.AnnotationHandler: "floods"}}, 200, "done"},
	}
	for _, tt := range tests {
		body := map[string]any{"service": tt.name, "namespace": space, "image": tt.image}
		for k, v := range tt.more {
			body[k] = v
		}
		b.want(t, "POST", "/system/functions", body, 202)
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			status, text := b.send(t, "POST", "/function/"+tt.name+"."+space, "x")
			if status != tt.status || !strings.Contains(text, tt.want) {
				t.Errorf("%d %q, want %d with %q", status, text, tt.status, tt.want)
			}
			if text := b.want(t, "GET", "/system/logs?tail=5&name="+tt.name+"&namespace="+space, nil, 200); strings.Count(text, "\n") > 5 {
				t.Errorf("%d lines for tail=5", strings.Count(text, "\n"))
			}
			b.want(t, "DELETE", "/system/functions", map[string]string{"functionName": tt.name, "namespace": space}, 202)
			for _, kind := range []string{"/apis/apps/v1/namespaces/%s/deployments", "/api/v1/namespaces/%s/services", "/apis/apps/v1/namespaces/%s/replicasets", "/api/v1/namespaces/%s/pods"} {
				b.awaitNone(t, fmt.Sprintf(kind, space)+"?labelSelector=faas_function="+tt.name)
			}
		})
	}
}

// testForeignMark: a namespace that kubectl marks holds functions as one made over the
// API, and without its mark it does not.
func (b *box) testForeignMark(t *testing.T) {
	const other = space + "-other"
	path := "/api/v1/namespaces/" + other
	t.Cleanup(func() { b.kubeDo(t, "DELETE", path, nil) })
	body := map[string]any{"apiVersion": "v1", "kind": "Namespace", "metadata": map[string]any{"name": other, "annotations": map[string]string{"openfaas": "1"}}}
	b.kubeDo(t, "POST", "/api/v1/namespaces", body)
	b.awaitText(t, "/system/namespaces", `"`+other+`"`)
	b.want(t, "POST", "/system/functions", map[string]any{"service": "f", "namespace": other, "image": image("")}, 202)
	b.want(t, "POST", "/function/f."+other, "x", 200)
	body["metadata"] = map[string]any{"name": other}
	b.kubeDo(t, "PUT", path, body)
	deadline := time.Now().Add(20 * time.Second)
	for {
		status, _ := b.send(t, "POST", "/function/f."+other, "x")
		if status == 404 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("the function is called without its namespace's mark: %d", status)
		}
		time.Sleep(100 * time.Millisecond)
	}
	b.want(t, "DELETE", "/system/namespace/"+other, nil, 404)
}

func account() string {
	if a := os.Getenv("LABBOX_TEST_ACCOUNT"); a != "" {
		return a
	}
	return "openfaas:gateway"
}

func image(otherwise string) string {
	if i := os.Getenv("LABBOX_TEST_IMAGE"); i != "" {
		return i
	}
	if otherwise != "" {
		return otherwise
	}
	return "labbox.local/fn-python:dev"
}

// asGateway asks the API server in the gateway's name, without effect.
func (b *box) asGateway(t *testing.T, method, path string, body any) (int, string) {
	t.Helper()
	config := rest.CopyConfig(b.kube)
	where, name, _ := strings.Cut(account(), ":")
	config.Impersonate = rest.ImpersonationConfig{UserName: "system:serviceaccount:" + where + ":" + name, Groups: []string{"system:serviceaccounts", "system:authenticated"}}
	client, err := rest.HTTPClientFor(config)
	if err != nil {
		t.Fatal(err)
	}
	var reader io.Reader
	if method != "GET" {
		raw := []byte{}
		if body != nil {
			raw, _ = json.Marshal(body)
		}
		reader, path = bytes.NewReader(raw), path+"?dryRun=All"
	}
	r, _ := http.NewRequest(method, config.Host+path, reader)
	r.Header.Set("Content-Type", "application/json")
	resp, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, string(text)
}

func (b *box) configMapIn(t *testing.T, ns, name, code string) {
	t.Helper()
	text := b.kubeDo(t, "POST", "/api/v1/namespaces/"+ns+"/configmaps", map[string]any{"apiVersion": "v1", "kind": "ConfigMap",
		"metadata": map[string]string{"name": name}, "data": map[string]string{"handler.py": code}})
	if !bytes.Contains(text, []byte(`"kind":"ConfigMap"`)) {
		t.Fatalf("create ConfigMap: %s", text)
	}
}

// removeSpace removes the test's namespace and waits until it is gone.
func (b *box) removeSpace(t *testing.T) {
	t.Helper()
	path := "/api/v1/namespaces/" + space
	b.kubeDo(t, "DELETE", path, nil)
	deadline := time.Now().Add(90 * time.Second)
	for !bytes.Contains(b.kubeDo(t, "GET", path, nil), []byte(`"code":404`)) {
		if time.Now().After(deadline) {
			t.Fatal("the test's namespace does not go")
		}
		time.Sleep(200 * time.Millisecond)
	}
}

func (b *box) awaitText(t *testing.T, path, want string) {
	t.Helper()
	deadline := time.Now().Add(90 * time.Second)
	for {
		_, text := b.send(t, "GET", path, nil)
		if strings.Contains(text, want) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s never has %q: %s", path, want, text)
		}
		time.Sleep(200 * time.Millisecond)
	}
}

func (b *box) awaitNone(t *testing.T, path string) {
	t.Helper()
	deadline := time.Now().Add(90 * time.Second)
	for {
		var list struct{ Items []any }
		text := b.kubeDo(t, "GET", path, nil)
		if err := json.Unmarshal(text, &list); err == nil && len(list.Items) == 0 && bytes.Contains(text, []byte(`List"`)) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("left behind: %s", text)
		}
		time.Sleep(200 * time.Millisecond)
	}
}

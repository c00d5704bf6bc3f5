package gateway

import (
	"bytes"
	"context"
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
	"k8s.io/client-go/tools/clientcmd"

	"github.com/labbox/labbox/internal/faas/api"
	"github.com/labbox/labbox/internal/faas/store"
)

// box is a real gateway on a real cluster, reached from this machine.
type box struct {
	url            string
	user, password string
	kube           *rest.Config
}

// TestBoxGateway runs against the cluster of LABBOX_TEST_KUBECONFIG, where the chart
// gateway is installed and reachable at LABBOX_TEST_GATEWAY (http://host:port).
func TestBoxGateway(t *testing.T) {
	b := mustBox(t)
	const name = "box-fn"
	b.removeFunction(t, name)
	t.Cleanup(func() { b.removeFunction(t, name) })
	b.configMap(t, name, "import os\ndef handle(event, context):\n    print('box says', event.path)\n    context.count('box_calls_total')\n"+
		"    return {'body': {'path': event.path, 'bytes': len(event.body), 'uid': os.getuid()}}\n")
	deployment := map[string]any{
		"service": name, "image": "labbox.local/fn-python:dev", "readOnlyRootFilesystem": true,
		"annotations": map[string]string{store.AnnotationHandler: name}, "limits": map[string]string{"memory": "128Mi"},
	}
	b.want(t, "PUT", "/system/functions", deployment, 404)
	begin := time.Now()
	b.want(t, "POST", "/system/functions", deployment, 202)
	if body := b.want(t, "POST", "/function/"+name+"/a", "12345", 200); !strings.Contains(body, `{"path": "/a", "bytes": 5, "uid": 12000}`) {
		t.Errorf("answer %s", body)
	}
	t.Logf("deployed and answered after %s", time.Since(begin))
	b.want(t, "PUT", "/system/functions", deployment, 202)
	t.Run("logs", func(t *testing.T) { b.testLogs(t, name) })
	t.Run("cold starts", func(t *testing.T) { b.testColdStarts(t, name) })
	t.Run("new code", func(t *testing.T) {
		b.configMap(t, name, "def handle(event, context):\n    return 'second'\n")
		b.want(t, "PUT", "/system/functions", deployment, 202)
		b.awaitBody(t, "/function/"+name, "second")
	})
	t.Run("no call is lost while replicas come and go", func(t *testing.T) { b.testChurn(t, name) })
	b.want(t, "DELETE", "/system/functions", map[string]string{"functionName": name}, 202)
	b.want(t, "POST", "/function/"+name, "", 404)
}

func (b *box) testLogs(t *testing.T, name string) {
	deadline := time.Now().Add(20 * time.Second)
	for {
		body := b.want(t, "GET", "/system/logs?name="+name+"&tail=50", nil, 200)
		if strings.Contains(body, "box says /a") {
			var line api.LogLine
			if err := json.Unmarshal([]byte(strings.SplitN(body, "\n", 2)[0]), &line); err != nil || line.Instance == "" {
				t.Errorf("line %+v, %v", line, err)
			}
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("the log does not hold what the function printed: %s", body)
		}
		time.Sleep(200 * time.Millisecond)
	}
}

func (b *box) testColdStarts(t *testing.T, name string) {
	var times []time.Duration
	for range 7 {
		b.want(t, "POST", "/system/scale-function/"+name, map[string]any{"replicas": 0}, 202)
		b.awaitReplicas(t, name, 0)
		begin := time.Now()
		b.want(t, "POST", "/function/"+name, "x", 200)
		times = append(times, time.Since(begin).Round(time.Millisecond))
	}
	slices.Sort(times)
	t.Logf("from zero to answer: median %s, all %v", times[len(times)/2], times)
	if times[len(times)/2] > 10*time.Second {
		t.Errorf("a cold start takes %s", times[len(times)/2])
	}
}

// testChurn calls steadily while the function is scaled up and down.
func (b *box) testChurn(t *testing.T, name string) {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	type result struct {
		calls int
		bad   []string
	}
	done := make(chan result)
	for range 4 {
		go func() {
			var r result
			for pace := time.NewTicker(20 * time.Millisecond); ctx.Err() == nil; <-pace.C {
				status, body := b.send(t, "POST", "/function/"+name, "x")
				r.calls++
				if status != 200 {
					r.bad = append(r.bad, fmt.Sprint(status, " ", body))
				}
			}
			done <- r
		}()
	}
	for _, n := range []int{3, 1, 2, 0} {
		b.want(t, "POST", "/system/scale-function/"+name, map[string]any{"replicas": n}, 202)
		select {
		case <-time.After(4 * time.Second): // let it settle under load
		case <-ctx.Done():
		}
	}
	calls := 0
	for range 4 {
		r := <-done
		calls += r.calls
		for _, bad := range r.bad {
			t.Errorf("a call failed: %s", bad)
		}
	}
	t.Logf("%d calls while replicas went 1, 3, 1, 2, 0", calls)
}

func mustBox(t *testing.T) *box {
	t.Helper()
	url, path := os.Getenv("LABBOX_TEST_GATEWAY"), os.Getenv("LABBOX_TEST_KUBECONFIG")
	if testing.Short() || url == "" || path == "" {
		t.Skip("LABBOX_TEST_GATEWAY and LABBOX_TEST_KUBECONFIG are not set")
	}
	config, err := clientcmd.BuildConfigFromFlags("", path)
	if err != nil {
		t.Fatal(err)
	}
	b := &box{url: url, kube: config}
	var secret struct{ Data map[string][]byte }
	if err := json.Unmarshal(b.kubeDo(t, "GET", "/api/v1/namespaces/openfaas/secrets/basic-auth", nil), &secret); err != nil {
		t.Fatal(err)
	}
	b.user, b.password = string(secret.Data["basic-auth-user"]), string(secret.Data["basic-auth-password"])
	return b
}

// kubeDo asks the API server and returns its answer, whatever the status.
func (b *box) kubeDo(t *testing.T, method, path string, body any) []byte {
	t.Helper()
	client, err := rest.HTTPClientFor(b.kube)
	if err != nil {
		t.Fatal(err)
	}
	raw, _ := json.Marshal(body)
	r, _ := http.NewRequest(method, b.kube.Host+path, bytes.NewReader(raw))
	r.Header.Set("Content-Type", "application/json")
	resp, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, _ := io.ReadAll(resp.Body)
	return text
}

func (b *box) configMap(t *testing.T, name, code string) {
	t.Helper()
	path := "/api/v1/namespaces/" + ns + "/configmaps"
	b.kubeDo(t, "DELETE", path+"/"+name, nil)
	text := b.kubeDo(t, "POST", path, map[string]any{"apiVersion": "v1", "kind": "ConfigMap", "metadata": map[string]string{"name": name}, "data": map[string]string{"handler.py": code}})
	if !bytes.Contains(text, []byte(`"kind":"ConfigMap"`)) {
		t.Fatalf("create ConfigMap: %s", text)
	}
}

func (b *box) send(t *testing.T, method, path string, body any) (int, string) {
	var reader io.Reader
	switch v := body.(type) {
	case string:
		reader = strings.NewReader(v)
	default:
		raw, _ := json.Marshal(v)
		reader = bytes.NewReader(raw)
	}
	r, err := http.NewRequest(method, b.url+path, reader)
	if err != nil {
		t.Error(err)
		return 0, ""
	}
	r.SetBasicAuth(b.user, b.password)
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Error(err)
		return 0, ""
	}
	defer func() { _ = resp.Body.Close() }()
	text, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, string(text)
}

func (b *box) want(t *testing.T, method, path string, body any, status int) string {
	t.Helper()
	got, text := b.send(t, method, path, body)
	if got != status {
		t.Fatalf("%s %s: %d %q, want %d", method, path, got, text, status)
	}
	return text
}

func (b *box) removeFunction(t *testing.T, name string) {
	b.send(t, "DELETE", "/system/functions", map[string]string{"functionName": name})
}

// awaitReplicas waits until the function has n available replicas and no pod more.
func (b *box) awaitReplicas(t *testing.T, name string, n int) {
	t.Helper()
	deadline := time.Now().Add(time.Minute)
	for {
		var pods struct{ Items []any }
		_ = json.Unmarshal(b.kubeDo(t, "GET", "/api/v1/namespaces/"+ns+"/pods?labelSelector=faas_function="+name, nil), &pods)
		if len(pods.Items) == n {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s has %d pods after a minute, want %d", name, len(pods.Items), n)
		}
		time.Sleep(100 * time.Millisecond)
	}
}

func (b *box) awaitBody(t *testing.T, path, want string) {
	t.Helper()
	deadline := time.Now().Add(time.Minute)
	for {
		status, body := b.send(t, "POST", path, "x")
		if status != 200 {
			t.Fatalf("%s: %d %q during the roll-out", path, status, body)
		}
		if body == want {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s still answers %q", path, body)
		}
		time.Sleep(100 * time.Millisecond)
	}
}

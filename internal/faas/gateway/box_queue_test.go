package gateway

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/labbox/labbox/internal/faas/store"
)

// TestBoxQueueOutlivesTheGateway queues a thousand calls, kills the gateway's process
// with SIGKILL in the middle of them and then its pod, and looks in the function's log
// for every call. LABBOX_TEST_NAMESPACES ("gateway,functions") says where they are;
// root on the cluster's machine is needed to kill.
func TestBoxQueueOutlivesTheGateway(t *testing.T) {
	q := mustQueueBox(t)
	const calls = 1000
	q.deploy(t, "box-queue", "import time\ndef handle(event, context):\n    time.sleep(0.05)\n    print('seen %s\\n' % event.headers.get('X-Call-Id'), end='', flush=True)\n")
	ids := q.queue(t, "box-queue", calls)
	q.awaitDepth(t, calls*9/10)
	begin := time.Now()
	q.kill(t)
	t.Logf("killed the process; the gateway answers again after %s", q.awaitGateway(t))
	q.awaitDepth(t, calls*5/10)
	q.deletePod(t)
	t.Logf("killed the pod; the gateway answers again after %s", q.awaitGateway(t))
	q.awaitDepth(t, 0)
	t.Logf("%d calls were done %s after the first kill", calls, time.Since(begin).Round(time.Second))
	deadline := time.Now().Add(30 * time.Second)
	for {
		log := q.want(t, "GET", "/system/logs?name=box-queue&since=2000-01-01T00:00:00Z", nil, 200)
		missing, twice := 0, 0
		for id := range ids {
			switch strings.Count(log, id) {
			case 0:
				missing++
			case 1:
			default:
				twice++
			}
		}
		if missing == 0 {
			t.Logf("all %d calls reached the function, %d of them more than once", len(ids), twice)
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d of %d calls never reached the function", missing, len(ids))
		}
		<-time.After(time.Second)
	}
}

// queueBox is a box whose gateway and functions may have namespaces of their own.
type queueBox struct {
	*box
	gateway, functions string
}

func mustQueueBox(t *testing.T) *queueBox {
	t.Helper()
	q := &queueBox{box: mustBox(t), gateway: "openfaas", functions: ns}
	if text := os.Getenv("LABBOX_TEST_NAMESPACES"); text != "" {
		q.gateway, q.functions, _ = strings.Cut(text, ",")
	}
	var secret struct{ Data map[string][]byte }
	if err := json.Unmarshal(q.kubeDo(t, "GET", "/api/v1/namespaces/"+q.gateway+"/secrets/basic-auth", nil), &secret); err != nil {
		t.Fatal(err)
	}
	q.user, q.password = string(secret.Data["basic-auth-user"]), string(secret.Data["basic-auth-password"])
	return q
}

// deploy makes a Python function and waits for it.
func (q *queueBox) deploy(t *testing.T, name, code string) {
	t.Helper()
	remove := func() {
		q.removeFunction(t, name)
		q.kubeDo(t, "DELETE", "/api/v1/namespaces/"+q.functions+"/configmaps/"+name, nil)
	}
	remove()
	t.Cleanup(remove)
	text := q.kubeDo(t, "POST", "/api/v1/namespaces/"+q.functions+"/configmaps", map[string]any{
		"apiVersion": "v1", "kind": "ConfigMap", "metadata": map[string]string{"name": name}, "data": map[string]string{"handler.py": code}})
	if !bytes.Contains(text, []byte(`"kind":"ConfigMap"`)) {
		t.Fatalf("create ConfigMap: %s", text)
	}
	deadline := time.Now().Add(time.Minute)
	for {
		status, text := q.send(t, "POST", "/system/functions", map[string]any{
			"service": name, "image": "labbox.local/fn-python:dev", "annotations": map[string]string{store.AnnotationHandler: name},
			"labels": map[string]string{"com.openfaas.scale.max": "1"}}) // the log of a replica that is gone is gone
		if status == 202 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("deploy: %d %s", status, text)
		}
		<-time.After(time.Second) // the old one is not gone yet
	}
	q.want(t, "POST", "/function/"+name, "x", 200)
}

// queue makes n asynchronous calls and returns their ids.
func (q *queueBox) queue(t *testing.T, name string, n int) map[string]bool {
	t.Helper()
	ids := make(chan string, n)
	var wg sync.WaitGroup
	begin := time.Now()
	for range 8 {
		wg.Go(func() {
			for range n / 8 {
				resp, err := http.Post(q.url+"/async-function/"+name, "text/plain", strings.NewReader("x"))
				if err != nil {
					t.Error(err)
					continue
				}
				_ = resp.Body.Close()
				if resp.StatusCode != 202 {
					t.Errorf("queue: %s", resp.Status)
					continue
				}
				ids <- resp.Header.Get("X-Call-Id")
			}
		})
	}
	wg.Wait()
	close(ids)
	out := map[string]bool{}
	for id := range ids {
		out[id] = true
	}
	t.Logf("%d calls queued in %s", len(out), time.Since(begin).Round(time.Millisecond))
	return out
}

// status reads /system/queue; false while the gateway does not answer.
func (q *queueBox) status() (depth, dead int, ok bool) {
	r, err := http.NewRequest("GET", q.url+"/system/queue", nil)
	if err != nil {
		return 0, 0, false
	}
	r.SetBasicAuth(q.user, q.password)
	resp, err := (&http.Client{Timeout: 5 * time.Second}).Do(r)
	if err != nil {
		return 0, 0, false
	}
	defer func() { _ = resp.Body.Close() }()
	var s struct {
		Depth       int `json:"depth"`
		DeadLetters int `json:"deadLetters"`
	}
	ok = resp.StatusCode == 200 && json.NewDecoder(resp.Body).Decode(&s) == nil
	return s.Depth, s.DeadLetters, ok
}

// awaitDepth waits until at most n calls are queued.
func (q *queueBox) awaitDepth(t *testing.T, n int) {
	t.Helper()
	deadline := time.Now().Add(3 * time.Minute)
	for {
		depth, dead, ok := q.status()
		if ok && depth <= n {
			t.Logf("%d calls are queued, %d are dead", depth, dead)
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d calls are queued after three minutes, want %d", depth, n)
		}
		<-time.After(50 * time.Millisecond)
	}
}

// awaitGateway returns how long it took until the gateway answers.
func (q *queueBox) awaitGateway(t *testing.T) time.Duration {
	t.Helper()
	begin := time.Now()
	for time.Since(begin) < 2*time.Minute {
		if _, _, ok := q.status(); ok {
			return time.Since(begin).Round(10 * time.Millisecond)
		}
		<-time.After(50 * time.Millisecond)
	}
	t.Fatal("the gateway does not come back within two minutes")
	return 0
}

// pod returns name and uid of the gateway's pod.
func (q *queueBox) pod(t *testing.T) (name, uid string) {
	t.Helper()
	var list struct {
		Items []struct {
			Metadata struct{ Name, UID string }
		}
	}
	text := q.kubeDo(t, "GET", "/api/v1/namespaces/"+q.gateway+"/pods?labelSelector=app.kubernetes.io/name=gateway", nil)
	if err := json.Unmarshal(text, &list); err != nil || len(list.Items) != 1 {
		t.Fatalf("%d pods of the gateway, %v", len(list.Items), err)
	}
	return list.Items[0].Metadata.Name, list.Items[0].Metadata.UID
}

// kill ends the gateway's process without any warning.
func (q *queueBox) kill(t *testing.T) {
	t.Helper()
	_, uid := q.pod(t)
	groups, _ := filepath.Glob("/proc/[0-9]*/cgroup")
	for _, path := range groups {
		dir := filepath.Dir(path)
		group, _ := os.ReadFile(path)
		name, _ := os.ReadFile(dir + "/comm")
		pid, err := strconv.Atoi(filepath.Base(dir))
		plain := strings.ReplaceAll(string(group), "_", "-")
		if err != nil || !strings.Contains(plain, uid) || strings.TrimSpace(string(name)) != "gateway" {
			continue
		}
		status, _ := os.ReadFile(dir + "/status")
		_, rss, _ := strings.Cut(string(status), "VmRSS:")
		t.Logf("the gateway's process %d holds %s kB", pid, fmt.Sprint(strings.Fields(rss)[0]))
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		return
	}
	t.Fatal("the gateway's process is not on this machine")
}

// deletePod ends the pod without any grace.
func (q *queueBox) deletePod(t *testing.T) {
	t.Helper()
	name, uid := q.pod(t)
	q.kubeDo(t, "DELETE", "/api/v1/namespaces/"+q.gateway+"/pods/"+name+"?gracePeriodSeconds=0", nil)
	deadline := time.Now().Add(time.Minute)
	for groups := 1; groups > 0; { // as long as its processes are there
		groups = 0
		paths, _ := filepath.Glob("/proc/[0-9]*/cgroup")
		for _, path := range paths {
			if group, _ := os.ReadFile(path); strings.Contains(strings.ReplaceAll(string(group), "_", "-"), uid) {
				groups++
			}
		}
		if time.Now().After(deadline) {
			t.Fatal("the killed pod's processes are still there after a minute")
		}
		<-time.After(50 * time.Millisecond)
	}
}

package kube

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vishvananda/netlink"

	"github.com/labbox/labbox/internal/lab"
)

const testCgroup = "labbox-test"

// TestBoxCluster is the cluster's promise: it boots, does what a cluster must do,
// stops without a trace, boots again on the same data, and when its daemon is
// killed leaves nothing that Sweep does not remove.
func TestBoxCluster(t *testing.T) {
	if testing.Short() || os.Getuid() != 0 {
		t.Skip("needs root and two minutes")
	}
	helpers, layout := mustPayload(t)
	data := filepath.Join(t.TempDir(), "data")
	before := linkNames(t)
	options := Options{DataDir: data, HelpersDir: helpers, APIPort: freePort(t), Cgroup: testCgroup,
		Images: func(ctx context.Context, socket string, _ lab.Report) error {
			return importTestImages(ctx, socket, layout)
		}}

	spaces := bootOnce(t, New(options))
	checkNoTrace(t, data, spaces, before)
	spaces = killDaemon(t, data, helpers, layout)
	if err := Sweep(t.Context(), data); err != nil {
		t.Error(err)
	}
	checkNoTrace(t, data, spaces, before)
}

// bootOnce boots the cluster in this process, checks it and stops it. It returns
// the namespaces that must be gone.
func bootOnce(t *testing.T, c *Cluster) []string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	run, stop := context.WithCancel(ctx)
	defer stop()
	r := newRunner(c.Services())
	ended := make(chan struct{})
	go func() { defer close(ended); r.run(run, c.Services()) }()
	if err := r.wait(ctx); err != nil {
		t.Fatalf("boot: %v", err)
	}
	spaces := namespacesOf(t, c.box.pid)
	t.Logf("API ready %.1fs, node Ready %.1fs, all %.1fs", r.at[nameAPI].Seconds(), r.at[serviceNode].Seconds(), time.Since(r.began).Seconds())
	checkPod(ctx, t, c)
	t.Logf("first pod with DNS and volume %.1fs after the start", time.Since(r.began).Seconds())
	checkAPI(ctx, t, c)
	checkFollow(ctx, t, c)
	checkMetrics(ctx, t, c)
	logMemory(ctx, t, c)
	stop()
	began := time.Now()
	<-ended
	if took := time.Since(began); took > 8*time.Second {
		t.Errorf("the stop took %s", took)
	}
	return spaces
}

const testPod = `
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: claim, namespace: default}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Mi}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: probe, namespace: default, labels: {app.kubernetes.io/version: "1"}}
spec:
  selector: {matchLabels: {app: probe}}
  template:
    metadata: {labels: {app: probe}}
    spec:
      securityContext: {runAsUser: 10001, fsGroup: 10001, seccompProfile: {type: RuntimeDefault}}
      containers:
      - name: main
        image: labbox.local/busybox:1.35
        imagePullPolicy: Never
        command: [sh, -c, "nslookup kubernetes.default.svc.cluster.local && nslookup nowhere.example; date >> /data/file && httpd -p 8000 -h /data && echo serving && trap exit TERM; while true; do sleep 1; done"]
        readinessProbe: {httpGet: {path: /file, port: 8000}, periodSeconds: 1}
        volumeMounts: [{name: data, mountPath: /data}]
      volumes: [{name: data, persistentVolumeClaim: {claimName: claim}}]
---
apiVersion: v1
kind: Service
metadata: {name: probe, namespace: default}
spec: {selector: {app: probe}, ports: [{port: 80, targetPort: 8000}]}
`

// checkPod runs a pod that asks the DNS, writes to a volume and serves it.
func checkPod(ctx context.Context, t *testing.T, c *Cluster) {
	t.Helper()
	if err := c.Apply(ctx, []byte(testPod)); err != nil {
		t.Fatal(err)
	}
	ref := lab.ObjectRef{APIVersion: "apps/v1", Kind: "Deployment", Namespace: "default", Name: "probe"}
	err := c.Wait(ctx, ref, func(object []byte) (bool, error) {
		var d struct{ Status struct{ ReadyReplicas int } }
		if err := json.Unmarshal(object, &d); err != nil {
			return false, err
		}
		return d.Status.ReadyReplicas == 1, nil
	})
	if err != nil {
		workloads, _ := c.Workloads(context.WithoutCancel(ctx))
		t.Fatalf("%v\n%+v", err, workloads)
	}
	var log bytes.Buffer
	if err := c.Logs(ctx, lab.LogQuery{Namespace: "default", Name: "probe"}, &log); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Address: 10.43.0.1", "can't find nowhere.example: NXDOMAIN", "serving"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("%q is missing in the pod's log:\n%s", want, &log)
		}
	}
	err = poll(ctx, pollEvery, func(ctx context.Context) error {
		conn, err := c.DialService(ctx, "default", "probe", 80)
		if err != nil {
			return err
		}
		defer conn.Close()
		fmt.Fprint(conn, "GET /file HTTP/1.0\r\n\r\n")
		status, err := bufio.NewReader(conn).ReadString('\n')
		if err == nil && !strings.Contains(status, "200") {
			err = errors.New(status)
		}
		return err
	})
	if err != nil {
		t.Errorf("through the Service: %v", err)
	}
}

// checkAPI looks at what other rooms see: workloads, objects, the forwarded port.
func checkAPI(ctx context.Context, t *testing.T, c *Cluster) {
	t.Helper()
	if err := c.Ready(ctx); err != nil {
		t.Error(err)
	}
	workloads, err := c.Workloads(ctx)
	if err != nil || len(workloads) != 1 || workloads[0].Ready != 1 || workloads[0].Version != "1" || workloads[0].Message != "" {
		t.Errorf("workloads %+v, %v", workloads, err)
	}
	_, err = c.Get(ctx, lab.ObjectRef{APIVersion: "v1", Kind: "Secret", Namespace: "default", Name: "none"})
	if lab.AsError(err).Code != lab.CodeNotFound {
		t.Errorf("an absent object: %v", err)
	}
	conn, err := net.Dial("tcp", loopback(c.opts.APIPort))
	if err != nil {
		t.Error(err)
	} else {
		conn.Close()
	}
	out, err := c.DialContext(ctx, "tcp", "192.0.2.1:80")
	if err == nil {
		out.Close()
		t.Error("the lab has a way out")
	}
}

func checkMetrics(ctx context.Context, t *testing.T, c *Cluster) {
	t.Helper()
	err := poll(ctx, pollEvery, func(ctx context.Context) error {
		text, err := c.Get(ctx, lab.ObjectRef{APIVersion: "metrics.k8s.io/v1beta1", Kind: "NodeMetrics", Name: "labbox"})
		if err == nil && !bytes.Contains(text, []byte(`"memory"`)) {
			err = fmt.Errorf("no memory in %s", text)
		}
		return err
	})
	if err != nil {
		t.Errorf("metrics: %v", err)
	}
}

func logMemory(ctx context.Context, t *testing.T, c *Cluster) {
	t.Helper()
	var sum int64
	for _, component := range c.Components(ctx) {
		t.Logf("%-24s %-28s %6.1f MB", component.Name, component.Version, float64(component.MemoryBytes)/1e6)
		sum += component.MemoryBytes
		if !component.Ready {
			t.Errorf("%s is not ready: %s", component.Name, component.Message)
		}
	}
	t.Logf("private memory of all children: %.1f MB", float64(sum)/1e6)
	if sum > 400e6 {
		t.Errorf("that is more than 400 MB")
	}
}

// killDaemon boots a second time, on the same data, in a process that is then
// killed; it returns when that process is gone.
func killDaemon(t *testing.T, data, helpers string, layout fs.FS) []string {
	t.Helper()
	dir, ok := layout.(interface{ Path() string })
	if !ok {
		t.Fatal("the layout is no directory")
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "/proc/self/exe", "test-daemon", data, helpers, dir.Path(), fmt.Sprint(freePort(t)))
	cmd.Stderr = os.Stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var pid int
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if _, scan := fmt.Sscanf(line, "ready %d", &pid); err != nil || scan != nil {
		t.Errorf("second boot: %q, %v", line, err)
	}
	var spaces []string
	if pid != 0 {
		spaces = namespacesOf(t, pid)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	found, err := filepath.Glob(filepath.Join(data, "storage", "*_default_claim", "file"))
	if err != nil || len(found) != 1 {
		t.Errorf("the volume did not survive: %v, %v", found, err)
	}
	return spaces
}

// namespacesOf returns the namespaces of a process as /proc names them.
func namespacesOf(t *testing.T, pid int) []string {
	t.Helper()
	var all []string
	for _, kind := range []string{"net", "mnt", "pid", "uts", "ipc"} {
		name, err := os.Readlink(fmt.Sprintf("/proc/%d/ns/%s", pid, kind))
		if err != nil {
			t.Fatal(err)
		}
		own, err := os.Readlink("/proc/self/ns/" + kind)
		if err != nil || own == name {
			t.Fatalf("%s namespace %s is not the sandbox's own (%v)", kind, name, err)
		}
		all = append(all, name)
	}
	return all
}

// checkNoTrace looks for threads in the namespaces, mounts, links and cgroups.
func checkNoTrace(t *testing.T, data string, spaces []string, links string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	// The last processes of a killed daemon vanish a moment after it.
	if err := poll(ctx, pollEvery, func(context.Context) error { return inUse(spaces) }); err != nil {
		t.Error(err)
	}
	if strings.Contains(mustRead(t, "/proc/self/mountinfo"), data) {
		t.Error("mounts are left")
	}
	if now := linkNames(t); now != links {
		t.Errorf("links are %s, were %s", now, links)
	}
	list, err := mountedHierarchies()
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range list {
		if _, err := os.Stat(filepath.Join(h.path, testCgroup)); err == nil {
			t.Errorf("cgroup left in %s", h.path)
		}
	}
}

// inUse says which thread of the machine is in one of the namespaces.
func inUse(spaces []string) error {
	threads, err := filepath.Glob("/proc/[0-9]*/task/[0-9]*/ns/*")
	if err != nil {
		return err
	}
	for _, link := range threads {
		name, err := os.Readlink(link)
		if err != nil {
			continue // it has ended
		}
		for _, space := range spaces {
			if name == space {
				return fmt.Errorf("%s is still in %s", link, space)
			}
		}
	}
	return nil
}

func linkNames(t *testing.T) string {
	t.Helper()
	list, err := netlink.LinkList()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, link := range list {
		names = append(names, link.Attrs().Name)
	}
	return strings.Join(names, " ")
}

func freePort(t *testing.T) int {
	t.Helper()
	listener := mustListen(t)
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port
}

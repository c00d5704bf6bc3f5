package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// The functions that are called, in the namespace of functions. The Go function is a
// small static server behind the watchdog, and is the watchdog's own program in another
// mode: the payload has it already.
const (
	goProgram          = "env mode=static static_path=/etc port=5000 metrics_port=5001 healthcheck_interval=0 suppress_lock=true /usr/bin/fwatchdog"
	functionsNamespace = "openfaas-fn"
	goFunction         = "bench-go"
	pythonFunction     = "bench-python"
	killedFunction     = "bench-killed"
)

// Load figures, of functions and the gateway before them, with their units and goals.
func loadSpecs() []spec {
	out := []spec{
		{"gatewayMemory", "MB", 0}, {"gatewayGrowth", "MB", 0},
		{"killCalls", "calls", 0}, {"killFailed", "calls", 0}, {"killWorst", "ms", 0},
		{"coldStartGo", "s", .4}, {"coldStartPython", "s", 1},
	}
	for _, name := range []string{"Go", "Python"} {
		out = append(out, spec{"direct" + name, "calls/s", 0}, spec{"gateway" + name, "calls/s", 0}, spec{"share" + name, "%", 70},
			spec{"addedP50" + name, "ms", .3}, spec{"addedP99" + name, "ms", 3})
		for _, pace := range []string{"busy", "full"} {
			out = append(out, spec{addedFigure(pace, "P50", name), "ms", 0}, spec{addedFigure(pace, "P99", name), "ms", 0})
		}
	}
	return out
}

// MeasureLoad measures functions only, in a lab that runs already with data directory
// dir. What it deploys is removed again.
func MeasureLoad(ctx context.Context, o Options, dir string) (Report, error) {
	b := &bencher{Options: o, dir: dir, run: run{}}
	report := Report{Labbox: o.Labbox, CPUs: cpus(), Runs: 1, Figures: map[string]Figure{}}
	values, err := b.functions(ctx, 5, true)
	if err != nil {
		return report, err
	}
	for _, s := range loadSpecs() {
		report.Figures[s.name] = figure(s.unit, s.goal, values[s.name])
	}
	return report, nil
}

// functions deploys, measures from inside the lab's network, and removes: the two ways of
// a call in so many rounds, and, if all is set, memory, lost replicas and cold starts.
func (b *bencher) functions(ctx context.Context, rounds int, all bool) (map[string][]float64, error) {
	b.say("functions")
	manifest, err := functionObjects()
	if err != nil {
		return nil, err
	}
	if _, err := b.kubectl(ctx, manifest, "apply", "-f", "-"); err != nil {
		return nil, err
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
		defer cancel()
		_, _ = b.kubectl(ctx, manifest, "delete", "--cascade=foreground", "-f", "-") // with their pods: they are not for what is measured next
	}()
	for _, name := range []string{goFunction, pythonFunction, killedFunction} {
		if _, err := b.kubectl(ctx, nil, "rollout", "status", "deployment/"+name, "--timeout=90s"); err != nil {
			return nil, err
		}
	}
	load, err := b.load(ctx)
	if err != nil {
		return nil, err
	}
	load.Rounds = rounds
	if !all {
		load.Calls, load.Pods = 0, nil
	}
	values, err := b.generate(ctx, load)
	if err != nil || !all {
		return values, err
	}
	return values, b.coldStarts(ctx, load, values)
}

// load finds the addresses.
func (b *bencher) load(ctx context.Context) (Load, error) {
	gateway := b.Gateway
	if gateway == "" {
		ip, err := b.kubectl(ctx, nil, "get", "service", "gateway", "--namespace=openfaas", "-o", "jsonpath={.spec.clusterIP}")
		if err != nil {
			return Load{}, err
		}
		gateway = ip + ":8080"
	}
	host, port, _ := strings.Cut(gateway, ":")
	number, err := strconv.Atoi(port)
	if err != nil {
		return Load{}, fmt.Errorf("gateway %q is not host:port", gateway)
	}
	target := func(label, name, path string) (Target, error) {
		ip, err := b.kubectl(ctx, nil, "get", "service", name, "-o", "jsonpath={.spec.clusterIP}")
		return Target{Name: label, Direct: "http://" + ip + ":8080" + path, Gateway: "http://" + gateway + "/function/" + name + "." + functionsNamespace + path}, err
	}
	l := Load{Seconds: 4 * time.Second, Calls: 100_000, Metrics: fmt.Sprintf("http://%s:%d/metrics", host, number+2)}
	for _, f := range [][3]string{{"Go", goFunction, "/hostname"}, {"Python", pythonFunction, "/"}} {
		t, err := target(f[0], f[1], f[2])
		if err != nil {
			return Load{}, err
		}
		l.Targets = append(l.Targets, t)
	}
	if l.Killed, err = target("killed", killedFunction, "/hostname"); err != nil {
		return Load{}, err
	}
	uids, err := b.kubectl(ctx, nil, "get", "pods", "-l", "faas_function="+killedFunction, "-o", "jsonpath={.items[*].metadata.uid}")
	l.Pods = strings.Fields(uids)
	return l, err
}

// coldStarts sets each function to zero, waits until nothing of it is left, and calls
// it.
func (b *bencher) coldStarts(ctx context.Context, l Load, values map[string][]float64) error {
	for _, t := range l.Targets {
		name := map[string]string{"Go": goFunction, "Python": pythonFunction}[t.Name]
		for range 10 {
			if _, err := b.kubectl(ctx, nil, "scale", "deployment/"+name, "--replicas=0"); err != nil {
				return err
			}
			if _, err := b.kubectl(ctx, nil, "wait", "--for=delete", "pod", "-l", "faas_function="+name, "--timeout=60s"); err != nil {
				return err
			}
			one, err := b.generate(ctx, Load{Cold: t.Gateway})
			if err != nil {
				return err
			}
			values["coldStart"+t.Name] = append(values["coldStart"+t.Name], one["cold"]...)
		}
		b.say("cold start %-6s %v s", t.Name, values["coldStart"+t.Name])
	}
	return nil
}

// kubectl runs the lab's own in the namespace of functions.
func (b *bencher) kubectl(ctx context.Context, in []byte, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, b.Labbox, append([]string{"--data-dir", b.dir, "kubectl", "--namespace=" + functionsNamespace}, args...)...)
	cmd.Stdin = bytes.NewReader(in)
	var errOut strings.Builder
	cmd.Stderr = &errOut
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("kubectl %s: %w: %s", strings.Join(args, " "), err, strings.TrimSpace(errOut.String()))
	}
	return strings.TrimSpace(string(out)), nil
}

// generate runs this program once more, inside the lab's network, as its load generator.
func (b *bencher) generate(ctx context.Context, l Load) (map[string][]float64, error) {
	spec, err := json.Marshal(l)
	if err != nil {
		return nil, err
	}
	space, err := b.network()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, "/proc/self/exe", "generate")
	var out bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(spec), &out, b.Progress
	if err := startIn(space, cmd); err != nil {
		return nil, fmt.Errorf("start the load generator in the lab's network: %w", err)
	}
	if err := cmd.Wait(); err != nil {
		return nil, fmt.Errorf("load generator: %w", err)
	}
	values := map[string][]float64{}
	if err := json.Unmarshal(out.Bytes(), &values); err != nil {
		return nil, fmt.Errorf("read the load generator's figures: %w", err)
	}
	return values, nil
}

// network is the network namespace of the lab, as a path: that of its API server.
func (b *bencher) network() (string, error) {
	for _, pid := range processes(b.daemon()) {
		args, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
		if bytes.Contains(args, []byte("component\x00kube-apiserver\x00")) {
			return fmt.Sprintf("/proc/%d/ns/net", pid), nil
		}
	}
	return "", fmt.Errorf("the lab in %s has no API server", filepath.Clean(b.dir))
}

// startIn starts cmd in a network namespace. A child begins where the thread that
// forks it is; that thread is never used again.
func startIn(space string, cmd *exec.Cmd) error {
	f, err := os.Open(space)
	if err != nil {
		return err
	}
	defer f.Close()
	done := make(chan error)
	go func() {
		runtime.LockOSThread()
		if err := unix.Setns(int(f.Fd()), unix.CLONE_NEWNET); err != nil {
			done <- err
			return
		}
		done <- cmd.Start()
	}()
	return <-done
}

// functionObjects are the functions as the gateway would write them.
func functionObjects() ([]byte, error) {
	static := map[string]string{"fprocess": goProgram}
	items := []any{map[string]any{
		"apiVersion": "v1", "kind": "ConfigMap", "metadata": map[string]any{"name": pythonFunction},
		"data": map[string]string{"handler.py": "def handle(event, context):\n    return 'short'\n"},
	}}
	items = append(items, deployed(goFunction, 1, static, "")...)
	items = append(items, deployed(pythonFunction, 1, nil, pythonFunction)...)
	items = append(items, deployed(killedFunction, 2, static, "")...)
	return json.Marshal(map[string]any{"apiVersion": "v1", "kind": "List", "items": items})
}

// deployed is a Deployment and its Service.
func deployed(name string, replicas int, env map[string]string, handler string) []any {
	labels := map[string]any{"faas_function": name}
	container := map[string]any{
		"name": name, "image": "labbox.local/fn-python:dev", "imagePullPolicy": "Never",
		"resources":      map[string]any{"requests": map[string]string{"cpu": "10m", "memory": "32Mi"}}, // as the gateway gives them
		"ports":          []any{map[string]any{"name": "http", "containerPort": 8080}},
		"readinessProbe": map[string]any{"httpGet": map[string]any{"path": "/_/health", "port": 8080}, "periodSeconds": 1, "timeoutSeconds": 2},
	}
	var list []any
	for k, v := range env {
		list = append(list, map[string]string{"name": k, "value": v})
	}
	container["env"] = list
	pod := map[string]any{"containers": []any{container}, "automountServiceAccountToken": false, "enableServiceLinks": false}
	if handler != "" {
		container["volumeMounts"] = []any{map[string]any{"name": "handler", "mountPath": "/home/app/function", "readOnly": true}}
		pod["volumes"] = []any{map[string]any{"name": "handler", "configMap": map[string]any{"name": handler}}}
	}
	meta := map[string]any{"name": name, "labels": labels}
	return []any{
		map[string]any{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": meta, "spec": map[string]any{
			"replicas": replicas, "selector": map[string]any{"matchLabels": labels},
			"template": map[string]any{"metadata": map[string]any{"labels": labels}, "spec": pod},
		}},
		map[string]any{"apiVersion": "v1", "kind": "Service", "metadata": meta, "spec": map[string]any{
			"selector": labels, "ports": []any{map[string]any{"name": "http", "port": 8080}},
		}},
	}
}

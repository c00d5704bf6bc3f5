package main

import (
	"bytes"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// asked runs labbox and returns what it said and its exit code.
type asked func(args ...string) (out, errOut string, code int)

// boxWorkbench looks at the workbench from inside, and works in the terminal of the
// dashboard, as a program in the machine's network.
func boxWorkbench(t *testing.T, b *box) {
	testWorkbench(t, b.labbox)
	b.inBrowser("TestBoxTerminal")
}

// TestBoxWorkbench does the same on a lab that runs: LABBOX_TEST_LAB is its program.
func TestBoxWorkbench(t *testing.T) {
	program := os.Getenv("LABBOX_TEST_LAB")
	if testing.Short() || program == "" {
		t.Skip("needs a running lab: LABBOX_TEST_LAB names its program")
	}
	testWorkbench(t, func(args ...string) (string, string, int) {
		cmd := exec.Command(program, args...)
		var out, errOut bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &errOut
		if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
			t.Fatal(err)
		}
		return out.String(), errOut.String(), cmd.ProcessState.ExitCode()
	})
}

// What is tried in the workbench: a script, and what it must say or how it must fail.
var benchTrials = []struct {
	name, script, says string
	fails              bool
}{
	{name: "it is the learner", script: `id -u; cd; pwd`, says: "10001\n/home/learner\n"},
	{name: "kubectl sees the cluster", script: `kubectl get nodes -o name; kubectl get pods -A -o name | grep -c pod/ >/dev/null && echo pods`, says: "node/labbox\npods\n"},
	{name: "kubectl by labbox", script: `labbox kubectl get namespace workbench -o name`, says: "namespace/workbench"},
	{name: "kubectl measures", script: `kubectl top node labbox --no-headers | wc -l`, says: "1"},
	{name: "helm", script: `helm version --short`, says: "v3."},
	{name: "git pushes with the login", says: "pushed", script: `cd "$(mktemp -d)" && git init -q && git commit -q --allow-empty -m trial
		curl -fsS -u "$(sed 's#http://\([^@]*\)@.*#\1#' /etc/workbench/git-credentials)" -H 'Content-Type: application/json' -d '{"name": "bench-trial"}' "$GIT_URL/api/v1/repos" >/dev/null
		git push -q "$GIT_URL/bench-trial.git" HEAD:main && echo pushed
		curl -fsS -u "$(sed 's#http://\([^@]*\)@.*#\1#' /etc/workbench/git-credentials)" -X DELETE "$GIT_URL/api/v1/repos/bench-trial"`},
	{name: "the gateway's login", script: `curl -fsS -u "$GATEWAY_USER:$GATEWAY_PASSWORD" "$OPENFAAS_URL/system/functions" | jq -r type`, says: "array"},
	{name: "Prometheus", script: `curl -fsS "$PROMETHEUS_URL/api/v1/query?query=1" | jq -r .status`, says: "success"},
	{name: "MLflow", script: `curl -fsS "$MLFLOW_TRACKING_URI/health"`, says: "OK"},
	{name: "energy", script: `curl -fsS "$ENERGY_URL/metrics" | grep -c kepler_ >/dev/null && echo measured`, says: "measured"},
	{name: "python", script: `python3 -c 'import json, urllib.request; print("python")'`, says: "python"},
	{name: "may make Applications", script: `kubectl auth can-i create applications.argoproj.io -n argocd`, says: "yes"},
	{name: "may edit functions", script: `kubectl auth can-i create deployments -n openfaas-fn && kubectl auth can-i patch services -n lambda-fn`, says: "yes\nyes"},
	{name: "no Secrets of the lab", script: `kubectl get secrets -n git`, says: "forbidden", fails: true},
	{name: "no Secrets of all", script: `kubectl get secrets -A`, says: "forbidden", fails: true},
	{name: "no pods elsewhere", script: `kubectl run x --image=labbox.local/busybox:1.35 -n kube-system`, says: "forbidden", fails: true},
	{name: "no shell in other pods", script: `kubectl auth can-i create pods/exec -n argocd`, says: "no", fails: true},
	{name: "no rights for itself", script: `kubectl create clusterrolebinding x --clusterrole=cluster-admin --serviceaccount=workbench:learner`, says: "forbidden", fails: true},
	{name: "no pods that reach the node", says: "violates PodSecurity", fails: true, script: `kubectl apply -n openfaas-fn -f - <<-END
		{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "way-out"}, "spec": {"containers": [{"name": "c", "image": "labbox.local/busybox:1.35",
		"volumeMounts": [{"name": "node", "mountPath": "/node"}]}], "volumes": [{"name": "node", "hostPath": {"path": "/"}}]}}
		END`},
	{name: "no way out", script: `curl -sS -m 3 http://192.0.2.1`, says: "curl:", fails: true},
	{name: "the root is read-only", script: `touch /usr/bin/x`, says: "Read-only", fails: true},
	{name: "the login is the learner's alone", script: `stat -c %a /etc/workbench/git-credentials; env | grep -c "$(sed 's#.*:\([^@]*\)@.*#\1#' /etc/workbench/git-credentials)"`, says: "0\n", fails: true},
}

func testWorkbench(t *testing.T, labbox asked) {
	for _, trial := range benchTrials {
		t.Run(trial.name, func(t *testing.T) {
			out, errOut, code := labbox("kubectl", "exec", "-n", "workbench", "workbench-0", "--", "bash", "-c", trial.script)
			if (code != 0) != trial.fails || !strings.Contains(out+errOut, trial.says) {
				t.Errorf("exit code %d, want a failure: %t, and %q\n%s%s", code, trial.fails, trial.says, out, errOut)
			}
		})
	}
}

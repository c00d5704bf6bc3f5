package main

import (
	"encoding/base64"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// boxIDP goes the golden paths of the developer platform as a learner would.
func boxIDP(t *testing.T, b *box) { testIDP(t, b.labbox) }

// TestBoxIDP does the same on a lab that runs: LABBOX_TEST_LAB is its program.
func TestBoxIDP(t *testing.T) {
	program := os.Getenv("LABBOX_TEST_LAB")
	if testing.Short() || program == "" {
		t.Skip("needs a running lab: LABBOX_TEST_LAB names its program")
	}
	testIDP(t, func(args ...string) (string, string, int) {
		cmd := exec.Command(program, args...)
		var out, errOut strings.Builder
		cmd.Stdout, cmd.Stderr = &out, &errOut
		if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
			t.Fatal(err)
		}
		return out.String(), errOut.String(), cmd.ProcessState.ExitCode()
	})
}

// idpPrelude is what the trials below share; it runs in the workbench.
const idpPrelude = `
api() { curl -fsS -u "$LOGIN" -H 'Content-Type: application/json' "$BACKSTAGE_URL$@"; }
await() { local end=$((SECONDS + 60)); until eval "$1" >/dev/null 2>&1; do [ $SECONDS -lt $end ] || { echo "did not come: $1"; exit 1; }; sleep 0.1; done; }
now() { echo "${EPOCHREALTIME/[.,]/}"; } # microseconds
took() { echo "TIMING $1 $(( ($(now) - $2) / 1000 )) ms"; }
forget() { for repo in box-hello box-shout; do curl -s -o /dev/null -X DELETE "$(sed -n 1p /etc/workbench/git-credentials)/api/v1/repos/$repo"; done
  for app in box-hello box-shout; do kubectl -n argocd delete application $app --ignore-not-found >/dev/null; done
  curl -s -o /dev/null -u "$LOGIN" -X DELETE "$BACKSTAGE_URL/api/environments/box-dev"; }
task() { local id; id=$(api /api/scaffolder/v2/tasks -d "$1" | jq -r .id); await "api /api/scaffolder/v2/tasks/$id | jq -e '.status != \"open\" and .status != \"processing\"'"
  [ "$(api /api/scaffolder/v2/tasks/$id | jq -r .status)" = completed ] || { api /api/scaffolder/v2/tasks/$id/events | jq -r '.[].body.message'; exit 1; }; }
`

var idpTrials = []struct{ name, script, says string }{
	{"the golden paths are in the catalog", `forget; await "api '/api/catalog/entities?filter=kind=template' | jq -e 'length >= 2'"
		api '/api/catalog/entities/by-name/group/default/team-blue' | jq -r .kind`, "Group"},
	{"from a form to a running service", `begin=$(now)
		task '{"templateRef":"template:default/web-service","values":{"name":"box-hello","owner":"group:default/team-blue","environment":"box-dev","greeting":"Hello box"}}'
		took task $begin
		await 'curl -fsS -m 2 http://box-hello.env-box-dev.svc.cluster.local:8080/'; took running-service $begin
		curl -fsS http://box-hello.env-box-dev.svc.cluster.local:8080/ | jq -r .greeting`, "Hello box"},
	{"a push is rolled out, and the catalog sees it within two seconds", `cd "$(mktemp -d)" && git clone -q "$GIT_URL/box-hello.git" . && sed -i 's/Hello box/Hello again/' app/app.py && sed -i 's/experimental/production/' catalog-info.yaml
		git commit -qam "Another greeting" && git push -q && begin=$(now)
		await "api /api/catalog/entities/by-name/component/default/box-hello | jq -e '.spec.lifecycle == \"production\"'"; took catalog-follows-push $begin
		[ $(( $(now) - begin )) -lt 2000000 ] && echo "in time"
		await 'curl -fsS -m 2 http://box-hello.env-box-dev.svc.cluster.local:8080/ | grep again'; took push-rolled-out $begin`, "in time"},
	{"its scorecard is gold", `await "api /api/scorecards/component/default/box-hello | jq -e '.level == \"gold\"'"; api /api/scorecards/component/default/box-hello | jq -r .passed`, "8"},
	{"its docs and its energy are there", `curl -fsS $BACKSTAGE_URL/api/techdocs/static/docs/default/component/box-hello/operate.html | grep -c 'git revert'
		api /api/energy/component/default/box-hello | jq -r .known`, "1\ntrue"},
	{"from a form to a function", `begin=$(now); task '{"templateRef":"template:default/python-function","values":{"name":"box-shout","owner":"group:default/team-blue"}}'
		await 'curl -fsS -m 5 -d Ada $GATEWAY_URL/function/box-shout'; took running-function $begin; curl -fsS -d Ada $GATEWAY_URL/function/box-shout`, "Hello Ada, from box-shout"},
	{"the learner edits in an environment, but not its quota", `kubectl auth can-i create deployments -n env-box-dev; kubectl auth can-i update resourcequotas -n env-box-dev || true`, "yes\nno"},
	{"the quota holds", `kubectl -n env-box-dev create deployment big --image=labbox.local/busybox:1.35 --replicas=9 >/dev/null
		await "kubectl -n env-box-dev get events | grep 'exceeded quota: environment'"; kubectl -n env-box-dev delete deployment big >/dev/null; echo held`, "held"},
	{"a budget holds", `curl -s -u "$LOGIN" -H 'Content-Type: application/json' $BACKSTAGE_URL/api/environments -d '{"name":"box-big","owner":"team-green","size":"large"}' | jq -r .error.message`, "over the budget of group:default/team-green"},
	{"without a login nothing changes", `curl -s -o /dev/null -w '%{http_code}' -X DELETE $BACKSTAGE_URL/api/environments/box-dev`, "401"},
	{"all of it goes again", `forget; await "curl -s $BACKSTAGE_URL/api/catalog/entities/by-name/component/default/box-hello | jq -e .error"; echo gone`, "gone"},
}

// testIDP runs the trials in the workbench of a lab.
func testIDP(t *testing.T, run asked) {
	t.Helper()
	login := ""
	for _, key := range []string{"username", "password"} {
		out, errOut, code := run("kubectl", "get", "secret", "-n", "backstage", "backstage-credentials", "-o", "jsonpath={.data."+key+"}")
		text, err := base64.StdEncoding.DecodeString(out)
		if code != 0 || err != nil {
			t.Fatalf("the platform's login: %v %s", err, errOut)
		}
		login += map[string]string{"username": "", "password": ":"}[key] + string(text)
	}
	for _, trial := range idpTrials {
		if strings.HasPrefix(trial.name, "a budget") {
			t.Run("the platform's own rights end at its environments", func(t *testing.T) { testIDPRights(t, run) })
		}
		t.Run(trial.name, func(t *testing.T) {
			out, errOut, code := run("kubectl", "exec", "-n", "workbench", "workbench-0", "--", "env", "LOGIN="+login, "bash", "-euo", "pipefail", "-c", idpPrelude+trial.script)
			for line := range strings.Lines(out) {
				if strings.HasPrefix(line, "TIMING") {
					t.Log(strings.TrimSpace(line))
				}
			}
			if code != 0 || !strings.Contains(out, trial.says) {
				t.Errorf("exit code %d, without %q:\n%s%s", code, trial.says, out, errOut)
			}
		})
	}
}

// idpRights is what the platform's account must not be able to do, whoever runs it,
// and the one like it that it may.
var idpRights = []struct {
	args  string
	fails bool
}{
	{"create namespace idp-x", true},
	{"create namespace env-idp-x", true}, // without the marks of an environment
	{"delete namespace argocd", true},
	{"delete namespace env-box-dev", false},
	{"create rolebinding x -n kube-system --clusterrole=edit --user=x", true},
	{"create rolebinding x -n env-box-dev --clusterrole=cluster-admin --user=x", true},
	{"create rolebinding x -n env-box-dev --clusterrole=edit --user=x", false},
	{"create quota x -n kube-system --hard=pods=1", true},
	{"get secrets -A", true},
	{"get pods -A", true},
}

// testIDPRights tries them as dry runs while the environment box-dev is there.
func testIDPRights(t *testing.T, run asked) {
	t.Helper()
	for _, right := range idpRights {
		args := append(strings.Fields("kubectl --as=system:serviceaccount:backstage:backstage"), strings.Fields(right.args)...)
		if !strings.HasPrefix(right.args, "get") {
			args = append(args, "--dry-run=server")
		}
		if out, errOut, code := run(args...); (code != 0) != right.fails || right.fails && !strings.Contains(strings.ToLower(errOut), "forbidden") {
			t.Errorf("%s: exit code %d: %s%s", right.args, code, out, errOut)
		}
	}
}

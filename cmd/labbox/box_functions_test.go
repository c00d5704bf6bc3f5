package main

import (
	"encoding/json"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"

	"github.com/labbox/labbox/internal/app"
)

// boxPlatform lets the function platform's own tests loose on the lab: a deployment's
// life with calls that come while replicas come and go, the whole interface with bad
// input, a thousand queued calls over a gateway that is killed, events of every kind,
// and AWS's clients. They run in the machine's network, where
// the lab's ports are, and see this machine's files.
func boxPlatform(t *testing.T, b *box) {
	var logins []app.Credential
	if err := json.Unmarshal([]byte(b.must("credentials", "git", "-o", "json")), &logins); err != nil || len(logins) != 1 {
		t.Fatalf("%v, %d logins of git", err, len(logins))
	}
	// Out here, for where the tests run there is no network to install from.
	mustOutput(t, exec.Command("../../.ci/pyenv", "../../.ci/lambda-clients.lock"))
	modules := exec.Command("go", "mod", "download")
	modules.Dir = "../../internal/faas/lambda/testdata/bootstrap"
	mustOutput(t, modules)
	git := (&url.URL{Scheme: "http", User: url.UserPassword(logins[0].User, logins[0].Password), Host: "127.0.0.1:3000"}).String()
	env := []string{
		"LABBOX_TEST_GATEWAY=http://127.0.0.1:8080", "LABBOX_TEST_LAMBDA=http://127.0.0.1:8080",
		"LABBOX_TEST_PODS=1", "LABBOX_TEST_MLFLOW=http://127.0.0.1:5000", "LABBOX_TEST_GIT=" + git,
		"LABBOX_TEST_KUBECONFIG=" + filepath.Join(b.root, "var/lib/labbox/kubeconfig"),
	}
	const gateway, lambda = "../../internal/faas/gateway", "../../internal/faas/lambda"
	b.suite(t, env, gateway, "^(TestBoxGateway|TestBoxQueueOutlivesTheGateway)$") // measures and kills: nothing beside it
	var both sync.WaitGroup
	both.Go(func() { b.suite(t, env, gateway, "^(TestBoxAPI|TestBoxEvents)$") })
	both.Go(func() { b.suite(t, env, lambda, "^TestBoxLab$") })
	both.Wait()
}

// suite runs tests of another package in the machine's network, more side by side than
// there are processors: they wait for the lab most of the time.
func (b *box) suite(t *testing.T, env []string, pkg, run string) {
	cmd := exec.Command("nsenter", "-t", strconv.Itoa(b.pid), "-n", "go", "test", "-count=1", "-v", "-parallel=16", "-run", run, ".")
	cmd.Dir = pkg
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Errorf("%s: %v", pkg, err)
	}
}

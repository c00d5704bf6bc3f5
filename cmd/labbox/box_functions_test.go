package main

import (
	"encoding/json"
	"net/url"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/labbox/labbox/internal/app"
)

const gatewayTests, lambdaTests = "../../internal/faas/gateway", "../../internal/faas/lambda"

// boxLoad lets the function platform's own tests loose on the lab, as far as they measure
// or kill: a deployment's life with calls that come while replicas come and go, and a
// thousand queued calls over a gateway that is killed.
func boxLoad(t *testing.T, b *box) {
	b.suite(t, gatewayTests, "^(TestBoxGateway|TestBoxQueueOutlivesTheGateway)$", b.functionEnv()...)
}

// boxPlatform tries the whole function interface with bad input, events of every kind, and
// AWS's clients. They wait for a minute and more for what never comes or comes once a
// minute, and the capstone passes beside them.
func boxPlatform(t *testing.T, b *box) {
	// Out here, for where the tests run there is no network to install from.
	mustOutput(t, exec.Command("../../.ci/pyenv", "../../.ci/lambda-clients.lock"))
	modules := exec.Command("go", "mod", "download")
	modules.Dir = lambdaTests + "/testdata/bootstrap"
	mustOutput(t, modules)
	env := b.functionEnv()
	var beside sync.WaitGroup
	beside.Go(func() { b.suite(t, gatewayTests, "^(TestBoxAPI|TestBoxEvents)$", env...) })
	beside.Go(func() { b.suite(t, lambdaTests, "^TestBoxLab$", env...) })
	t.Run("the capstone passes on real software", func(t *testing.T) { boxCapstone(t, b.with(t)) })
	beside.Wait()
}

// functionEnv tells the function platform's tests where the lab is.
func (b *box) functionEnv() []string {
	b.t.Helper()
	var logins []app.Credential
	if err := json.Unmarshal([]byte(b.must("credentials", "git", "-o", "json")), &logins); err != nil || len(logins) != 1 {
		b.t.Fatalf("%v, %d logins of git", err, len(logins))
	}
	git := (&url.URL{Scheme: "http", User: url.UserPassword(logins[0].User, logins[0].Password), Host: "127.0.0.1:3000"}).String()
	return []string{
		"LABBOX_TEST_GATEWAY=http://127.0.0.1:8080", "LABBOX_TEST_LAMBDA=http://127.0.0.1:8080",
		"LABBOX_TEST_PODS=1", "LABBOX_TEST_MLFLOW=http://127.0.0.1:5000", "LABBOX_TEST_GIT=" + git,
		"LABBOX_TEST_KUBECONFIG=" + filepath.Join(b.root, "var/lib/labbox/kubeconfig"),
	}
}

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
)

// boxPlatform lets the function platform's own tests loose on the lab: a deployment's
// life with calls that come while replicas come and go, a thousand queued calls over a
// gateway that is killed, and AWS's clients. They run in the machine's network, where
// the lab's ports are, and see this machine's files.
func boxPlatform(t *testing.T, b *box) {
	for _, suite := range []struct{ pkg, run string }{
		{"../../internal/faas/gateway", "^(TestBoxGateway|TestBoxQueueOutlivesTheGateway)$"},
		{"../../internal/faas/lambda", "^TestBoxLab$"},
	} {
		cmd := exec.Command("nsenter", "-t", strconv.Itoa(b.pid), "-n", "go", "test", "-count=1", "-v", "-run", suite.run, ".")
		cmd.Dir = suite.pkg
		cmd.Env = append(os.Environ(),
			"LABBOX_TEST_GATEWAY=http://127.0.0.1:8080", "LABBOX_TEST_LAMBDA=http://127.0.0.1:8080",
			"LABBOX_TEST_KUBECONFIG="+filepath.Join(b.root, "var/lib/labbox/kubeconfig"))
		out, err := cmd.CombinedOutput()
		t.Logf("%s", out)
		if err != nil {
			t.Errorf("%s: %v", suite.pkg, err)
		}
	}
}

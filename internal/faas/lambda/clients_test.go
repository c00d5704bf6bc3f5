package lambda

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/labbox/labbox/internal/faas/lambda/lambdatest"
)

// mustRun runs a program and returns what it prints on standard output.
func mustRun(t *testing.T, env []string, program string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Env = append(os.Environ(), env...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s%s", program, args, err, out, stderr.String())
	}
	return strings.TrimSpace(string(out))
}

// mustClients returns the directory of AWS's clients; the first time they are installed.
func mustClients(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("needs AWS's clients from PyPI")
	}
	return mustRun(t, nil, "../../../.ci/pyenv", "../../../.ci/lambda-clients.lock")
}

// mustBootstrap builds the function in testdata/bootstrap with AWS's Go client, and
// returns its zip file.
func mustBootstrap(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	program := filepath.Join(dir, "bootstrap")
	cmd := exec.Command("go", "build", "-tags", "lambda.norpc", "-ldflags", "-s -w", "-o", program, ".")
	cmd.Dir, cmd.Env = "testdata/bootstrap", append(os.Environ(), "GOWORK=off", "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build the bootstrap: %v\n%s", err, out)
	}
	text, err := os.ReadFile(program)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "function.zip")
	if err := os.WriteFile(path, lambdatest.MustZip(t, map[string]string{"bootstrap": string(text)}), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// AWS's own clients on both sides: boto3 calls, awslambdaric and aws-lambda-go answer.
func TestBoxBoto3(t *testing.T) {
	t.Parallel()
	bin := mustClients(t)
	f := newFixture(t, nil)
	f.pods.python = filepath.Join(bin, "python3")
	t.Log("\n" + mustRun(t, nil, filepath.Join(bin, "python3"), "testdata/clients.py", f.url, mustBootstrap(t), "testdata/app.py"))
	f.server.Wait()
	if n, m := f.codeFiles(t), len(f.deployments(t)); n+m != 0 {
		t.Errorf("left behind: %d files of code, %d deployments", n, m)
	}
}

// The same in a lab: LABBOX_TEST_LAMBDA is the address of its gateway.
func TestBoxLab(t *testing.T) {
	t.Parallel()
	bin := mustClients(t)
	address := os.Getenv("LABBOX_TEST_LAMBDA")
	if address == "" {
		t.Skip("LABBOX_TEST_LAMBDA is not set")
	}
	t.Log("\n" + mustRun(t, nil, filepath.Join(bin, "python3"), "testdata/clients.py", address, mustBootstrap(t), "testdata/app.py"))
}

func TestBoxBoto3Signs(t *testing.T) {
	t.Parallel()
	bin := mustClients(t)
	f := newFixture(t, func(c *Config) { c.SigV4, c.AccessKey, c.SecretKey = true, "LABKEY", "secret/+=" })
	mustRun(t, nil, filepath.Join(bin, "python3"), "testdata/signed.py", f.url, f.config.AccessKey, f.config.SecretKey)
}

func TestBoxAWSCommand(t *testing.T) {
	t.Parallel()
	bin := mustClients(t)
	f := newFixture(t, nil)
	f.pods.python = filepath.Join(bin, "python3")
	dir := t.TempDir()
	source, err := os.ReadFile("testdata/app.py")
	if err != nil {
		t.Fatal(err)
	}
	zip := filepath.Join(dir, "f.zip")
	if err := os.WriteFile(zip, lambdatest.MustZip(t, map[string]string{"app.py": string(source)}), 0o600); err != nil {
		t.Fatal(err)
	}
	env := []string{"AWS_ENDPOINT_URL_LAMBDA=" + f.url, "AWS_ACCESS_KEY_ID=x", "AWS_SECRET_ACCESS_KEY=y", "AWS_DEFAULT_REGION=eu-central-1", "AWS_PAGER="}
	aws := func(args ...string) string {
		return mustRun(t, env, filepath.Join(bin, "python3"), append([]string{filepath.Join(bin, "aws"), "lambda"}, args...)...)
	}
	aws("create-function", "--function-name", "cli", "--runtime", "python3.11", "--handler", "app.handler", "--role", role, "--zip-file", "fileb://"+zip)
	aws("wait", "function-active-v2", "--function-name", "cli")
	out := filepath.Join(dir, "out.json")
	shown := aws("invoke", "--function-name", "cli", "--payload", `{"name":"CLI"}`, "--log-type", "Tail", "--query", "LogResult", "--output", "text", out)
	text, err := os.ReadFile(out)
	var answer struct{ Greeting string }
	if err == nil {
		err = json.Unmarshal(text, &answer)
	}
	if err != nil || answer.Greeting != "hello CLI" || len(shown) < 100 {
		t.Errorf("%v: %s; log %s", err, text, shown)
	}
	if got := aws("list-functions", "--query", "Functions[].FunctionName", "--output", "text"); got != "cli" {
		t.Errorf("list-functions: %q", got)
	}
	aws("delete-function", "--function-name", "cli")
}

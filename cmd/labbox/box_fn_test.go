package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// boxFunctions writes, builds, deploys, changes, calls and removes functions, and
// builds one as faas-cli would.
func boxFunctions(t *testing.T, b *box) {
	const stack = "/srv/fn/stack.yaml"
	for name, lang := range map[string]string{"boxpy": "python", "boxnode": "node", "boxgo": "go"} {
		b.must("fn", "new", name, "--lang", lang, "-f", stack)
	}
	out := b.must("fn", "up", "boxpy", "boxnode", "-f", stack)
	t.Log(out)
	for _, name := range []string{"boxpy", "boxnode"} {
		if out := b.must("fn", "invoke", name, "-d", "box"); out != "Hello, box\n" {
			t.Errorf("%s answered %q", name, out)
		}
		if list := b.must("fn", "list"); !strings.Contains(list, "labbox.local/fn/"+name+":") {
			t.Errorf("%s is not in\n%s", name, list)
		}
	}
	// The machine has no Go, and says what to do about that.
	if _, errOut, code := b.labbox("fn", "build", "boxgo", "-f", stack); code != 2 || !strings.Contains(errOut, "no go command") {
		t.Errorf("a Go function: exit code %d, %s", code, errOut)
	}
	b.write("/srv/fn/boxpy/handler.py", "def handle(event, context):\n    print('changed', flush=True)\n    if event.path == '/fail': raise ValueError('on purpose')\n    return 'changed'\n")
	b.must("fn", "up", "boxpy", "-f", stack)
	if out := b.must("fn", "invoke", "boxpy"); out != "changed" {
		t.Errorf("after a change: %q", out)
	}
	if out, _, code := b.labbox("fn", "invoke", "boxpy", "--path", "/fail"); code != 16 || !strings.Contains(out, "on purpose") {
		t.Errorf("a function that fails: exit code %d, %q", code, out)
	}
	if out := b.must("fn", "logs", "boxpy", "--tail", "20"); !strings.Contains(out, "changed") || !strings.Contains(out, "on purpose") {
		t.Errorf("log: %s", out)
	}
	boxPublish(t, b)
	boxFaasCLI(t, b)
	b.must("fn", "remove", "boxpy", "boxnode", "boxremote")
	if _, _, code := b.labbox("fn", "invoke", "boxpy"); code != 15 {
		t.Errorf("a function that was removed: exit code %d, want 15", code)
	}
}

// boxPublish sends what faas-cli publish --remote-builder would send, and deploys it.
func boxPublish(t *testing.T, b *box) {
	t.Helper()
	b.must("fn", "templates", "/srv")
	b.write("/srv/wrap/com.openfaas.docker.config", `{"image":"ttl.sh/box/boxremote:1"}`)
	mustOutput(t, exec.Command("cp", "-a", filepath.Join(b.root, "srv/template/python3-http"), filepath.Join(b.root, "srv/wrap/context")))
	request := filepath.Join(b.root, "srv/request.tar")
	mustOutput(t, exec.Command("tar", "-cf", request, "-C", filepath.Join(b.root, "srv/wrap"), "."))
	body, err := os.ReadFile(request)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := os.ReadFile(filepath.Join(b.root, "var/lib/labbox/builder-secret"))
	if err != nil {
		t.Fatal(err)
	}
	mac := hmac.New(sha256.New, []byte(strings.TrimSpace(string(secret))))
	mac.Write(body)
	send := func(signature string) string {
		return mustOutput(t, b.outside("curl", "-s", "-H", "X-Build-Signature: sha256="+signature, "-H", "Accept: application/x-ndjson",
			"--data-binary", "@"+request, "http://127.0.0.1:8800/build"))
	}
	if answer := send(hex.EncodeToString(mac.Sum(nil))); !strings.Contains(answer, `"status":"success"`) {
		t.Errorf("the builder answered %s", answer)
	}
	if answer := send(strings.Repeat("0", 64)); !strings.Contains(answer, "signature does not fit") {
		t.Errorf("a wrong signature: %s", answer)
	}
	b.write("/srv/remote.yaml", "provider: {name: openfaas}\nfunctions:\n  boxremote: {lang: python3-http, handler: ./none, image: \"ttl.sh/box/boxremote:1\"}\n")
	b.must("fn", "deploy", "-f", "/srv/remote.yaml")
	if out := b.must("fn", "invoke", "boxremote", "-d", "remote"); out != "Hello, remote\n" {
		t.Errorf("the function answered %q", out)
	}
}

// faasCLI is what somebody who knows OpenFaaS types; templates are the lab's.
const faasCLI = `set -e
cd /srv/faas
export OPENFAAS_URL=http://127.0.0.1:8080 OPENFAAS_CONFIG=/srv/faas/.openfaas
/labbox fn templates
/labbox credentials gateway | sed -n 's/^ *password *//p' | faas-cli login -s -u admin
faas-cli new boxcli --lang node20 --prefix ttl.sh/box
faas-cli publish -f stack.yaml --remote-builder http://127.0.0.1:8800 --payload-secret /var/lib/labbox/builder-secret
faas-cli deploy -f stack.yaml
faas-cli ready boxcli
echo cli | faas-cli invoke boxcli
faas-cli remove -f stack.yaml`

// boxFaasCLI does it with the real faas-cli, when there is one: LABBOX_FAAS_CLI, or
// on PATH.
func boxFaasCLI(t *testing.T, b *box) {
	t.Helper()
	program := os.Getenv("LABBOX_FAAS_CLI")
	if program == "" {
		found, err := exec.LookPath("faas-cli")
		if err != nil {
			t.Log("the real faas-cli was not tried: neither LABBOX_FAAS_CLI nor PATH has it")
			return
		}
		program = found
	}
	b.write("/srv/faas/script", faasCLI)
	mustOutput(t, exec.Command("cp", program, filepath.Join(b.root, "usr/bin/faas-cli")))
	out, err := b.command("sh", "/srv/faas/script").CombinedOutput()
	if err != nil || !strings.Contains(string(out), "Hello, cli\n") {
		t.Errorf("faas-cli: %v\n%s", err, out)
	}
}

// write makes a file inside of the machine.
func (b *box) write(name, text string) {
	b.t.Helper()
	file := filepath.Join(b.root, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		b.t.Fatal(err)
	}
}

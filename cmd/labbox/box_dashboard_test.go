package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// pictureDir is where pictures are kept.
const pictureDir = "../../build/screenshots"

// boxDashboard asks the dashboard as Prometheus and a browser do. Both run in the
// machine's network, with the host's programs.
func boxDashboard(t *testing.T, b *box) {
	for path, want := range map[string]string{
		"/healthz":        "ok",
		"/metrics":        "labbox_component_ready",
		"/api/v1/status":  `"ready":true`,
		"/api/v1/modules": "gitops",
		// Each plot of the metrics page has something to draw.
		"/api/v1/query_range?query=cpu":      `"argocd"`,
		"/api/v1/query_range?query=memory":   `"mlops"`,
		"/api/v1/query_range?query=requests": `"classify.openfaas-fn"`,
		"/api/v1/query_range?query=latency":  `"classify.openfaas-fn"`,
		"/api/v1/query_range?query=power":    `"monitoring"`,
	} {
		out := mustOutput(t, b.outside("curl", "-sS", "--fail", "http://127.0.0.1:8800"+path))
		if !strings.Contains(out, want) {
			t.Errorf("%s does not say %q:\n%.400s", path, want, out)
		}
	}
	for _, url := range []string{"http://127.0.0.1:8081/", "http://127.0.0.1:5000/", "http://127.0.0.1:9090/query", "http://127.0.0.1:3000/"} {
		if out := mustOutput(t, b.outside("curl", "-sSL", "--fail", url)); !strings.Contains(strings.ToLower(out), "<html") {
			t.Errorf("%s is no page:\n%.200s", url, out)
		}
	}
	if _, err := exec.LookPath("chromium"); err != nil {
		t.Fatal("chromium is missing: make test-deps")
	}
	if err := os.MkdirAll(pictureDir, 0o755); err != nil {
		t.Fatal(err)
	}
	var pictures sync.WaitGroup
	for name, url := range map[string]string{
		"home": "http://127.0.0.1:8800/", "components": "http://127.0.0.1:8800/components", "capstone": "http://127.0.0.1:8800/capstone",
		"plots": "http://127.0.0.1:8800/plots", "argocd": "http://127.0.0.1:8081/", "mlflow": "http://127.0.0.1:5000/", "prometheus": "http://127.0.0.1:9090/query",
	} {
		pictures.Go(func() { b.screenshot(name, url) }) // one with an event stream takes eight seconds
	}
	pictures.Wait()
}

// outside prepares a program of the host to run in the machine's network.
func (b *box) outside(name string, args ...string) *exec.Cmd {
	return exec.Command("nsenter", append([]string{"-t", strconv.Itoa(b.pid), "-n", name}, args...)...)
}

// screenshot opens a page in a real browser and keeps what it shows.
func (b *box) screenshot(name, url string) {
	b.t.Helper()
	file, err := filepath.Abs(filepath.Join(pictureDir, "box-"+name+".png"))
	if err != nil {
		b.t.Error(err)
		return
	}
	_ = os.Remove(file)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	base := b.outside("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--disable-sync",
		"--user-data-dir="+b.t.TempDir(), "--window-size=1280,900", "--timeout=8000", "--screenshot="+file, url)
	cmd := exec.CommandContext(ctx, base.Args[0], base.Args[1:]...)
	out, err := cmd.CombinedOutput()
	if st, serr := os.Stat(file); serr != nil || st.Size() < 5000 {
		b.t.Errorf("no picture of %s: %v %v\n%s", url, serr, err, tail(string(out), 10))
	}
}

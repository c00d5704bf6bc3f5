package capstone

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const (
	workerApp = "../../bundle/images/ml-worker/rootfs/app"
	serverApp = "../../bundle/images/mlflow/rootfs/app"
)

// TestBoxPipelineOnRealMLflow runs the capstone with a real MLflow server, the real
// programs of the pipeline and the real model server; the rest stays in memory. It
// needs a Python with the packages of bundle/layers/mlflow.lock.
func TestBoxPipelineOnRealMLflow(t *testing.T) {
	python := os.Getenv("LABBOX_ML_PYTHON")
	if testing.Short() || python == "" {
		t.Skip("LABBOX_ML_PYTHON names no Python with the packages of bundle/layers/mlflow.lock")
	}
	w, data := mustWorld(t), t.TempDir()
	w.mlflowURL = mustServe(t, "/health", func(port string) *exec.Cmd {
		return mustPython(python, serverApp+"/launch.py", "PORT="+port,
			"BACKEND_STORE=sqlite:///"+data+"/mlflow.db", "ARTIFACT_ROOT="+data+"/artifacts")
	})
	var model string
	w.program = func(name string, env map[string]string) {
		env["MLFLOW_TRACKING_URI"] = w.mlflowURL
		var set []string
		for key, value := range env {
			set = append(set, key+"="+value)
		}
		program := strings.TrimPrefix(name, "digits-") + ".py"
		if out, err := mustPython(python, workerApp+"/"+program, set...).CombinedOutput(); err != nil {
			t.Errorf("%s: %v: %s", program, err, out)
		}
		if name == "digits-register" {
			model = mustServe(t, "/healthz", func(port string) *exec.Cmd {
				return mustPython(python, workerApp+"/serve.py", "PORT="+port, "MODEL_VERSION=1",
					"MLFLOW_TRACKING_URI="+w.mlflowURL, "MODEL_TARGET="+data+"/model"+port)
			})
		}
	}
	w.fakeFaaS.model = func(pixels []int) int { return mustPredict(t, model, pixels) }
	c := w.capstone()
	got := mustPass(t, mustRun(t, c))
	if right := got["function"].Evidence["right"].(int); right < 95 {
		t.Errorf("%d of 100 right", right)
	}
	mustMetric(t, model, `model_server_model_info{model="digits",version="1"} 1`)
	if got := mustPass(t, mustRun(t, c)); got["pipeline"].Evidence["trainedNow"] != false {
		t.Error("the second run has trained again")
	}
	for range 2 {
		if err := c.Reset(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	if got := mustPass(t, mustRun(t, c)); got["pipeline"].Evidence["trainedNow"] != true {
		t.Error("the run after the reset has not trained")
	}
}

func mustPython(python, program string, env ...string) *exec.Cmd {
	cmd := exec.Command(python, program)
	cmd.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1", "OMP_NUM_THREADS=1", "MLFLOW_DISABLE_TELEMETRY=true",
		"GIT_PYTHON_REFRESH=quiet", "MLFLOW_SERVER_ENABLE_JOB_EXECUTION=false")
	cmd.Env = append(cmd.Env, env...)
	return cmd
}

// mustServe starts a server on a free port, waits until path answers, and stops it
// at the test's end.
func mustServe(t *testing.T, path string, start func(port string) *exec.Cmd) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	l.Close()
	cmd := start(port)
	log, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait(); log.Close() })
	url := "http://127.0.0.1:" + port
	w := pace(1).await(time.Minute, cmd.String()+" to serve", "")
	err = w.until(context.Background(), func(ctx context.Context) (bool, string, error) {
		res, err := http.Get(url + path)
		if err != nil {
			return false, "", err
		}
		res.Body.Close()
		return res.StatusCode == http.StatusOK, res.Status, nil
	})
	if err != nil {
		said, _ := os.ReadFile(log.Name())
		t.Fatalf("%v: %s", err, said)
	}
	return url
}

func mustPredict(t *testing.T, url string, pixels []int) int {
	t.Helper()
	body, _ := json.Marshal(map[string]any{"pixels": pixels})
	res, err := http.Post(url+"/predict", "application/json", bytes.NewReader(body))
	if err != nil {
		t.Error(err)
		return -1
	}
	defer res.Body.Close()
	var a answer
	if err := json.NewDecoder(res.Body).Decode(&a); err != nil || a.Confidence <= 0 {
		t.Errorf("answer %+v, error %v", a, err)
	}
	return a.Digit
}

func mustMetric(t *testing.T, url, line string) {
	t.Helper()
	res, err := http.Get(url + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil || !strings.Contains(string(text), line+"\n") {
		t.Errorf("%v: no line %s in %s", err, line, fmt.Sprintf("%.400s", text))
	}
}

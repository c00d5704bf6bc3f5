package remote

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/labbox/labbox/internal/fn/build"
)

const secret = "the payload secret"

func mustContext(t *testing.T, files map[string]string) []byte {
	t.Helper()
	var buf bytes.Buffer
	tw := tar.NewWriter(&buf)
	for name, text := range files {
		if err := tw.WriteHeader(&tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o644, Size: int64(len(text))}); err != nil {
			t.Fatal(err)
		}
		if _, err := tw.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := tw.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func sign(body []byte, key string) string {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write(body)
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}

// ask sends a build to a builder whose images are only counted.
func ask(t *testing.T, body []byte, header map[string]string, fail error) (*httptest.ResponseRecorder, string) {
	t.Helper()
	scratch, base := t.TempDir(), ""
	b := New(Options{Secret: []byte(secret), Scratch: scratch, Image: func(_ context.Context, order *build.Order, res *build.Result) (string, error) {
		base = res.Base
		return order.Image, fail
	}})
	r := httptest.NewRequest(http.MethodPost, "/build", bytes.NewReader(body))
	for k, v := range header {
		r.Header.Set(k, v)
	}
	w := httptest.NewRecorder()
	b.ServeHTTP(w, r)
	if left, err := os.ReadDir(scratch); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	return w, base
}

func goodContext(t *testing.T) []byte {
	t.Helper()
	return mustContext(t, map[string]string{
		build.ConfigName: `{"image":"ttl.sh/x/hello:1"}`, "context/template.yml": "language: python3-http\n",
		"context/Dockerfile": "FROM python\nRUN x\n", "context/function/handler.py": "def handle(event, context): pass\n",
	})
}

func TestBuild(t *testing.T) {
	t.Parallel()
	body := goodContext(t)
	w, base := ask(t, body, map[string]string{SignatureHeader: sign(body, secret)}, nil)
	var got result
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if w.Code != 200 || got.Status != "success" || got.Image != "ttl.sh/x/hello:1" || len(got.Log) < 3 || base != "labbox.local/fn-python:dev" {
		t.Errorf("%d %+v on %q", w.Code, got, base)
	}
}

func TestBuildStreams(t *testing.T) {
	t.Parallel()
	body := goodContext(t)
	tests := []struct {
		name   string
		body   []byte
		fail   error
		status string
		text   string // in the last line
	}{
		{"success", body, nil, "success", "ttl.sh/x/hello:1"},
		{"a refusal", mustContext(t, map[string]string{build.ConfigName: `{"image":"x"}`, "context/template.yml": "language: java11\n", "context/function/x": ""}), nil, "failed", "no runtime"},
		{"a failure", body, errors.New("containerd is away"), "failed", "containerd is away"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w, _ := ask(t, tt.body, map[string]string{SignatureHeader: sign(tt.body, secret), "Accept": "application/x-ndjson"}, tt.fail)
			lines := strings.Split(strings.TrimSpace(w.Body.String()), "\n")
			if w.Code != 200 || w.Header().Get("Content-Type") != "application/x-ndjson" || !w.Flushed {
				t.Errorf("%d %v", w.Code, w.Header())
			}
			for i, line := range lines {
				var got result
				if err := json.Unmarshal([]byte(line), &got); err != nil {
					t.Fatalf("%q: %v", line, err)
				}
				want := "in_progress"
				if i == len(lines)-1 {
					want = tt.status
				}
				if got.Status != want || got.Log == nil {
					t.Errorf("line %d is %s, want status %s", i, line, want)
				}
			}
			if last := lines[len(lines)-1]; !strings.Contains(last, tt.text) {
				t.Errorf("last line %s, want %q in it", last, tt.text)
			}
		})
	}
}

func TestBuildRefuses(t *testing.T) {
	t.Parallel()
	body := goodContext(t)
	run := mustContext(t, map[string]string{build.ConfigName: `{"image":"x"}`, "context/Dockerfile": "FROM x\nRUN y\n"})
	tests := []struct {
		name      string
		body      []byte
		signature string
		status    int
		want      string
	}{
		{"no signature", body, "", 401, SignatureHeader},
		{"another key", body, sign(body, "guess"), 401, "does not fit"},
		{"another body", append(bytes.Clone(body), 0), sign(body, secret), 401, "does not fit"},
		{"another hash", body, "sha1=00", 401, SignatureHeader},
		{"no tar", []byte("x"), sign([]byte("x"), secret), 422, "read the build context"},
		{"RUN", run, sign(run, secret), 422, "RUN needs a container"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w, base := ask(t, tt.body, map[string]string{SignatureHeader: tt.signature}, nil)
			if w.Code != tt.status || !strings.Contains(w.Body.String(), tt.want) || base != "" {
				t.Errorf("%d %s, want %d %q", w.Code, w.Body, tt.status, tt.want)
			}
		})
	}
	w := httptest.NewRecorder()
	New(Options{}).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/build", nil))
	if w.Code != http.StatusMethodNotAllowed {
		t.Errorf("GET answered %d", w.Code)
	}
}

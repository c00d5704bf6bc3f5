// Package lambdatest is what tests of Lambda share: a function's process that does
// as its event says, and zip files around it.
package lambdatest

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"
)

// ChildVariable makes a test's program the function's process; see Child.
const ChildVariable = "LABBOX_LAMBDA_CHILD"

// Event tells the process what to do.
type Event struct {
	// Do is echo, environ, error, panic, exit, sleep, large, stream, broken, twice or wrong.
	Do string `json:"do"`
	// Milliseconds to sleep, or between the parts of a stream.
	Milliseconds int `json:"ms,omitempty"`
	// Print goes to the log first.
	Print string `json:"print,omitempty"`
	// Size of a large answer.
	Size int `json:"size,omitempty"`
	// Headers of a function URL's request: x-do stands for Do, x-fail for error.
	Headers map[string]string `json:"headers,omitempty"`
}

// Child runs the function's process and exits, if the environment says so; otherwise
// it does nothing. Call it first in TestMain.
func Child() {
	mode := os.Getenv(ChildVariable)
	if mode == "" {
		return
	}
	api := "http://" + os.Getenv("AWS_LAMBDA_RUNTIME_API") + "/2018-06-01/runtime/"
	switch mode {
	case "init-error":
		send(api+"init/error", `{"errorMessage":"no module","errorType":"Runtime.ImportModuleError","stackTrace":["a"]}`, nil)
		os.Exit(1)
	case "init-exit":
		os.Exit(3)
	case "init-hang":
		time.Sleep(time.Hour)
	}
	for {
		resp, err := http.Get(api + "invocation/next")
		if err != nil {
			os.Exit(4)
		}
		body, _ := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			os.Exit(5)
		}
		var e Event
		_ = json.Unmarshal(body, &e)
		if e.Headers["x-do"] != "" {
			e.Do = e.Headers["x-do"]
		}
		if e.Headers["x-fail"] != "" {
			e.Do = "error"
		}
		if e.Print != "" {
			fmt.Print(e.Print)
		}
		do(api+"invocation/"+resp.Header.Get("Lambda-Runtime-Aws-Request-Id")+"/", e, body, resp.Header)
	}
}

func do(base string, e Event, body []byte, h http.Header) {
	switch e.Do {
	case "environ":
		text, _ := json.Marshal(map[string]any{"environ": os.Environ(), "headers": h})
		send(base+"response", string(text), nil)
	case "error":
		send(base+"error", `{"errorMessage":"it failed","errorType":"ValueError","stackTrace":["at line 1"]}`, nil)
	case "panic":
		send(base+"error", `{"errorMessage":"oh no","errorType":"string","stackTrace":[{"path":"main.go","line":1,"label":"main"}]}`, nil)
		os.Exit(1)
	case "exit":
		os.Exit(7)
	case "sleep":
		time.Sleep(time.Duration(e.Milliseconds) * time.Millisecond)
		send(base+"response", `"slept"`, nil)
	case "large":
		send(base+"response", `"`+strings.Repeat("x", e.Size-2)+`"`, nil)
	case "stream", "broken":
		stream(base+"response", e)
	case "twice":
		send(base+"response", `"once"`, nil)
		fmt.Printf("the second answer: %d\n", send(base+"response", `"twice"`, nil))
	case "wrong":
		status := send(base+"../no-such-id/response", `"wrong"`, nil)
		send(base+"response", fmt.Sprint(status), nil)
	default:
		send(base+"response", string(body), nil)
	}
}

// stream answers in three parts behind a prelude.
func stream(url string, e Event) {
	r, w := io.Pipe()
	req, _ := http.NewRequest(http.MethodPost, url, r)
	req.Header.Set("Lambda-Runtime-Function-Response-Mode", "streaming")
	req.Header.Set("Content-Type", "application/vnd.awslambda.http-integration-response")
	req.Trailer = http.Header{}
	if e.Do == "broken" {
		req.Trailer = http.Header{"Lambda-Runtime-Function-Error-Type": {"Late"}, "Lambda-Runtime-Function-Error-Body": {"eyJlcnJvck1lc3NhZ2UiOiJsYXRlIn0="}}
	}
	go func() {
		_, _ = io.WriteString(w, `{"statusCode":201,"headers":{"x-kind":"stream"},"cookies":["a=b"]}`+strings.Repeat("\x00", 8))
		for i := range 3 {
			time.Sleep(time.Duration(e.Milliseconds) * time.Millisecond)
			_, _ = fmt.Fprintf(w, "part %d\n", i)
		}
		_ = w.Close()
	}()
	if resp, err := http.DefaultClient.Do(req); err == nil {
		_ = resp.Body.Close()
	}
}

func send(url, body string, h http.Header) int {
	req, _ := http.NewRequest(http.MethodPost, url, strings.NewReader(body))
	for k, v := range h {
		req.Header[k] = v
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	return resp.StatusCode
}

// MustZip packs files, each executable.
func MustZip(t testing.TB, files map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range files {
		h := &zip.FileHeader{Name: name, Method: zip.Deflate}
		h.SetMode(0o755)
		w, err := z.CreateHeader(h)
		if err == nil {
			_, err = io.WriteString(w, text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// MustChildZip is the code of a function whose process is this test's program.
func MustChildZip(t testing.TB) []byte {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return MustZip(t, map[string]string{"bootstrap": "#!/bin/sh\nexec " + exe + "\n"})
}

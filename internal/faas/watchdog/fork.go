package watchdog

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// maxSerialized bounds what ModeSerializing holds in memory, of a request as of an answer.
const maxSerialized = 64 << 20

var errTooLarge = errors.New("larger than the serializing mode allows")

// forker runs the function's program once per call.
type forker struct {
	config Config
	log    *slog.Logger
}

// ServeHTTP implements http.Handler.
func (f *forker) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	if f.config.Mode == ModeSerializing {
		f.serialize(rw, r)
		return
	}
	f.stream(rw, r)
}

// command prepares the program for one call; at the end of ctx it is killed with
// all that it started.
func (f *forker) command(r *http.Request) *exec.Cmd {
	cmd := exec.CommandContext(r.Context(), f.config.Process[0], f.config.Process[1:]...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = time.Second
	cmd.Env = os.Environ()
	if f.config.RequestEnv {
		cmd.Env = append(cmd.Env, requestEnv(r)...)
	}
	return cmd
}

// requestEnv tells the program about the request.
func requestEnv(r *http.Request) []string {
	env := make([]string, 0, len(r.Header)+5)
	for name, values := range r.Header {
		env = append(env, "Http_"+strings.ReplaceAll(name, "-", "_")+"="+strings.Join(values, ", "))
	}
	env = append(env, "Http_Method="+r.Method, "Http_Path="+r.URL.Path, "Http_Host="+r.Host)
	if r.URL.RawQuery != "" {
		env = append(env, "Http_Query="+r.URL.RawQuery)
	}
	if r.ContentLength >= 0 {
		env = append(env, "Http_ContentLength="+strconv.FormatInt(r.ContentLength, 10))
	}
	if len(r.TransferEncoding) > 0 {
		env = append(env, "Http_Transfer_Encoding="+strings.Join(r.TransferEncoding, ", "))
	}
	return env
}

// serialize reads the whole request, runs the program, and answers as a whole.
func (f *forker) serialize(rw http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(rw, r.Body, maxSerialized))
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		refuse(rw, r, http.StatusRequestEntityTooLarge, "the request's body is "+errTooLarge.Error())
		return
	}
	if err != nil {
		refuse(rw, r, http.StatusBadRequest, "read the request's body: "+err.Error())
		return
	}
	cmd := f.command(r)
	out := &bounded{limit: maxSerialized}
	logs := &prefixer{to: os.Stderr, name: "stderr", limit: f.config.LogBuffer}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(body), out, f.stderr(logs)
	if f.config.CombineOutput {
		cmd.Stderr = out // the same writer: the program's words stay in their order
	}
	err = cmd.Run()
	logs.flush()
	if f.config.WriteDebug {
		f.log.Info("answer", "path", r.URL.Path, "call", r.Header.Get("X-Call-Id"), "body", out.String())
	}
	if err != nil {
		f.failed(rw, r, err)
		return
	}
	rw.Header().Set("Content-Type", f.config.ContentType)
	rw.Header().Set("X-Duration-Seconds", duration(r.Context()))
	rw.Header().Set("Content-Length", strconv.Itoa(out.Len()))
	_, _ = rw.Write(out.Bytes())
}

// stream connects the request to the program's input and its output to the answer,
// both as they come.
func (f *forker) stream(rw http.ResponseWriter, r *http.Request) {
	rc := http.NewResponseController(rw)
	if r.ProtoMajor == 1 {
		_ = rc.EnableFullDuplex()
	}
	cmd := f.command(r)
	logs := &prefixer{to: os.Stderr, name: "stderr", limit: f.config.LogBuffer}
	out := &flusher{rw: rw, rc: rc, begin: func() {
		rw.Header().Set("Content-Type", f.config.ContentType)
		rw.Header().Set("X-Duration-Seconds", duration(r.Context()))
	}}
	cmd.Stdout, cmd.Stderr = out, f.stderr(logs)
	stdin, err := cmd.StdinPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		f.failed(rw, r, err)
		return
	}
	fed := make(chan struct{})
	go func() {
		defer close(fed)
		_, _ = io.Copy(stdin, r.Body)
		_ = stdin.Close()
	}()
	err = cmd.Wait()
	logs.flush()
	_ = rc.SetReadDeadline(time.Unix(1, 0)) // a client that still sends must not hold the call up
	<-fed
	_ = rc.SetReadDeadline(time.Time{})
	switch {
	case err == nil && !out.begun:
		out.begin()
		rw.WriteHeader(http.StatusOK)
	case err != nil && !out.begun:
		f.failed(rw, r, err)
	case err != nil:
		f.log.Warn("program failed after its answer began", "error", err)
		panic(http.ErrAbortHandler) // the client sees that the answer is not whole
	}
}

func (f *forker) stderr(logs *prefixer) io.Writer {
	if f.config.PrefixLogs {
		return logs
	}
	return os.Stderr
}

// failed tells a timeout from a program that cannot start and from one that failed.
func (f *forker) failed(rw http.ResponseWriter, r *http.Request, err error) {
	var exit *exec.ExitError
	switch {
	case errors.Is(context.Cause(r.Context()), errTimeout):
		refuse(rw, r, http.StatusGatewayTimeout, errTimeout.Error())
	case errors.Is(err, errTooLarge):
		refuse(rw, r, http.StatusInternalServerError, "the function's answer is "+errTooLarge.Error())
	case errors.As(err, &exit):
		f.log.Warn("program failed", "error", err)
		rw.Header().Set("X-Duration-Seconds", duration(r.Context()))
		http.Error(rw, fmt.Sprintf("the function's program failed: %s", err), http.StatusInternalServerError)
	default:
		f.log.Error("program did not run", "process", f.config.Process, "error", err)
		refuse(rw, r, http.StatusInternalServerError, fmt.Sprintf("run the function's program: %s", err))
	}
}

// bounded is a buffer that fails when it gets too large.
type bounded struct {
	bytes.Buffer
	limit int
}

// Write implements io.Writer.
func (b *bounded) Write(p []byte) (int, error) {
	if b.Len()+len(p) > b.limit {
		return 0, errTooLarge
	}
	return b.Buffer.Write(p)
}

// flusher sends what it is given at once.
type flusher struct {
	rw    http.ResponseWriter
	rc    *http.ResponseController
	begin func()
	begun bool
}

// Write implements io.Writer.
func (f *flusher) Write(p []byte) (int, error) {
	if !f.begun {
		f.begun = true
		f.begin()
	}
	n, err := f.rw.Write(p)
	if err == nil {
		err = f.rc.Flush()
	}
	return n, err
}

package runtime

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"io"
	"net/http"
	"time"
)

// maxEvent is Lambda's limit of an event.
const maxEvent = 6 << 20

// handler is what the gateway and the kubelet see.
func (r *Runtime) handler() http.Handler {
	mux := http.NewServeMux()
	health := func(w http.ResponseWriter, req *http.Request) {
		if !r.awaitReady(req.Context()) {
			http.Error(w, "the function is not ready", http.StatusServiceUnavailable)
			return
		}
		_, _ = io.WriteString(w, "OK")
	}
	mux.HandleFunc("GET /_/health", health)
	mux.HandleFunc("GET /_/ready", health)
	mux.HandleFunc("GET /_/alive", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "OK") })
	mux.HandleFunc("POST "+invokePath, r.invoke)
	return mux
}

// holdBack is how long a question whether the function is ready may wait for a yes: a
// little less than probes do. So the first that is asked finds out at once.
const holdBack = 1500 * time.Millisecond

func (r *Runtime) awaitReady(ctx context.Context) bool {
	late := time.NewTimer(holdBack)
	defer late.Stop()
	select {
	case <-r.box.ready:
		return !r.box.leaving.Load()
	case <-late.C:
	case <-ctx.Done():
	}
	return false
}

// invoke serves one request of NewRequest.
func (r *Runtime) invoke(w http.ResponseWriter, req *http.Request) {
	event, err := io.ReadAll(http.MaxBytesReader(w, req.Body, maxEvent))
	if err != nil {
		http.Error(w, "the event cannot be read: "+err.Error(), http.StatusBadRequest)
		return
	}
	i := &Invocation{ID: req.Header.Get(headerID), ARN: req.Header.Get(headerARN), Trace: req.Header.Get(headerTrace), Event: event}
	if i.ID == "" {
		http.Error(w, "this address takes invocations of the gateway only", http.StatusBadRequest)
		return
	}
	select {
	case <-r.box.ready: // the gateway may be early, but never starts the process
	case <-req.Context().Done():
		return
	}
	text, _ := base64.StdEncoding.DecodeString(req.Header.Get(headerContext))
	i.ClientContext = string(text)
	out := newAnswerWriter(w)
	if req.Header.Get(headerStream) != "" {
		i.Stream = out.stream
	}
	result, err := r.box.Invoke(req.Context(), i)
	if err != nil {
		panic(http.ErrAbortHandler) // the gateway is gone
	}
	out.finish(result)
}

// answerWriter writes an Answer.
type answerWriter struct {
	w  http.ResponseWriter
	rc *http.ResponseController
}

func newAnswerWriter(w http.ResponseWriter) *answerWriter {
	w.Header().Set("Content-Type", answerType)
	a := &answerWriter{w, http.NewResponseController(w)}
	w.WriteHeader(http.StatusOK)
	_ = a.rc.Flush()
	return a
}

func (a *answerWriter) head(h head) {
	line, _ := json.Marshal(h)
	_, _ = a.w.Write(append(line, '\n'))
}

// part writes a part of the payload; the function goes on although nobody listens.
func (a *answerWriter) part(p []byte) {
	_ = binary.Write(a.w, binary.BigEndian, uint32(len(p)))
	_, _ = a.w.Write(p)
}

// stream passes on what comes, piece by piece.
func (a *answerWriter) stream(contentType string, body io.Reader) error {
	a.head(head{Streamed: true, ContentType: contentType})
	_ = a.rc.Flush()
	buffer := make([]byte, 32<<10)
	for {
		n, err := body.Read(buffer)
		if n > 0 {
			a.part(buffer[:n])
			_ = a.rc.Flush()
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (a *answerWriter) finish(result Result) {
	end := ending{Failed: result.Failed, Log: result.Log}
	if result.Streamed {
		end.Error = result.Payload
	} else {
		a.head(head{})
		if len(result.Payload) > 0 {
			a.part(result.Payload)
		}
	}
	a.part(nil)
	text, _ := json.Marshal(end)
	_, _ = a.w.Write(text)
}

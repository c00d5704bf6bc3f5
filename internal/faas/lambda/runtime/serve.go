package runtime

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"io"
	"net/http"
)

// maxEvent is Lambda's limit of an event.
const maxEvent = 6 << 20

// handler is what the gateway and the kubelet see.
func (r *Runtime) handler() http.Handler {
	mux := http.NewServeMux()
	health := func(w http.ResponseWriter, _ *http.Request) {
		if !r.box.ready.Load() {
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

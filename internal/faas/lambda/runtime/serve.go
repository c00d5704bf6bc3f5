package runtime

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
)

const (
	answerType = "application/vnd.labbox.invocation"
	// maxEvent is Lambda's limit of an event.
	maxEvent = 6 << 20
)

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
	h := w.Header()
	h.Set("Content-Type", answerType)
	for _, name := range []string{trailerFailed, trailerError, trailerLog} {
		h.Add("Trailer", name)
	}
	a := &answerWriter{w, http.NewResponseController(w)}
	w.WriteHeader(http.StatusOK)
	_ = a.rc.Flush()
	return a
}

func (a *answerWriter) head(h head) {
	line, _ := json.Marshal(h)
	_, _ = a.w.Write(append(line, '\n'))
}

// stream passes on what comes, piece by piece.
func (a *answerWriter) stream(contentType string, body io.Reader) error {
	a.head(head{Streamed: true, ContentType: contentType})
	_ = a.rc.Flush()
	buffer := make([]byte, 32<<10)
	for {
		n, err := body.Read(buffer)
		if n > 0 {
			_, _ = a.w.Write(buffer[:n]) // the function goes on although nobody listens
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
	h := a.w.Header()
	if !result.Streamed {
		a.head(head{})
		_, _ = a.w.Write(result.Payload)
	} else if text := base64.StdEncoding.EncodeToString(result.Payload); result.Failed && len(text) <= maxTrailer {
		h.Set(trailerError, text)
	}
	if result.Failed {
		h.Set(trailerFailed, "1")
	}
	h.Set(trailerLog, base64.StdEncoding.EncodeToString(result.Log))
}

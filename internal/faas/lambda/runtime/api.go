package runtime

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// apiHandler is the Runtime API, as the function's process sees it.
func (b *sandbox) apiHandler() http.Handler {
	mux := http.NewServeMux()
	const base = "/2018-06-01/runtime/"
	mux.HandleFunc("GET "+base+"invocation/next", b.next)
	mux.HandleFunc("POST "+base+"invocation/{id}/response", b.response)
	mux.HandleFunc("POST "+base+"invocation/{id}/error", b.failed)
	mux.HandleFunc("POST "+base+"init/error", b.initError)
	mux.HandleFunc("GET "+base+"restore/next", func(w http.ResponseWriter, _ *http.Request) {
		refuse(w, http.StatusForbidden, failure{Message: "There is no snapshot to restore.", Type: "InvalidStateTransition"})
	})
	b.extensions.routes(mux)
	return mux
}

// next blocks until there is an event for the process.
func (b *sandbox) next(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	l, current := b.life, b.current
	b.mu.Unlock()
	if l == nil {
		refuse(w, http.StatusServiceUnavailable, failure{Message: "There is no environment.", Type: "InvalidStateTransition"})
		return
	}
	if current != nil && current.open() {
		refuse(w, http.StatusForbidden, failure{Message: "The invocation " + current.ID + " is not answered yet.", Type: "InvalidStateTransition"})
		return
	}
	l.once.Do(func() {
		l.took = time.Since(l.began)
		close(l.waiting)
	})
	select {
	case i := <-l.events:
		hand(w, i)
	case <-l.Ended():
		refuse(w, http.StatusServiceUnavailable, failure{Message: "The environment has ended.", Type: "InvalidStateTransition"})
	case <-r.Context().Done():
	}
}

// hand writes an event. The deadline must be a whole number: clients parse it as one.
func hand(w http.ResponseWriter, i *Invocation) {
	i.mu.Lock()
	i.out = true
	i.mu.Unlock()
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Lambda-Runtime-Aws-Request-Id", i.ID)
	h.Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(i.deadline.UnixMilli(), 10))
	h.Set("Lambda-Runtime-Invoked-Function-Arn", i.ARN)
	h.Set("Lambda-Runtime-Trace-Id", i.Trace)
	if i.ClientContext != "" {
		h.Set("Lambda-Runtime-Client-Context", i.ClientContext)
	}
	h.Set("Content-Length", strconv.Itoa(len(i.Event)))
	_, _ = w.Write(i.Event)
}

// answering returns the invocation that r is about, or writes why there is none.
func (b *sandbox) answering(w http.ResponseWriter, r *http.Request) *Invocation {
	b.mu.Lock()
	i := b.current
	b.mu.Unlock()
	if i == nil || i.ID != r.PathValue("id") {
		refuse(w, http.StatusBadRequest, failure{Message: "Invalid request ID", Type: "InvalidRequestID"})
		return nil
	}
	if !i.take(handed, answering) {
		refuse(w, http.StatusForbidden, failure{Message: "The invocation is answered already.", Type: "InvalidStateTransition"})
		return nil
	}
	return i
}

// response takes the function's answer.
func (b *sandbox) response(w http.ResponseWriter, r *http.Request) {
	i := b.answering(w, r)
	if i == nil {
		return
	}
	if i.Stream != nil && streams(r) {
		b.stream(w, r, i)
		return
	}
	payload, err := io.ReadAll(io.LimitReader(r.Body, maxResult+1))
	switch {
	case err != nil:
		i.finish(failure{Message: "The answer broke off.", Type: "Runtime.TruncatedResponse"}.result())
		refuse(w, http.StatusBadRequest, failure{Message: "The answer broke off.", Type: "TruncatedResponse"})
	case len(payload) > maxResult:
		_, _ = io.Copy(io.Discard, io.LimitReader(r.Body, maxStream)) // clients read the answer only then
		i.finish(tooLarge().result())
		refuse(w, http.StatusRequestEntityTooLarge, failure{Message: fmt.Sprintf("Exceeded maximum allowed payload size (%d bytes).", maxResult), Type: "RequestEntityTooLarge"})
	default:
		if f, broke := trailed(r); broke {
			i.finish(f)
		} else {
			i.finish(Result{Payload: payload})
		}
		accepted(w)
	}
}

// streams says whether a function sends its answer while it makes it. AWS's Go client
// has no header for that, but sends everything in chunks, JSON too.
func streams(r *http.Request) bool {
	return r.Header.Get("Lambda-Runtime-Function-Response-Mode") == "streaming" ||
		r.ContentLength < 0 && !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json")
}

// stream passes the answer on while it comes.
func (b *sandbox) stream(w http.ResponseWriter, r *http.Request, i *Invocation) {
	body := &io.LimitedReader{R: r.Body, N: maxStream}
	err := i.Stream(r.Header.Get("Content-Type"), body)
	result := Result{Streamed: true}
	switch f, broke := trailed(r); {
	case broke:
		result.Payload, result.Failed = f.Payload, true
	case body.N <= 0:
		result = tooLarge().result()
		result.Streamed = true
	case err != nil:
		result = failure{Message: "The answer broke off.", Type: "Runtime.TruncatedResponse"}.result()
		result.Streamed = true
	}
	i.finish(result)
	accepted(w)
}

// trailed returns the error that a function sent behind its answer.
func trailed(r *http.Request) (Result, bool) {
	kind := r.Trailer.Get("Lambda-Runtime-Function-Error-Type")
	if kind == "" {
		return Result{}, false
	}
	body, err := base64.StdEncoding.DecodeString(r.Trailer.Get("Lambda-Runtime-Function-Error-Body"))
	if err != nil || !json.Valid(body) {
		return failure{Message: "The function failed while it answered.", Type: kind}.result(), true
	}
	return Result{Payload: body, Failed: true}, true
}

// failed takes the function's error.
func (b *sandbox) failed(w http.ResponseWriter, r *http.Request) {
	i := b.answering(w, r)
	if i == nil {
		return
	}
	i.finish(shape(r, "Runtime.Unknown"))
	accepted(w)
}

// shape reads an error's shape from a body; what is none is replaced by one.
func shape(r *http.Request, otherwise string) Result {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxResult+1))
	if err == nil && len(body) <= maxResult && json.Valid(body) {
		return Result{Payload: body, Failed: true}
	}
	kind := r.Header.Get("Lambda-Runtime-Function-Error-Type")
	if kind == "" {
		kind = otherwise
	}
	return failure{Message: "Unhandled", Type: kind}.result()
}

// initError takes why the function cannot start.
func (b *sandbox) initError(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	l := b.life
	b.mu.Unlock()
	if l == nil {
		refuse(w, http.StatusForbidden, failure{Message: "There is no environment.", Type: "InvalidStateTransition"})
		return
	}
	select {
	case <-l.waiting:
		refuse(w, http.StatusForbidden, failure{Message: "The function has started already.", Type: "InvalidStateTransition"})
		return
	default:
	}
	var f failure
	raw := shape(r, "Runtime.Unknown").Payload
	if err := json.Unmarshal(raw, &f); err != nil {
		f = failure{Message: "Unhandled", Type: "Runtime.Unknown"}
	}
	f.raw = raw
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.fail == nil {
		l.fail = &f
		close(l.refused)
	}
	accepted(w)
}

func accepted(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusAccepted)
	_, _ = io.WriteString(w, `{"status":"OK"}`+"\n")
}

func refuse(w http.ResponseWriter, status int, f failure) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(f)
}

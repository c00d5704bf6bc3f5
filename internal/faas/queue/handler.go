package queue

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/labbox/labbox/internal/faas/store"
)

// Handler serves what callers use, without authentication as calls have none either:
//
//	POST   /async-function/{name}[.{namespace}][/path]   202, X-Call-Id; 429 when full
//	DELETE /async-function/{call-id}                     202
func (q *Queue) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Served-By", "labbox/"+q.o.Version)
		switch r.Method {
		case http.MethodPost:
			q.accept(w, r)
		case http.MethodDelete:
			q.cancelled(w, r)
		default:
			w.Header().Set("Allow", "DELETE, POST")
			http.Error(w, "asynchronous calls are made with POST and cancelled with DELETE", http.StatusMethodNotAllowed)
		}
	})
}

func (q *Queue) accept(w http.ResponseWriter, r *http.Request) {
	call, ok := q.target(r.URL)
	if !ok {
		http.Error(w, "the path must be /async-function/{name} or /async-function/{name}.{namespace}", http.StatusBadRequest)
		return
	}
	if call.Callback = r.Header.Get("X-Callback-Url"); call.Callback != "" {
		if err := checkCallback(call.Callback); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
	}
	if _, ok := q.o.Functions.Lookup(call.Key); !ok {
		http.Error(w, "function "+call.Key.String()+" not found", http.StatusNotFound)
		return
	}
	if r.ContentLength > q.o.MaxBody {
		tooLarge(w, q.o.MaxBody)
		return
	}
	free, ok := q.room(r)
	if !ok {
		q.refuse(w, errBusy)
		return
	}
	defer free()
	body, err := readBody(w, r, q.o.MaxBody)
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		tooLarge(w, q.o.MaxBody)
		return
	case err != nil:
		http.Error(w, "the body did not come: "+err.Error(), http.StatusRequestTimeout)
		return
	}
	call.Method, call.Host, call.Body, call.Header = r.Method, r.Host, body, forFunction(r)
	if call.ID = r.Header.Get("X-Call-Id"); call.ID == "" {
		call.ID = uuid.NewString()
	}
	if err := q.Enqueue(r.Context(), call); err != nil {
		q.refuse(w, err)
		return
	}
	w.Header().Set("X-Call-Id", call.ID)
	w.WriteHeader(http.StatusAccepted)
}

// errBusy: the bodies of other calls take all the room that there is.
var errBusy = errors.New("too many large calls are just coming in")

// room waits a little until there is memory for r's body.
func (q *Queue) room(r *http.Request) (free func(), ok bool) {
	size := r.ContentLength
	if size < 0 {
		size = q.o.MaxBody
	}
	ctx, cancel := context.WithTimeout(r.Context(), roomWait)
	defer cancel()
	if err := q.reading.Acquire(ctx, size); err != nil {
		return nil, false
	}
	return func() { q.reading.Release(size) }, true
}

// roomWait is short enough for callers to come again.
const roomWait = 10 * time.Second

// readBody takes no more memory than the body has, if its length is told.
func readBody(w http.ResponseWriter, r *http.Request, limit int64) ([]byte, error) {
	var b bytes.Buffer
	if r.ContentLength > 0 {
		b.Grow(int(min(r.ContentLength, limit)) + bytes.MinRead)
	}
	_, err := b.ReadFrom(http.MaxBytesReader(w, r.Body, limit))
	return b.Bytes(), err
}

func tooLarge(w http.ResponseWriter, limit int64) {
	w.Header().Set("Connection", "close") // what is left of the body is not worth reading
	http.Error(w, "the body is larger than "+strconv.FormatInt(limit, 10)+" bytes", http.StatusRequestEntityTooLarge)
}

func (q *Queue) refuse(w http.ResponseWriter, err error) {
	status := http.StatusInternalServerError
	switch {
	case errors.Is(err, ErrFull):
		status = http.StatusTooManyRequests
	case errors.Is(err, ErrClosed), errors.Is(err, errBusy):
		status = http.StatusServiceUnavailable
	}
	if status != http.StatusInternalServerError {
		w.Header().Set("Retry-After", "5")
		http.Error(w, err.Error(), status)
		return
	}
	q.o.Log.Error("queue: a call was not queued", "error", err)
	http.Error(w, "the call could not be queued", http.StatusInternalServerError)
}

// target takes the function and its path out of u; the path stays as it was escaped.
func (q *Queue) target(u *url.URL) (Call, bool) {
	segment, rest, _ := strings.Cut(strings.TrimPrefix(u.EscapedPath(), "/async-function/"), "/")
	c := Call{Name: segment, Key: store.Key{Name: segment, Namespace: q.o.Namespace}, Path: "/" + rest, Query: u.RawQuery}
	if dot := strings.LastIndexByte(segment, '.'); dot >= 0 {
		c.Key.Name, c.Key.Namespace = segment[:dot], segment[dot+1:]
	}
	return c, c.Key.Name != "" && c.Key.Namespace != "" && !strings.ContainsFunc(segment, notInName)
}

func notInName(r rune) bool {
	return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' || r == '.')
}

// forFunction returns the headers that the function is to get.
func forFunction(r *http.Request) http.Header {
	h := http.Header{}
	for name, values := range r.Header {
		if !hopByHop(name) && name != "X-Callback-Url" && name != "Content-Length" {
			h[name] = values
		}
	}
	h.Set("X-Forwarded-Host", r.Host)
	if host, _, ok := strings.Cut(r.RemoteAddr, ":"); ok && !strings.HasPrefix(r.RemoteAddr, "[") {
		h.Add("X-Forwarded-For", host)
	}
	return h
}

func (q *Queue) cancelled(w http.ResponseWriter, r *http.Request) {
	id := strings.TrimPrefix(r.URL.Path, "/async-function/")
	if id == "" {
		http.Error(w, "the path must be /async-function/{call-id}", http.StatusBadRequest)
		return
	}
	n, err := q.Cancel(r.Context(), id)
	switch {
	case err != nil:
		q.o.Log.Error("queue: cancel", "error", err)
		http.Error(w, "the call could not be cancelled", http.StatusInternalServerError)
	case n == 0:
		http.Error(w, "no call "+strconv.Quote(id)+" is queued", http.StatusNotFound)
	default:
		w.WriteHeader(http.StatusAccepted)
	}
}

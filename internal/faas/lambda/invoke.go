package lambda

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/labbox/labbox/internal/faas/lambda/runtime"
	"github.com/labbox/labbox/internal/faas/store"
)

const (
	maxSync    = 6 << 20
	maxAsync   = 1 << 20
	maxContext = 3583
	// pendingWait is how long an invocation waits for a function that is being created.
	pendingWait = 10 * time.Second
	// tableLag is how long routing may take to learn of a new Deployment.
	tableLag = 3 * time.Second
	// startTime is what an environment may need before the function's own time begins.
	startTime = 2 * time.Minute
)

// invocation is one event on its way to one version.
type invocation struct {
	function *Function
	version  *Version
	runtime.Invocation
}

// outcome is how an invocation ended. Streamed payloads were passed on already.
type outcome struct {
	payload []byte
	failed  bool
	log     []byte
}

func (s *Server) invoke(w http.ResponseWriter, r *http.Request) error {
	t, err := targetOf(r)
	if err != nil {
		return err
	}
	kind := r.Header.Get("X-Amz-Invocation-Type")
	limit := int64(maxSync)
	switch kind {
	case "", "RequestResponse", "DryRun":
	case "Event":
		limit = maxAsync
	default:
		return breach("invocationType", kind, "Member must satisfy enum value set: [Event, RequestResponse, DryRun]")
	}
	logType := r.Header.Get("X-Amz-Log-Type")
	if logType != "" && logType != "Tail" && logType != "None" {
		return breach("logType", logType, "Member must satisfy enum value set: [None, Tail]")
	}
	i, err := s.receive(w, r, t, limit)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("x-amzn-RequestId", i.ID)
	h.Set("X-Amz-Executed-Version", i.version.Version)
	switch kind {
	case "DryRun":
		w.WriteHeader(http.StatusNoContent)
		return nil
	case "Event":
		return s.accept(w, r, t, i)
	}
	return s.answer(w, r, i, logType == "Tail")
}

// answer runs a synchronous invocation.
func (s *Server) answer(w http.ResponseWriter, r *http.Request, i *invocation, tail bool) error {
	out, err := s.run(r.Context(), i, nil)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("X-Amzn-Trace-Id", i.Trace)
	if out.failed {
		h.Set("X-Amz-Function-Error", "Unhandled")
	}
	if tail {
		h.Set("X-Amz-Log-Result", base64.StdEncoding.EncodeToString(out.log))
	}
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write(out.payload)
	return nil
}

// invokeAsync is the call that Event invocations had before there were any.
func (s *Server) invokeAsync(w http.ResponseWriter, r *http.Request) error {
	t, err := targetOf(r)
	if err != nil {
		return err
	}
	i, err := s.receive(w, r, t, maxAsync)
	if err != nil {
		return err
	}
	if err := s.accept(nil, r, t, i); err != nil {
		return err
	}
	s.writeJSON(w, http.StatusAccepted, map[string]int{"Status": http.StatusAccepted})
	return nil
}

// receive reads an event of at most limit bytes and finds the version it goes to.
func (s *Server) receive(w http.ResponseWriter, r *http.Request, t target, limit int64) (*invocation, error) {
	event, err := readEvent(w, r, limit)
	if err != nil {
		return nil, err
	}
	return s.prepare(t, event, r.Header)
}

// readEvent reads a payload, which must be JSON; an empty one is an empty object.
func readEvent(w http.ResponseWriter, r *http.Request, limit int64) ([]byte, error) {
	event, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	if err != nil {
		return nil, err
	}
	if len(bytes.TrimSpace(event)) == 0 {
		return []byte("{}"), nil
	}
	var any json.RawMessage
	if err := json.Unmarshal(event, &any); err != nil {
		return nil, fail(http.StatusBadRequest, "InvalidRequestContentException", "Could not parse request body into json: %s", shorten(err.Error()))
	}
	return event, nil
}

// prepare finds the version that an invocation of t goes to.
func (s *Server) prepare(t target, event []byte, h http.Header) (*invocation, error) {
	f, err := s.state.get(t.name)
	if err != nil {
		return nil, err
	}
	v, err := f.draw(t.qualifier)
	if err != nil {
		return nil, err
	}
	i := &invocation{function: f, version: v}
	i.ID, i.Event, i.ARN, i.Trace = uuid.NewString(), event, arn(f.Name, t.qualifier), traceOf(h)
	if text := h.Get("X-Amz-Client-Context"); text != "" {
		raw, err := base64.StdEncoding.DecodeString(text)
		if err != nil || len(text) > maxContext || !json.Valid(raw) {
			return nil, fail(http.StatusBadRequest, "InvalidRequestContentException", "Client context must be a valid Base64-encoded JSON object of at most %d bytes.", maxContext)
		}
		i.ClientContext = string(raw)
	}
	return i, nil
}

// draw is resolve, with the weights of an alias.
func (f *Function) draw(qualifier string) (*Version, error) {
	if a := f.Aliases[qualifier]; a != nil && a.RoutingConfig != nil {
		for version, weight := range a.RoutingConfig.AdditionalVersionWeights {
			if rand.Float64() < weight {
				return f.resolve(version)
			}
		}
	}
	return f.resolve(qualifier)
}

func traceOf(h http.Header) string {
	if t := h.Get("X-Amzn-Trace-Id"); t != "" && len(t) < 512 {
		return t
	}
	id := strings.ReplaceAll(uuid.NewString(), "-", "")
	return fmt.Sprintf("Root=1-%08x-%s;Parent=%s;Sampled=0", time.Now().Unix(), id[:24], id[8:24])
}

// run sends an invocation to a pod and returns how it ended. Once begun it goes on
// although the caller leaves, as in Lambda. With stream, an answer that the function
// streams is given to it while it comes.
func (s *Server) run(ctx context.Context, i *invocation, stream func(*runtime.Answer) error) (*outcome, error) {
	v, err := s.active(ctx, i.function.Name, i.version.Version)
	if err != nil {
		return nil, err
	}
	release, err := s.busy.acquire(i.function)
	if err != nil {
		return nil, err
	}
	defer release()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Duration(v.Timeout)*time.Second+startTime)
	defer cancel()
	resp, err := s.call(ctx, v, i, stream != nil)
	var known *Error
	if errors.As(err, &known) {
		return nil, err
	}
	if err != nil {
		return nil, fail(http.StatusInternalServerError, "ServiceException", "The function's environment does not answer: %s", err)
	}
	defer func() { _ = resp.Body.Close() }()
	out, err := receive(resp, stream)
	if errors.Is(err, runtime.ErrForeign) {
		return nil, fail(http.StatusInternalServerError, "ServiceException", "%s", err)
	}
	if err != nil { // the pod died with the function in it, of too little memory most likely
		text, _ := json.Marshal(map[string]string{
			"errorType": "Runtime.ExitError", "errorMessage": "RequestId: " + i.ID + " Error: Runtime exited with error: signal: killed"})
		return &outcome{payload: text, failed: true}, nil
	}
	return out, nil
}

// call sends the request. A Deployment that routing does not know yet is waited for; a
// pod that cannot start is not.
func (s *Server) call(ctx context.Context, v *Version, i *invocation, stream bool) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(ctx) // never called once there is an answer
	watch, done := context.WithCancel(ctx)
	defer done()
	go s.watchTrouble(watch, v.Deployment, cancel)
	key := store.Key{Namespace: s.config.Namespace, Name: v.Deployment}
	for deadline := time.Now().Add(tableLag); ; {
		r, err := runtime.NewRequest(ctx, &i.Invocation, stream)
		if err != nil {
			return nil, err
		}
		resp, err := s.caller.Call(ctx, key, r)
		var known *Error
		if errors.As(context.Cause(ctx), &known) {
			if err == nil {
				_ = resp.Body.Close()
			}
			return nil, known
		}
		if !errors.Is(err, store.ErrNotFound) || time.Now().After(deadline) {
			return resp, err
		}
		if now, err := s.state.get(i.function.Name); err == nil { // changed under our hands
			if v := now.version(v.Version); v != nil {
				key.Name = v.Deployment
			}
		}
		if err := pause(ctx, 20*time.Millisecond); err != nil {
			return nil, err
		}
	}
}

// receive reads a pod's answer.
func receive(resp *http.Response, stream func(*runtime.Answer) error) (*outcome, error) {
	a, err := runtime.ReadAnswer(resp)
	if err != nil {
		return nil, err
	}
	var payload []byte
	if a.Streamed && stream != nil {
		err = stream(a)
	} else {
		payload, err = io.ReadAll(a)
	}
	if err != nil {
		return nil, err
	}
	result := a.Result()
	if result.Streamed && result.Failed {
		payload = result.Payload
	}
	return &outcome{payload: payload, failed: result.Failed, log: result.Log}, nil
}

// active waits for a version that is being created.
func (s *Server) active(ctx context.Context, name, version string) (*Version, error) {
	for deadline := time.Now().Add(pendingWait); ; {
		f, err := s.state.get(name)
		if err != nil {
			return nil, err
		}
		v := f.version(version)
		switch {
		case v == nil:
			return nil, notFound("Function not found: %s", arn(name, version))
		case v.State == stateActive:
			return v, nil
		case v.State == stateFailed || time.Now().After(deadline):
			return nil, conflict("The operation cannot be performed at this time. The function is currently in the following state: %s", v.State)
		}
		if err := pause(ctx, 10*time.Millisecond); err != nil {
			return nil, err
		}
	}
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

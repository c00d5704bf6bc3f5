package gateway

import (
	"context"
	"net/http"
	"time"

	"github.com/labbox/labbox/internal/faas/store"
)

// grace lets a function's watchdog say itself that the time is over.
const grace = 2 * time.Second

// patienceKey holds, in a call's context, how long its function may take to answer,
// where that is longer than upstream_timeout.
type patienceKey struct{}

// patient returns ctx for a call of f: a function that says that its calls take long
// (exec_timeout, read_timeout, write_timeout) is waited for as long.
func (s *Server) patient(ctx context.Context, f store.Function) context.Context {
	own := f.CallTimeout()
	if own == 0 || own+grace <= s.config.UpstreamTimeout {
		return ctx
	}
	return context.WithValue(ctx, patienceKey{}, own+grace)
}

// patience returns how long a call waits for the head of its answer.
func patience(ctx context.Context, otherwise time.Duration) time.Duration {
	if d, ok := ctx.Value(patienceKey{}).(time.Duration); ok {
		return d
	}
	return otherwise
}

// patientTransport uses long, which waits without end, for calls with a patience of
// their own.
type patientTransport struct{ normal, long http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (t *patientTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	wait := patience(r.Context(), 0)
	if wait == 0 {
		return t.normal.RoundTrip(r)
	}
	// Canceled with the request's own context when its answer has been read.
	ctx, cancel := context.WithCancelCause(r.Context())
	timer := time.AfterFunc(wait, func() { cancel(context.DeadlineExceeded) })
	resp, err := t.long.RoundTrip(r.WithContext(ctx))
	if !timer.Stop() && r.Context().Err() == nil && err != nil {
		return nil, context.DeadlineExceeded // a net.Error of the kind Timeout
	}
	if err != nil {
		cancel(err)
	}
	return resp, err
}

package watchdog

import (
	"net/http"
	"sync/atomic"
)

// limiter refuses calls above a number at a time; limit 0 refuses none.
type limiter struct {
	limit   int64
	running atomic.Int64
}

func (l *limiter) full() bool { return l.limit > 0 && l.running.Load() >= l.limit }

func (l *limiter) limited(next http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		n := l.running.Add(1)
		defer l.running.Add(-1)
		if l.limit > 0 && n > l.limit {
			rw.Header().Set("X-OpenFaaS-Internal", "of-watchdog")
			http.Error(rw, "the function has as many calls as it may have (max_inflight)", http.StatusTooManyRequests)
			return
		}
		next.ServeHTTP(rw, r)
	})
}

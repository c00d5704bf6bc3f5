package lambda

import (
	"net/http"
	"sync"
)

// busy counts running invocations, for reserved concurrency.
type busy struct {
	mu sync.Mutex
	n  map[string]int // by function
}

func newBusy() *busy { return &busy{n: map[string]int{}} }

// acquire begins an invocation and returns what ends it, or fails with
// TooManyRequestsException when as many as reserved run already.
func (b *busy) acquire(f *Function) (release func(), err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if f.Reserved != nil && b.n[f.Name] >= *f.Reserved {
		return nil, &Error{Name: "TooManyRequestsException", Status: http.StatusTooManyRequests,
			Message: "Rate Exceeded.", Reason: "ReservedFunctionConcurrentInvocationLimitExceeded"}
	}
	b.n[f.Name]++
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		if b.n[f.Name]--; b.n[f.Name] <= 0 {
			delete(b.n, f.Name)
		}
	}, nil
}

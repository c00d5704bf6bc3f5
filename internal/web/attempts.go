package web

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// How fast passwords may be tried: five at once and then one in six seconds from one
// address, twenty and then one a second from all of them together.
const (
	attemptsAtOnce    = 5
	attemptsEvery     = 6 * time.Second
	attemptsAtOnceAll = 20
	attemptsEveryAll  = time.Second
	// maxAddresses is how many addresses are told apart; beyond that all are forgotten,
	// and the common bound still holds.
	maxAddresses = 1024
)

// attempts slows down who guesses passwords.
type attempts struct {
	all *rate.Limiter
	mu  sync.Mutex
	by  map[string]*rate.Limiter
}

func newAttempts() *attempts {
	return &attempts{all: rate.NewLimiter(rate.Every(attemptsEveryAll), attemptsAtOnceAll), by: map[string]*rate.Limiter{}}
}

// allow says whether the address may try once more now.
func (a *attempts) allow(address string) bool {
	a.mu.Lock()
	own := a.by[address]
	if own == nil {
		if len(a.by) >= maxAddresses {
			clear(a.by)
		}
		own = rate.NewLimiter(rate.Every(attemptsEvery), attemptsAtOnce)
		a.by[address] = own
	}
	a.mu.Unlock()
	return own.Allow() && a.all.Allow()
}

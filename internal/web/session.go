package web

import (
	"crypto/rand"
	"crypto/sha256"
	"sync"
	"time"
)

const (
	sessionIdle = 12 * time.Hour
	sessionLife = 7 * 24 * time.Hour
	ticketLife  = time.Hour
	// maxSecrets bounds sessions and tickets alike; the oldest makes room.
	maxSecrets = 64
)

// secrets are random words that were handed out and that open a door as long as they
// live. Only their hashes are kept. Safe for concurrent use; a restart forgets all.
type secrets struct {
	// life is how long a secret lives, idle how long it may go unused; 0 is no bound.
	life, idle time.Duration
	now        func() time.Time

	mu sync.Mutex
	by map[[sha256.Size]byte]*secret
}

type secret struct{ made, used time.Time }

func newSecrets(life, idle time.Duration) *secrets {
	return &secrets{life: life, idle: idle, now: time.Now, by: map[[sha256.Size]byte]*secret{}}
}

// issue returns a new secret.
func (s *secrets) issue() string {
	word := rand.Text() + rand.Text()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.by) >= maxSecrets {
		s.dropOldest()
	}
	now := s.now()
	s.by[sha256.Sum256([]byte(word))] = &secret{made: now, used: now}
	return word
}

// valid says whether word is a living secret, and notes that it was used.
func (s *secrets) valid(word string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := sha256.Sum256([]byte(word))
	found := s.by[key]
	if word == "" || found == nil {
		return false
	}
	now := s.now()
	if now.Sub(found.made) > s.life || s.idle > 0 && now.Sub(found.used) > s.idle {
		delete(s.by, key)
		return false
	}
	found.used = now
	return true
}

// take says whether word is a living secret, and ends it.
func (s *secrets) take(word string) bool {
	ok := s.valid(word)
	s.end(word)
	return ok
}

// end lets word open nothing any more.
func (s *secrets) end(word string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.by, sha256.Sum256([]byte(word)))
}

func (s *secrets) dropOldest() {
	var (
		oldest [sha256.Size]byte
		when   time.Time
	)
	for key, one := range s.by {
		if when.IsZero() || one.used.Before(when) {
			oldest, when = key, one.used
		}
	}
	delete(s.by, oldest)
}

package queue

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// State is a small durable map beside the queue, for what must be known over a
// restart. Keys are made of letters, digits and "-_=./". It is safe for concurrent use.
type State struct{ kv jetstream.KeyValue }

// Get returns the value of key; nil when there is none.
func (s *State) Get(ctx context.Context, key string) ([]byte, error) {
	entry, err := s.kv.Get(ctx, key)
	if errors.Is(err, jetstream.ErrKeyNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read state %s: %w", key, err)
	}
	return entry.Value(), nil
}

// Put keeps value under key; when it returns nil, value is on the disk.
func (s *State) Put(ctx context.Context, key string, value []byte) error {
	if _, err := s.kv.Put(ctx, key, value); err != nil {
		return fmt.Errorf("keep state %s: %w", key, err)
	}
	return nil
}

// Delete forgets key; forgetting what is not there is fine.
func (s *State) Delete(ctx context.Context, key string) error {
	if err := s.kv.Purge(ctx, key, jetstream.PurgeTTL(time.Hour)); err != nil {
		return fmt.Errorf("forget state %s: %w", key, err)
	}
	return nil
}

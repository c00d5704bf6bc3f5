package app

import (
	"context"
	"errors"
	"testing"
)

func TestImageGate(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	g := newImageGate()
	passed := make(chan error, 2)
	go func() { passed <- g.Await(ctx, []string{"a", "b"}) }()
	g.Imported("a")
	select {
	case err := <-passed:
		t.Fatalf("let through with one of two images: %v", err)
	default:
	}
	g.Imported("b")
	if err := <-passed; err != nil {
		t.Fatal(err)
	}
	broken := errors.New("broken")
	go func() { passed <- g.Await(ctx, []string{"c"}) }()
	g.Fail(broken)
	if err := <-passed; !errors.Is(err, broken) {
		t.Fatalf("want the import's error, got %v", err)
	}
	g.Reset()
	cancel()
	if err := g.Await(ctx, []string{"c"}); !errors.Is(err, context.Canceled) {
		t.Fatalf("want the context's error, got %v", err)
	}
	if err := g.Await(ctx, nil); err != nil {
		t.Fatalf("nothing to wait for: %v", err)
	}
}

package lab

import (
	"context"
	"io"
)

// Exec is a program to be run in a container that is already running.
type Exec struct {
	Namespace string
	Pod       string
	Container string
	// Command is the program and its arguments. It is found on the container's PATH.
	Command []string
	// Stdin is what the program reads; nil means nothing. Reading from it may go on for
	// one more piece after Exec has returned.
	Stdin io.Reader
	// Stdout and Stderr take what the program writes; nil discards. They are not written
	// to at the same time, and not after Exec has returned. With TTY both come by Stdout.
	Stdout io.Writer
	Stderr io.Writer
	// TTY gives the program a terminal, whose size is the newest of Sizes.
	TTY   bool
	Sizes <-chan TerminalSize
}

// TerminalSize is the size of a terminal in characters.
type TerminalSize struct {
	Cols uint16
	Rows uint16
}

// Executor runs programs in containers.
type Executor interface {
	// Exec blocks until the program has ended and returns its exit code. When ctx is done
	// before that, the program and all that it has started are killed and the error is
	// the context's; the container needs the programs env, sh, tr and grep for that.
	Exec(ctx context.Context, e Exec) (code int, err error)
}

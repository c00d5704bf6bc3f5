package watchdog

import (
	"bytes"
	"fmt"
	"io"
	"time"
)

// logPipes are the two streams of one process; nil ones need nothing.
type logPipes struct{ out, err *prefixer }

// flush writes last lines that did not end.
func (l *logPipes) flush() {
	for _, p := range []*prefixer{l.out, l.err} {
		if p != nil {
			p.flush()
		}
	}
}

// prefixer writes whole lines with time and stream in front. A line longer than
// limit is written in pieces instead of being lost. For one goroutine.
type prefixer struct {
	to    io.Writer
	name  string
	limit int
	rest  []byte
}

// Write implements io.Writer; it never fails, lest the function gets a SIGPIPE.
func (p *prefixer) Write(b []byte) (int, error) {
	n := len(b)
	for len(b) > 0 {
		line, rest, whole := bytes.Cut(b, []byte{'\n'})
		p.rest = append(p.rest, line...)
		if whole || len(p.rest) >= max(p.limit, 1) {
			p.flush()
		}
		b = rest
	}
	return n, nil
}

func (p *prefixer) flush() {
	if len(p.rest) > 0 {
		_, _ = fmt.Fprintf(p.to, "%s %s: %s\n", time.Now().UTC().Format(time.RFC3339), p.name, p.rest)
		p.rest = p.rest[:0]
	}
}

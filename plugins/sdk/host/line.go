package host

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"strings"
	"sync"
	"time"
)

// maxLine is where a line of a module's output is cut, in bytes.
const maxLine = 8 << 10

// Line is one line of a module's output.
type Line struct {
	// Level is that of a log line, slog.LevelInfo for anything else.
	Level   slog.Level
	Message string
	// Attrs are the attributes of a log line.
	Attrs []slog.Attr
}

// parseLine reads a line of log/slog's JSON handler; whatever else it gets is the
// message itself. It must not trust what it reads.
func parseLine(text string) Line {
	var raw map[string]any
	if !strings.HasPrefix(text, "{") || json.Unmarshal([]byte(text), &raw) != nil {
		return Line{Message: text}
	}
	message, ok := raw[slog.MessageKey].(string)
	if !ok {
		return Line{Message: text}
	}
	line := Line{Message: message}
	if level, ok := raw[slog.LevelKey].(string); ok {
		_ = line.Level.UnmarshalText([]byte(level)) // an unknown level stays Info
	}
	for k, v := range raw {
		switch k {
		case slog.MessageKey, slog.LevelKey, slog.TimeKey:
		default:
			line.Attrs = append(line.Attrs, slog.Any(k, v))
		}
	}
	return line
}

// tailLines is how many lines of a dead module are reported.
const tailLines = 12

// tail keeps the last lines of a module for the error that reports its death; of a
// panic it keeps the beginning, which says what happened and where.
type tail struct {
	mu    sync.Mutex
	lines []string
	panic bool
}

func (t *tail) add(line string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.panic && (strings.HasPrefix(line, "panic: ") || strings.HasPrefix(line, "fatal error: ")) {
		t.panic, t.lines = true, nil
	}
	if t.panic && len(t.lines) >= tailLines {
		return
	}
	t.lines = append(t.lines, line[:min(len(line), 300)])
	if n := len(t.lines); n > tailLines {
		t.lines = append(t.lines[:0], t.lines[n-tailLines:]...)
	}
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.Join(t.lines, "\n")
}

// eachLine calls f for each line of r until r ends. Lines longer than maxLine are
// cut; the rest of such a line is read and dropped.
func eachLine(r io.Reader, f func(string)) {
	br := bufio.NewReaderSize(r, maxLine)
	for {
		line, err := br.ReadSlice('\n')
		if text := strings.TrimRight(string(line), "\r\n"); text != "" {
			f(text)
		}
		for errors.Is(err, bufio.ErrBufferFull) {
			_, err = br.ReadSlice('\n')
		}
		if err != nil {
			return
		}
	}
}

// throttle lets so many bytes a second pass and makes who says more wait, so that a
// module that floods its output slows itself down and not the host.
type throttle struct {
	mu   sync.Mutex
	free float64
	last time.Time
}

// The bytes of output that a module may say in a second, and at once.
const (
	outputRate  = 1 << 20
	outputBurst = 4 << 20
)

// pass waits until n bytes may pass, one second at most.
func (t *throttle) pass(n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	if t.last.IsZero() {
		t.free = outputBurst
	} else {
		t.free = min(outputBurst, t.free+now.Sub(t.last).Seconds()*outputRate)
	}
	t.last = now
	if t.free -= float64(n); t.free < 0 {
		time.Sleep(min(time.Second, time.Duration(-t.free/outputRate*float64(time.Second))))
	}
}

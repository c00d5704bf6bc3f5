package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/labbox/labbox/internal/lab"
)

// demoShell is a shell that knows a few words: echo, size, flood, colours, exit, break.
func demoShell(ctx context.Context, s Shell) (int, error) {
	d := &demoTerminal{out: s.Out, prompt: "\x1b[32mlab\x1b[0m \x1b[34m~\x1b[35m main\x1b[0m $ "}
	if s.Lesson != "" {
		d.prompt = "lab /home/learner/lessons/" + s.Lesson + " $ "
	}
	go d.watch(ctx, s.Sizes)
	typed := make(chan byte)
	go func() {
		defer close(typed)
		one := make([]byte, 1)
		for {
			if _, err := s.In.Read(one); err != nil {
				return
			}
			select {
			case typed <- one[0]:
			case <-ctx.Done():
				return
			}
		}
	}()
	d.say(d.prompt)
	return d.serve(ctx, typed)
}

type demoTerminal struct {
	out    io.Writer
	prompt string
	mu     sync.Mutex
	size   lab.TerminalSize
}

func (d *demoTerminal) say(text string) { _, _ = io.WriteString(d.out, text) }

func (d *demoTerminal) watch(ctx context.Context, sizes <-chan lab.TerminalSize) {
	for {
		select {
		case size := <-sizes:
			d.mu.Lock()
			d.size = size
			d.mu.Unlock()
		case <-ctx.Done():
			return
		}
	}
}

func (d *demoTerminal) serve(ctx context.Context, typed <-chan byte) (int, error) {
	line := ""
	for {
		select {
		case <-ctx.Done():
			return 0, ctx.Err()
		case b, more := <-typed:
			switch {
			case !more:
				return 0, nil
			case b != '\r':
				line += string(b)
				d.say(string(b))
				continue
			}
			d.say("\r\n")
			word, rest, _ := strings.Cut(line, " ")
			line = ""
			if word == "exit" {
				return 3, nil
			}
			if word == "break" {
				return 0, errors.New("the pipe broke")
			}
			d.obey(word, rest)
			d.say(d.prompt)
		}
	}
}

func (d *demoTerminal) obey(word, rest string) {
	switch word {
	case "echo":
		d.say(rest + "\r\n")
	case "size":
		d.mu.Lock()
		size := d.size
		d.mu.Unlock()
		d.say(fmt.Sprintf("%d columns, %d rows\r\n", size.Cols, size.Rows))
	case "flood":
		for i := range 20000 {
			d.say(fmt.Sprintf("line %d\r\n", i))
		}
	case "colours":
		for i := range 8 {
			d.say(fmt.Sprintf("\x1b[3%dmcolour %d \x1b[9%dmbright\x1b[0m \x1b[1mbold\x1b[0m \x1b[4%dm on it \x1b[0m\r\n", i, i, i, i))
		}
	}
}

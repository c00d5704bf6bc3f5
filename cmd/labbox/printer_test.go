package main

import (
	"strings"
	"testing"
	"time"

	"github.com/labbox/labbox/internal/lab"
)

func TestPrinter(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	clock := time.Unix(0, 0)
	p := newPrinter(&out)
	p.now = func() time.Time { return clock }
	step := func(state lab.State, progress *lab.Progress) {
		p.Event(lab.Event{Kind: lab.EventStep, Subject: "boot", Title: "Boot the cluster", State: state, Progress: progress})
	}
	step(lab.StateRunning, nil)
	clock = clock.Add(2 * time.Second)
	step(lab.StateRunning, &lab.Progress{Message: "kubelet", Done: 3, Total: 9})
	p.Beat()
	clock = clock.Add(time.Second)
	step(lab.StateReady, nil)
	step(lab.StateReady, nil) // said twice, printed once
	p.Beat()                  // nothing under way, nothing printed
	want := " … Boot the cluster: kubelet (3 of 9)  2 s\n" +
		" ✓ Boot the cluster                                        3.0 s\n"
	if out.String() != want {
		t.Errorf("got\n%q\nwant\n%q", out.String(), want)
	}
}

func TestPrinterOnTerminalOverwrites(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	p := newPrinter(&out)
	p.live = true
	p.Event(lab.Event{Kind: lab.EventStep, Subject: "x", State: lab.StateRunning})
	p.Beat()
	p.Beat()
	if got := strings.Count(out.String(), "\r\x1b[2K"); got != 1 {
		t.Errorf("the running line was erased %d times, want 1: %q", got, out.String())
	}
	if strings.Contains(out.String(), "\n") {
		t.Errorf("a running line must not scroll: %q", out.String())
	}
}

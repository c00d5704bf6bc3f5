package web

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/labbox/labbox/internal/lab"
)

// frames reads server-sent events as "name data" until the stream ends.
func frames(t *testing.T, d *demo, query string, header map[string]string) <-chan [3]string {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	request, err := http.NewRequestWithContext(ctx, "GET", d.base+"/api/v1/events"+query, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range header {
		request.Header.Set(name, value)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	if got := response.Header.Get("Content-Type"); got != "text/event-stream" {
		t.Fatalf("content type %q", got)
	}
	out := make(chan [3]string)
	go func() {
		defer close(out)
		defer response.Body.Close()
		lines := bufio.NewScanner(response.Body)
		var frame [3]string
		for lines.Scan() {
			field, value, _ := strings.Cut(lines.Text(), ": ")
			switch {
			case field == "id":
				frame[0] = value
			case field == "event":
				frame[1] = value
			case field == "data":
				frame[2] = value
			case lines.Text() == "" && frame[2] != "":
				select {
				case out <- frame:
				case <-ctx.Done():
					return
				}
				frame = [3]string{}
			}
		}
	}()
	return out
}

func mustFrame(t *testing.T, in <-chan [3]string) [3]string {
	t.Helper()
	select {
	case frame, open := <-in:
		if !open {
			t.Fatal("the stream has ended")
		}
		return frame
	case <-time.After(10 * time.Second):
		t.Fatal("nothing came within ten seconds")
	}
	return [3]string{}
}

func TestEventsReplayThenLive(t *testing.T) {
	t.Parallel()
	d := newDemo(t)
	for _, subject := range []string{"look", "remember", "show"} {
		d.emit(t, 0, lab.Event{Kind: lab.EventStep, Subject: subject, State: lab.StateReady, Title: "a\nb"})
	}
	stream := frames(t, d, "?since=1", nil)
	for i, want := range []string{"remember", "show", "unpack"} {
		if want == "unpack" {
			d.emit(t, 0, lab.Event{Kind: lab.EventStep, Subject: want, State: lab.StateRunning})
		}
		frame := mustFrame(t, stream)
		var e lab.Event
		if err := json.Unmarshal([]byte(frame[2]), &e); err != nil || e.Subject != want || e.ID != int64(i)+2 || frame[0] != string(rune('2'+i)) {
			t.Fatalf("got %v (%v), want event %d about %s", frame, err, i+2, want)
		}
	}
}

func TestEventsGoOnWhereABrowserLeft(t *testing.T) {
	t.Parallel()
	d := newDemo(t)
	for range 3 {
		d.emit(t, 0, lab.Event{Kind: lab.EventLab, Subject: "lab"})
	}
	stream := frames(t, d, "?since=0", map[string]string{"Last-Event-ID": "2"})
	if frame := mustFrame(t, stream); frame[0] != "3" {
		t.Fatalf("began at %v, want 3", frame)
	}
}

func TestEventsCarryStatusWhenAsked(t *testing.T) {
	t.Parallel()
	d := newDemo(t)
	stream := frames(t, d, "?status=1", nil)
	if frame := mustFrame(t, stream); frame[1] != "status" || !strings.Contains(frame[2], `"phase":"running"`) {
		t.Fatalf("got %v", frame)
	}
	d.setStatus(func(s *lab.Status) { s.Phase = lab.StateReady })
	if frame := mustFrame(t, stream); !strings.Contains(frame[2], `"phase":"ready"`) {
		t.Fatalf("got %v", frame)
	}
}

func TestCloseEndsStreams(t *testing.T) {
	t.Parallel()
	d := newDemo(t)
	stream := frames(t, d, "", nil)
	d.server.Close()
	select {
	case frame, open := <-stream:
		if open {
			t.Fatalf("got %v", frame)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("the stream outlives the server")
	}
}

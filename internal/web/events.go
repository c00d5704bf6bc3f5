package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/labbox/labbox/internal/lab"
)

const (
	// heartbeat keeps idle streams from being taken for dead.
	heartbeat = 15 * time.Second
	// statusEvery is how often a stream looks for a changed Status.
	statusEvery = 2 * time.Second
)

// apiEvents replays the journal after ?since= (or Last-Event-ID) and goes on live.
// With ?status=1 the stream also carries "event: status" whenever the Status has
// changed.
func (s *Server) apiEvents(c echo.Context) error {
	since, err := sinceOf(c)
	if err != nil {
		return err
	}
	ctx, cancel := s.streamContext(c)
	defer cancel()
	out := c.Response()
	out.Header().Set(echo.HeaderContentType, "text/event-stream")
	out.Header().Set("X-Accel-Buffering", "no")
	out.WriteHeader(http.StatusOK)
	fmt.Fprint(out, "retry: 1000\n\n")
	out.Flush()

	events := s.opt.Events.Subscribe(ctx, since)
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	var statusTick <-chan time.Time
	if c.QueryParam("status") == "1" {
		ticker := time.NewTicker(statusEvery)
		defer ticker.Stop()
		statusTick = ticker.C
	}
	var shown []byte
	for {
		select {
		case e, open := <-events:
			if !open {
				return nil
			}
			err = writeEvent(out, e)
		case <-statusTick:
			shown, err = writeStatus(out, s.status.load(ctx), shown)
		case <-beat.C:
			_, err = fmt.Fprint(out, ": still here\n\n")
		}
		if err != nil {
			return nil // the viewer has gone
		}
		out.Flush()
	}
}

func sinceOf(c echo.Context) (int64, error) {
	text := c.Request().Header.Get("Last-Event-ID")
	if text == "" {
		text = c.QueryParam("since")
	}
	if text == "" {
		return 0, nil
	}
	since, err := strconv.ParseInt(text, 10, 64)
	if err != nil || since < 0 {
		return 0, lab.Errorf(lab.CodeUsage, "since is the id of an event", "since=%q is not a number", text)
	}
	return since, nil
}

func writeEvent(w *echo.Response, e lab.Event) error {
	data, err := json.Marshal(e)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "id: %d\ndata: %s\n\n", e.ID, data)
	return err
}

func writeStatus(w *echo.Response, status lab.Status, shown []byte) ([]byte, error) {
	data, err := json.Marshal(status)
	if err != nil || bytes.Equal(data, shown) {
		return shown, err
	}
	_, err = fmt.Fprintf(w, "event: status\ndata: %s\n\n", data)
	return data, err
}

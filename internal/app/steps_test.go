package app

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/labbox/labbox/internal/lab"
)

func TestRunSteps(t *testing.T) {
	t.Parallel()
	ok := func(context.Context, lab.Report) error { return nil }
	typed := lab.Errorf(lab.CodePayload, "copy it again", "damaged")
	cases := map[string]struct {
		steps []step
		code  int
		want  string // the events as subject:state
	}{
		"all well": {[]step{{id: "a", do: ok}, {id: "b", do: ok}}, 0, "a:running a:ready b:running b:ready"},
		"plain error ends": {[]step{{id: "a", title: "A", do: func(context.Context, lab.Report) error { return errors.New("x") }}, {id: "b", do: ok}},
			13, "a:running a:failed"},
		"typed error keeps its code": {[]step{{id: "a", do: func(context.Context, lab.Report) error { return typed }}}, 9, "a:running a:failed"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var seen []string
			rec := newRecorder(slog.New(slog.DiscardHandler), func(e lab.Event) {
				seen = append(seen, e.Subject+":"+string(e.State))
			})
			_, err := runSteps(context.Background(), rec, c.steps)
			if got := lab.ExitCode(err); got != c.code {
				t.Errorf("exit code %d, want %d (%v)", got, c.code, err)
			}
			if got := strings.Join(seen, " "); got != c.want {
				t.Errorf("events %q, want %q", got, c.want)
			}
		})
	}
}

func TestRunStepsStopped(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(context.Background())
	var last lab.Event
	rec := newRecorder(slog.New(slog.DiscardHandler), func(e lab.Event) { last = e })
	_, err := runSteps(ctx, rec, []step{{id: "a", do: func(ctx context.Context, _ lab.Report) error {
		stop()
		<-ctx.Done()
		return errors.New("torn down")
	}}})
	if !errors.Is(err, context.Canceled) || last.State != lab.StateStopped {
		t.Errorf("a stopped step is not a failed one: %v, %s", err, last.State)
	}
}

package web

import (
	"strings"
	"testing"
	"time"

	"github.com/labbox/labbox/internal/lab"
	"github.com/labbox/labbox/internal/labtest"
)

// play folds "kind subject state" lines, one second apart, and tells where things stand.
func play(t *testing.T, script string) standing {
	t.Helper()
	journal := &labtest.Journal{}
	track := newTracker(journal, UpSteps(), SixCapstoneSteps())
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for line := range strings.Lines(script) {
		fields := strings.Fields(line)
		if len(fields) == 0 {
			continue
		}
		e := lab.Event{Time: at, Kind: lab.EventKind(fields[0]), Subject: fields[1], State: lab.State(fields[2])}
		if _, err := journal.Append(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		at = at.Add(time.Second)
	}
	track.now = func() time.Time { return at }
	now, err := track.load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return now
}

// letters is one letter a step: p, r, d(one), f, s.
func letters(steps []Step) string {
	short := map[lab.State]string{lab.StatePending: "p", lab.StateRunning: "r", lab.StateReady: "d", lab.StateFailed: "f", lab.StateStopped: "s"}
	out := ""
	for _, step := range steps {
		out += short[step.State]
	}
	return out
}

func TestTracker(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, script, up, capstone string
		running                    bool
	}{
		{"nothing yet", "", "ppppppp", "pppppp", false},
		{"on the way", "step look running\nstep look ready\nstep remember running", "drppppp", "pppppp", false},
		{"steps before the journal opened", "step unpack running", "dddrppp", "pppppp", false},
		{"failed", "step boot running\nstep boot failed", "ddddfpp", "pppppp", false},
		{"goes on after a failure", "step boot running\nstep boot failed\nstep boot running", "ddddrpp", "pppppp", false},
		{"up again takes the later steps back", "step live running\nstep live ready\nstep look running", "rpppppp", "pppppp", false},
		{"progress does not take anything back", "step boot running\nstep boot running\nstep boot running", "ddddrpp", "pppppp", false},
		{"stopped in the middle", "step boot running\nlab lab stopped", "ddddspp", "pppppp", false},
		{"unknown step", "step polish running", "ppppppp", "pppppp", false},
		{"capstone runs", "capstone gitops running\ncapstone gitops ready\ncapstone pipeline running", "ppppppp", "drpppp", true},
		{"capstone passed", "capstone energy running\ncapstone energy ready\ncapstone run ready", "ppppppp", "dddddd", false},
		{"capstone failed", "capstone pipeline running\ncapstone pipeline failed\ncapstone run failed", "ppppppp", "dfpppp", false},
		{"capstone again", "capstone energy running\ncapstone energy ready\ncapstone run ready\ncapstone gitops running", "ppppppp", "rppppp", true},
		{"capstone dies with the lab", "capstone pipeline running\nlab lab running", "ppppppp", "dspppp", false},
		{"reset at work", "capstone energy ready\ncapstone reset running", "ppppppp", "dddddd", true},
		{"reset done", "capstone energy ready\ncapstone reset running\ncapstone reset ready\ncapstone run ready", "ppppppp", "pppppp", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			now := play(t, c.script)
			if up, capstone := letters(now.Up), letters(now.Capstone); up != c.up || capstone != c.capstone || now.CapstoneRunning != c.running {
				t.Errorf("up %s, capstone %s, running %v; want %s, %s, %v", up, capstone, now.CapstoneRunning, c.up, c.capstone, c.running)
			}
		})
	}
}

func TestStepTimes(t *testing.T) {
	t.Parallel()
	now := play(t, "step look running\nstep look running\nstep look ready\nstep remember running\nstep remember running")
	if now.Up[0].Seconds != 2 || now.Up[1].Seconds != 2 {
		t.Errorf("look took %v s, remember runs for %v s; want 2 and 2", now.Up[0].Seconds, now.Up[1].Seconds)
	}
	if got := upSeconds(now.Up); got != 5 {
		t.Errorf("up takes %v s, want 5", got)
	}
	if now.Last != 5 {
		t.Errorf("newest event %d, want 5", now.Last)
	}
}

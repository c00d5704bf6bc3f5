package web

import (
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/labbox/labbox/internal/lab"
)

// homeData is what the home page shows.
type homeData struct {
	// Mood selects the headline; see mood.
	Mood  string
	Steps []Step
	// UpSeconds is the time from the first step to the last.
	UpSeconds float64
	// Ready of Total components are ready, holding Memory bytes.
	Ready, Total int
	Memory       int64
	Links        []lab.Link
	Capstone     capstoneSummary
	Progress     progress
	Next         next
}

// capstoneSummary is the capstone in a few words.
type capstoneSummary struct {
	// Mood is none, running, passed or failed.
	Mood        string
	Done, Total int
}

// next is what the learner might do now: a text of the catalogue and a place to go,
// and the lesson that it is about, if any.
type next struct {
	Key, Href string
	Lesson    *lab.Lesson
	Trend     string
}

func (s *Server) pageHome(c echo.Context) error {
	ctx := c.Request().Context()
	now, err := s.track.load(ctx)
	if err != nil {
		return err
	}
	status := s.status.load(ctx)
	data := homeData{Steps: now.Up, Links: s.links.load(ctx), UpSeconds: upSeconds(now.Up)}
	for _, component := range status.Components {
		data.Total++
		data.Memory += component.MemoryBytes
		if component.Ready {
			data.Ready++
		}
	}
	data.Mood = mood(status, now.Up)
	data.Capstone = s.summarizeCapstone(c, now)
	data.Progress = s.progress(ctx)
	data.Next = whatNext(data.Mood, data.Capstone.Mood, data.Progress)
	return s.render(c, content{http.StatusOK, "home", now, data})
}

// mood is the lab in one word: starting, failed, ready, degraded or stopping.
func mood(status lab.Status, steps []Step) string {
	failed := slices.ContainsFunc(steps, func(s Step) bool { return s.State == lab.StateFailed })
	switch {
	case failed, status.Phase == lab.StateFailed:
		return "failed"
	case status.Phase == lab.StateStopped:
		return "stopping"
	case status.Ready:
		return "ready"
	case status.Phase == lab.StateReady: // it was ready, and now a part of it is not
		return "degraded"
	}
	return "starting"
}

func (s *Server) summarizeCapstone(c echo.Context, now standing) capstoneSummary {
	sum := capstoneSummary{Mood: "none", Done: countReady(now.Capstone), Total: len(now.Capstone)}
	if now.CapstoneRunning {
		sum.Mood = "running"
		return sum
	}
	if s.opt.Capstone == nil {
		return sum
	}
	last, ok := s.opt.Capstone.Last(c.Request().Context())
	if !ok {
		return sum
	}
	sum.Mood, sum.Done, sum.Total = "failed", 0, len(last.Steps)
	for _, step := range last.Steps {
		if step.Passed {
			sum.Done++
		}
	}
	if last.Passed {
		sum.Mood = "passed"
	}
	return sum
}

// whatNext goes by the lab first, then by a capstone that runs, then by the lessons; when
// all of them are done or there are none, the capstone is left.
func whatNext(mood, capstone string, p progress) next {
	switch {
	case mood == "starting":
		return next{Key: "next.starting", Href: "/components"}
	case mood != "ready":
		return next{Key: "next." + mood, Href: "/components"}
	case capstone == "running" || p.Next == nil:
		return next{Key: "next.capstone." + capstone, Href: "/capstone"}
	case p.Next.Started != nil:
		return next{"next.lesson.go-on", "/lessons/" + p.Next.ID, p.Next, p.Next.Trend}
	}
	return next{"next.lesson.begin", "/lessons/" + p.Next.ID, p.Next, p.Next.Trend}
}

// upSeconds is the span from the first start to the last end, or to now.
func upSeconds(steps []Step) float64 {
	var first, end time.Time
	for _, step := range steps {
		if step.Started == nil {
			continue
		}
		if first.IsZero() || step.Started.Before(first) {
			first = *step.Started
		}
		if until := step.Started.Add(time.Duration(step.Seconds * float64(time.Second))); until.After(end) {
			end = until
		}
	}
	return end.Sub(first).Seconds()
}

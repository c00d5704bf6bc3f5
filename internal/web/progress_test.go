package web

import (
	"fmt"
	"testing"
	"time"

	"github.com/labbox/labbox/internal/lab"
)

// lessonOf makes a lesson of a trend with done of its tasks ticked.
func lessonOf(id string, done, tasks int, needs ...string) lab.Lesson {
	l := lab.Lesson{ID: id, Done: done, Tasks: tasks, Needs: needs}
	_, _ = fmt.Sscanf(id, "%s", &l.Trend)
	for i, r := range id {
		if r == '/' {
			l.Trend = id[:i]
		}
	}
	if done > 0 {
		at := time.Unix(int64(1000*done), 0)
		l.Started = &at
	}
	return l
}

func TestNextLesson(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		list []lab.Lesson
		want string
	}{
		{"none", nil, ""},
		{"the first", []lab.Lesson{lessonOf("gitops/a", 0, 2), lessonOf("gitops/b", 0, 2)}, "gitops/a"},
		{"the one begun", []lab.Lesson{lessonOf("gitops/a", 0, 2), lessonOf("mlops/b", 1, 2)}, "mlops/b"},
		{"the one begun last", []lab.Lesson{lessonOf("gitops/a", 1, 4), lessonOf("mlops/b", 2, 4)}, "mlops/b"},
		{"whose needs are met", []lab.Lesson{lessonOf("gitops/a", 0, 2, "gitops/z"), lessonOf("gitops/b", 0, 2), lessonOf("gitops/z", 0, 2)}, "gitops/b"},
		{"needs that nobody meets", []lab.Lesson{lessonOf("gitops/a", 0, 2, "gitops/gone")}, "gitops/a"},
		{"in the course's order", []lab.Lesson{lessonOf("capstone/a", 0, 1), lessonOf("quantum/a", 0, 1), lessonOf("mlops/a", 0, 1), lessonOf("gitops/a", 2, 2)}, "mlops/a"},
		{"all done", []lab.Lesson{lessonOf("gitops/a", 2, 2)}, ""},
	} {
		got := ""
		if next := sumUp(c.list, nil).Next; next != nil {
			got = next.ID
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// TestProgressIsHonest: what is not ticked is not done, however it looks.
func TestProgressIsHonest(t *testing.T) {
	t.Parallel()
	at := time.Now()
	begun := lessonOf("platform/a", 0, 3)
	begun.Started = &at
	p := sumUp([]lab.Lesson{lessonOf("gitops/a", 2, 2), lessonOf("gitops/b", 3, 3), begun, lessonOf("mlops/a", 1, 2), lessonOf("serverless/a", 0, 0)}, nil)
	for trend, want := range map[string]lab.State{
		"gitops": lab.StateReady, "platform": stateBegun, "mlops": stateBegun, "serverless": lab.StatePending, "sustainability": lab.StatePending,
	} {
		if got := p.of(trend).State(); got != want {
			t.Errorf("%s is %s, want %s", trend, got, want)
		}
	}
	if p.Done != 6 || p.Tasks != 10 || p.LessonsDone != 2 || p.Lessons != 5 {
		t.Errorf("%d of %d tasks, %d of %d lessons", p.Done, p.Tasks, p.LessonsDone, p.Lessons)
	}
	for _, row := range roadmap(p) {
		if (row.State() == lab.StateReady) != (row.Trend == "gitops") {
			t.Errorf("roadmap: %s is %s", row.Section, row.State())
		}
	}
	states := func(focus string, passed bool) string {
		out := ""
		for _, r := range courseResults(p, focus, passed) {
			out += fmt.Sprintf("%s %s %d/%d, ", r.ID, r.State, r.Done, r.Total)
		}
		return out
	}
	if got := states("", false); got != "understanding begun 6/10, practice ready 1/3, focus pending 0/1, path begun 1/6, " {
		t.Error(got)
	}
	if got := states("mlops", true); got != "understanding begun 6/10, practice ready 1/3, focus ready 1/1, path begun 2/6, " {
		t.Error(got)
	}
}

func TestAfterALesson(t *testing.T) {
	t.Parallel()
	p := sumUp([]lab.Lesson{lessonOf("gitops/a", 1, 1), lessonOf("gitops/b", 1, 1), lessonOf("gitops/c", 0, 1), lessonOf("mlops/a", 0, 1)}, nil)
	for id, want := range map[string]string{"gitops/a": "gitops/c", "gitops/c": "mlops/a", "mlops/a": "gitops/c", "none/x": "gitops/c"} {
		if got := p.after(id); got == nil || got.ID != want {
			t.Errorf("after %s comes %v, want %s", id, got, want)
		}
	}
}

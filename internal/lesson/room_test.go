package lesson

import (
	"strings"
	"testing"
	"time"

	"github.com/labbox/labbox/internal/lab"
)

// TestFinishedLessonsMakeRoom: when a lesson begins, those that are finished give back
// what they hold, once, but not what others are in the middle of use too.
func TestFinishedLessonsMakeRoom(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	named := func(id string, namespaces ...string) *Lesson {
		l := *mustDrift(t)
		l.ID, l.Namespaces = "gitops/"+id, namespaces
		return &l
	}
	done, half, fresh := named("done", "learn-done", "learn-shared"), named("half", "learn-half", "learn-shared"), named("fresh", "learn-fresh")
	r.SetLessons("gitops", []*Lesson{done, half, fresh, named("never", "learn-never")})
	for _, l := range []*Lesson{done, half} {
		if err := r.Start(t.Context(), l.ID); err != nil {
			t.Fatal(err)
		}
	}
	for i, task := range done.Tasks {
		if _, err := r.store.AddTick(t.Context(), lab.LessonTick{Lesson: done.ID, Task: task.ID, Tick: lab.Tick{Time: time.Now()}}); err != nil {
			t.Fatal(i, err)
		}
	}
	for range 2 {
		if err := r.Start(t.Context(), fresh.ID); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(r.world.emptied, " "); got != "learn-done" {
			t.Errorf("emptied %q", got)
		}
	}
	for _, id := range []string{half.ID, fresh.ID} { // finished or not
		if err := r.Stop(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
	if got := strings.Join(r.world.emptied, " "); got != "learn-done learn-half learn-shared learn-fresh" {
		t.Errorf("emptied %q", got)
	}
	if err := r.Stop(t.Context(), "gitops/nothing"); lab.AsError(err).Code != lab.CodeNotFound {
		t.Errorf("a lesson that is not there: %v", err)
	}
}

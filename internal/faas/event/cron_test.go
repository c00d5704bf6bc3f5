package event

import (
	"testing"
	"time"
)

func at(text string) time.Time {
	t, err := time.Parse("2006-01-02 15:04:05", "2026-05-04 "+text)
	if err != nil {
		panic(err)
	}
	return t
}

func TestCron(t *testing.T) {
	t.Parallel()
	l := newLab()
	l.subscribe("f", "cron", AnnotationSchedule, "*/5 * * * *")
	l.subscribe("bad", "cron", AnnotationSchedule, "every day")
	l.subscribe("none", "cron")
	c := NewCron(l.Parts)
	steps := []struct {
		now    string
		before func()
		want   []string // times of the events
	}{
		{"10:02:00", nil, nil},
		{"10:04:59", nil, nil},
		{"10:05:00", func() { l.broke(errBroken) }, nil},
		{"10:05:01", func() { l.broke(nil) }, []string{"10:05:00"}},
		{"10:05:02", nil, nil},
		{"10:12:00", nil, []string{"10:10:00"}},
		{"10:16:00", func() { c = NewCron(l.Parts) }, []string{"10:15:00"}}, // a restart
		{"10:16:01", func() { c = NewCron(l.Parts) }, nil},
		{"10:33:00", func() { c = NewCron(l.Parts) }, []string{"10:30:00"}}, // of three, the last
		{"10:34:00", func() { l.subscribe("f", "cron", AnnotationSchedule, "0 * * * *") }, nil},
		{"11:15:00", nil, nil}, // too late for 11:00
		{"12:03:00", nil, []string{"12:00:00"}},
		{"12:04:00", func() { l.subscribe("f", "git.push") }, nil},
		{"13:01:00", nil, nil},
		{"13:02:00", func() { l.subscribe("f", "cron", AnnotationSchedule, "0 * * * *") }, nil}, // what was before does not count
		{"14:00:00", nil, []string{"14:00:00"}},
	}
	for _, s := range steps {
		if s.before != nil {
			s.before()
		}
		if err := c.at(t.Context(), at(s.now)); err != nil && l.broken == nil {
			t.Fatal(err)
		}
		var got []string
		for _, call := range l.calls {
			if call.Key != keyFor("f") || call.Header.Get("Ce-Id") != "cron/f.openfaas-fn/2026-05-04T"+call.Header.Get("Ce-Time")[11:19]+"Z" {
				t.Errorf("event %v", call.Header)
			}
			got = append(got, call.Header.Get("Ce-Time")[11:19])
		}
		l.taken()
		equal(t, "at "+s.now, got, s.want...)
	}
	faults := 0
	for _, d := range l.Bus.ring.Newest(20) {
		if d.State == "failed" && d.Function != "f" {
			faults++
		}
	}
	if faults == 0 {
		t.Error("a schedule that cannot be read is told nobody")
	}
}

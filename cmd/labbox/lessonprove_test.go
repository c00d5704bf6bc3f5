package main

import (
	"slices"
	"testing"

	"github.com/labbox/labbox/internal/lab"
)

// TestDeal: each lesson is proven once, a trend's in their order and one at a time, and the
// trend with most left comes first.
func TestDeal(t *testing.T) {
	var all []lab.Lesson
	for _, id := range []string{"a/1", "b/1", "b/2", "b/3", "c/1", "c/2"} {
		all = append(all, lab.Lesson{ID: id, Trend: id[:1]})
	}
	d, order := deal(all, "")
	if len(order) != len(all) {
		t.Errorf("chosen are %v", order)
	}
	var got []string
	next := func() []string {
		lessons := d.take()
		if lessons != nil {
			got = append(got, lessons[0])
		}
		return lessons
	}
	b, c, a := next(), next(), next()
	if next() != nil {
		t.Error("a lesson was dealt while another one of its trend is being proven")
	}
	d.put(a[1:])
	d.put(c[1:])
	d.put(b[1:])
	for lessons := next(); lessons != nil; lessons = next() {
		d.put(lessons[1:])
	}
	if want := []string{"b/1", "c/1", "a/1", "b/2", "c/2", "b/3"}; !slices.Equal(got, want) {
		t.Errorf("dealt %v, want %v", got, want)
	}
}

// TestDealChosen: a trend or a lesson alone.
func TestDealChosen(t *testing.T) {
	all := []lab.Lesson{{ID: "a/1", Trend: "a"}, {ID: "b/1", Trend: "b"}, {ID: "b/2", Trend: "b"}}
	for chosen, want := range map[string][]string{"b": {"b/1", "b/2"}, "b/2": {"b/2"}, "d": nil} {
		if _, order := deal(all, chosen); !slices.Equal(order, want) {
			t.Errorf("%q chooses %v, want %v", chosen, order, want)
		}
	}
}

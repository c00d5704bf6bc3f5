package app

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
)

func TestRunOrdered(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	type item struct {
		name, needs string
		err         error
	}
	cases := map[string]struct {
		items  []item
		before [][2]string // pairs: the first was done before the second
		undone []string
		want   string // part of the error
	}{
		"order":          {items: []item{{"c", "b", nil}, {"b", "a", nil}, {"a", "", nil}}, before: [][2]string{{"a", "b"}, {"b", "c"}}},
		"failure blocks": {items: []item{{"a", "", broken}, {"b", "a", nil}, {"c", "b", nil}, {"d", "", nil}}, undone: []string{"b", "c"}, want: "broken"},
		"unknown need":   {items: []item{{"a", "x", nil}}, undone: []string{"a"}, want: `"x", which nobody installs`},
		"circle":         {items: []item{{"a", "b", nil}, {"b", "a", nil}}, undone: []string{"a", "b"}, want: "a > b > a"},
		"twice":          {items: []item{{"a", "", nil}, {"a", "", nil}}, undone: []string{"a"}, want: "twice"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var mu sync.Mutex
			var did []string
			var tasks []task
			for _, it := range c.items {
				tasks = append(tasks, task{name: it.name, needs: strings.Fields(it.needs), do: func(context.Context) error {
					mu.Lock()
					defer mu.Unlock()
					did = append(did, it.name)
					return it.err
				}})
			}
			err := runOrdered(context.Background(), tasks)
			if (err == nil) != (c.want == "") || (err != nil && !strings.Contains(err.Error(), c.want)) {
				t.Errorf("error %v, want %q", err, c.want)
			}
			for _, pair := range c.before {
				if slices.Index(did, pair[0]) > slices.Index(did, pair[1]) {
					t.Errorf("%s came after %s: %v", pair[0], pair[1], did)
				}
			}
			for _, name := range c.undone {
				if slices.Contains(did, name) {
					t.Errorf("%s was done: %v", name, did)
				}
			}
		})
	}
}

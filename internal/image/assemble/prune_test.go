package assemble

import (
	"os"
	"testing"
	"time"
)

func TestPrune(t *testing.T) {
	t.Parallel()
	c, err := openCache(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	files := map[string]struct {
		age  time.Duration
		kept bool
	}{
		"blobs/fresh": {time.Hour, true}, "blobs/old": {unusedFor + time.Hour, false},
		"tmp/running": {time.Hour, true}, "tmp/killed": {scratchFor + time.Hour, false},
		"texts/old": {unusedFor + time.Hour, true}, "blobs/touched": {unusedFor + time.Hour, true},
	}
	for name, f := range files {
		mustTree(t, c.dir, map[string]string{name: ""})
		if err := os.Chtimes(c.path(name), now.Add(-f.age), now.Add(-f.age)); err != nil {
			t.Fatal(err)
		}
	}
	if !c.has("touched") {
		t.Fatal("a blob that is there was not found")
	}
	if err := c.prune(now); err != nil {
		t.Fatal(err)
	}
	for name, f := range files {
		if _, err := os.Stat(c.path(name)); (err == nil) != f.kept {
			t.Errorf("%s kept: %v, want %v", name, err == nil, f.kept)
		}
	}
}

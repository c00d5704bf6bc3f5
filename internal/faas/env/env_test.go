package env

import (
	"strings"
	"testing"
	"time"
)

func TestReader(t *testing.T) {
	t.Parallel()
	set := map[string]string{"a": " x ", "d": "65", "e": "1m5s", "b": "true", "n": "7"}
	r := New(func(name string) string { return set[name] })
	if r.Text("a", "") != "x" || r.Text("none", "y") != "y" || r.Duration("d", 0) != 65*time.Second || r.Duration("e", 0) != 65*time.Second ||
		r.Duration("none", time.Hour) != time.Hour || !r.Bool("b", false) || !r.Bool("none", true) || r.Number("n", 0) != 7 || r.Number("none", 3) != 3 {
		t.Error("a variable is read wrongly")
	}
	if r.Err() != nil {
		t.Error(r.Err())
	}
}

func TestReaderNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	r := New(func(name string) string { return map[string]string{"d": "-1s", "b": "perhaps", "n": "-2"}[name] })
	r.Duration("d", 0)
	r.Bool("b", false)
	r.Number("n", 0)
	for _, want := range []string{`d="-1s"`, `b="perhaps"`, `n="-2"`} {
		if err := r.Err(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not name %s", err, want)
		}
	}
}

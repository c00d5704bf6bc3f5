package host

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func TestParseLine(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Line{
		`plain`: {Message: "plain"},
		`{"time":"x","level":"WARN","msg":"hot","degrees":9}`: {Level: slog.LevelWarn, Message: "hot", Attrs: []slog.Attr{slog.Any("degrees", 9.0)}},
		`{"level":"LOUD","msg":"hm"}`:                         {Message: "hm"},
		`{"level":7,"msg":"hm"}`:                              {Message: "hm"},
		`{"@message":1,"msg":2}`:                              {Message: `{"@message":1,"msg":2}`},
		`{broken`:                                             {Message: `{broken`},
	} {
		if got := parseLine(text); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s is read as %+v, not %+v", text, got, want)
		}
	}
}

func TestEachLineCutsLongOnes(t *testing.T) {
	t.Parallel()
	var got []string
	eachLine(strings.NewReader("a\r\n\n"+strings.Repeat("x", 3*maxLine)+"\nend"), func(s string) { got = append(got, s) })
	if len(got) != 3 || got[0] != "a" || len(got[1]) != maxLine || got[2] != "end" {
		t.Errorf("%d lines: %.40q", len(got), got)
	}
}

func TestLineWriter(t *testing.T) {
	t.Parallel()
	var got []string
	w := &lineWriter{say: func(s string) { got = append(got, s) }}
	for _, part := range []string{"on", "e\ntwo\nthr", "ee\n", strings.Repeat("x", maxLine+5), "\n"} {
		if n, err := w.Write([]byte(part)); n != len(part) || err != nil {
			t.Fatalf("Write returns %d, %v", n, err)
		}
	}
	if len(got) != 4 || got[0] != "one" || got[1] != "two" || got[2] != "three" || len(got[3]) != maxLine {
		t.Errorf("%d lines: %.40q", len(got), got)
	}
}

func TestTailKeepsTheBeginningOfAPanic(t *testing.T) {
	t.Parallel()
	var last, panicked tail
	for i := range 100 {
		last.add(fmt.Sprint("line ", i))
	}
	if got := last.String(); !strings.HasSuffix(got, "line 99") || strings.Contains(got, "line 80\n") {
		t.Errorf("the tail of 100 lines is %q", got)
	}
	panicked.add("before")
	panicked.add("panic: a bug")
	for i := range 100 {
		panicked.add(fmt.Sprint("frame ", i))
	}
	if got := panicked.String(); !strings.HasPrefix(got, "panic: a bug\nframe 0\n") || strings.Contains(got, "frame 20") {
		t.Errorf("the tail of a panic is %q", got)
	}
}

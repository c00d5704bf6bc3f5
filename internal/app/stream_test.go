package app

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestReadEvents(t *testing.T) {
	t.Parallel()
	stream := ": a comment\n\nid: 1\ndata: {\"a\":1}\n\ndata:one\ndata: two\n\ndata: unfinished\n"
	var got []string
	err := readEvents(strings.NewReader(stream), func(data []byte) error {
		got = append(got, string(data))
		return nil
	})
	if err != nil || strings.Join(got, "|") != "{\"a\":1}|one\ntwo" {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestCopyLogTail(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 70<<10) // longer than one chunk
	cases := map[string]struct {
		content string
		tail    int
		want    string
	}{
		"all":                {"a\nb\nc\n", 0, "a\nb\nc\n"},
		"last":               {"a\nb\nc\n", 1, "c\n"},
		"last two":           {"a\nb\nc\n", 2, "b\nc\n"},
		"more than there is": {"a\nb\n", 9, "a\nb\n"},
		"no newline at end":  {"a\nb", 1, "b"},
		"over chunks":        {"a\n" + long + "\nb\n", 2, long + "\nb\n"},
		"empty":              {"", 3, ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "log")
			if err := os.WriteFile(file, []byte(c.content), 0o600); err != nil {
				t.Fatal(err)
			}
			var out strings.Builder
			if err := copyLog(context.Background(), file, LogOptions{Tail: c.tail}, &out); err != nil {
				t.Fatal(err)
			}
			if out.String() != c.want {
				t.Errorf("got %d bytes %.40q, want %d", out.Len(), out.String(), len(c.want))
			}
		})
	}
}

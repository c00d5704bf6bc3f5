package fn

import (
	"strings"
	"testing"

	"github.com/labbox/labbox/internal/lab"
)

func TestRuntimeOf(t *testing.T) {
	t.Parallel()
	tests := []struct {
		lang string
		kind Kind
		note string // part of the note
		fail string // part of the error
	}{
		{"python3-http", Python, "", ""},
		{"python3-flask", Python, "without Flask", ""},
		{"node", Node, "", ""},
		{"node20", Node, "Node 18", ""},
		{"golang-middleware", Go, "", ""},
		{"Dockerfile", Dockerfile, "", ""},
		{"java11", "", "", "no runtime"},
		{"python27-flask", "", "", "Python 2"},
		{"cats", "", "", "not known"},
		{"", "", "", "not known"},
	}
	for _, tt := range tests {
		t.Run(tt.lang, func(t *testing.T) {
			t.Parallel()
			r, err := RuntimeOf(tt.lang)
			if tt.fail != "" {
				if err == nil || !strings.Contains(err.Error(), tt.fail) || lab.AsError(err).Code != lab.CodeUsage || lab.AsError(err).Hint == "" {
					t.Fatalf("RuntimeOf() = %v, want %q with a hint", err, tt.fail)
				}
				return
			}
			if err != nil || r.Kind != tt.kind || !strings.Contains(r.Note, tt.note) || tt.note == "" && r.Note != "" {
				t.Fatalf("RuntimeOf() = %+v, %v", r, err)
			}
			if (r.Base == "") != (r.Kind == Dockerfile) {
				t.Errorf("base %q", r.Base)
			}
		})
	}
}

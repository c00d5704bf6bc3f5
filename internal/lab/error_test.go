package lab

import (
	"errors"
	"fmt"
	"testing"
)

func TestExitCode(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		err  error
		want int
	}{
		"nil":          {nil, 0},
		"plain":        {errors.New("x"), 1},
		"typed":        {Errorf(CodePort, "", "taken"), 5},
		"wrapped":      {fmt.Errorf("up: %w", Errorf(CodeMemory, "", "little")), 6},
		"unknown code": {&Error{Code: "none"}, 1},
		"not found":    {Errorf(CodeNotFound, "", "x"), 15},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := ExitCode(c.err); got != c.want {
				t.Errorf("got %d, want %d", got, c.want)
			}
		})
	}
}

func TestCodesAreDistinct(t *testing.T) {
	t.Parallel()
	codes, exits := map[Code]bool{}, map[int]bool{}
	for _, info := range Codes() {
		if codes[info.Code] || exits[info.Exit] || info.Meaning == "" {
			t.Errorf("code %q (exit %d) stands twice or has no meaning", info.Code, info.Exit)
		}
		codes[info.Code], exits[info.Exit] = true, true
	}
}

func TestErrorfKeepsCause(t *testing.T) {
	t.Parallel()
	cause := errors.New("refused")
	err := Errorf(CodeStep, "try again", "dial: %w", cause)
	if !errors.Is(err, cause) || err.Error() != "dial: refused" {
		t.Errorf("cause lost: %v", err)
	}
}

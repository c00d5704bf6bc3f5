package lesson

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Problem is something in a lesson's files that its author has to mend.
type Problem struct {
	// File is its path below the trend's lessons, Line counts from 1; 0 means the file
	// as a whole.
	File string
	Line int
	// Text says what is wrong and, where that is not plain, what is allowed.
	Text string
}

// String returns "file:line: text", as compilers say it.
func (p Problem) String() string {
	if p.Line == 0 {
		return p.File + ": " + p.Text
	}
	return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Text)
}

// Problems are all that was found, by file and line.
type Problems []Problem

// Error says all of them, a line each.
func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, one := range p {
		lines[i] = one.String()
	}
	return strings.Join(lines, "\n")
}

// add appends a problem.
func (p *Problems) add(file string, line int, format string, args ...any) {
	*p = append(*p, Problem{file, line, fmt.Sprintf(format, args...)})
}

func (p Problems) sort() {
	slices.SortStableFunc(p, func(a, b Problem) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
}

package assemble

import (
	"fmt"
	"path"
	"regexp"
	"strings"
)

// globs is a set of patterns over absolute paths of an image: "*" and "?" stay
// within a name, "**" crosses directories. A pattern matches what lies below, too.
type globs []*regexp.Regexp

func compileGlobs(patterns ...string) (globs, error) {
	out := make(globs, 0, len(patterns))
	for _, p := range patterns {
		re, err := regexp.Compile(globExpr(p))
		if err != nil {
			return nil, fmt.Errorf("read pattern %q: %w", p, err)
		}
		out = append(out, re)
	}
	return out, nil
}

func globExpr(pattern string) string {
	var b strings.Builder
	b.WriteString("^")
	rest := pattern
	for rest != "" {
		switch {
		case strings.HasPrefix(rest, "/**/"):
			b.WriteString("/(.*/)?")
			rest = rest[4:]
		case strings.HasPrefix(rest, "**"):
			b.WriteString(".*")
			rest = rest[2:]
		case rest[0] == '*':
			b.WriteString("[^/]*")
			rest = rest[1:]
		case rest[0] == '?':
			b.WriteString("[^/]")
			rest = rest[1:]
		default:
			b.WriteString(regexp.QuoteMeta(rest[:1]))
			rest = rest[1:]
		}
	}
	b.WriteString("(/.*)?$")
	return b.String()
}

// match says whether the path, relative or absolute, is in the set.
func (g globs) match(name string) bool {
	name = path.Join("/", name)
	for _, re := range g {
		if re.MatchString(name) {
			return true
		}
	}
	return false
}

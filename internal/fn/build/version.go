package build

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// versionForm is Python's version scheme: epoch, numbers, pre-release, post-release,
// development release; what stands behind "+" says nothing about the order.
var (
	versionForm = regexp.MustCompile(`^v?(?:(\d+)!)?(\d+(?:\.\d+)*)[-_.]?(?:(a|b|c|rc|alpha|beta|pre|preview)[-_.]?(\d*))?(?:[-_.]?(?:post|rev|r)[-_.]?(\d*)|-(\d+))?(?:[-_.]?dev[-_.]?(\d*))?(?:\+.*)?$`)
	specForm    = regexp.MustCompile(`^(===|==|!=|<=|>=|~=|<|>)\s*([^\s]+)$`)
)

// versionKey turns a version into numbers that compare in order: epoch, phase and
// number of the pre-release, post-release, development release; release numbers are
// apart. Text that is no version comes before all.
func versionKey(v string) (release []int, rest [5]int, ok bool) {
	m := versionForm.FindStringSubmatch(strings.ToLower(strings.TrimSpace(v)))
	if m == nil {
		return nil, rest, false
	}
	for _, n := range strings.Split(m[2], ".") {
		release = append(release, number(n))
	}
	for len(release) > 1 && release[len(release)-1] == 0 {
		release = release[:len(release)-1]
	}
	hasPost := strings.Contains(strings.ToLower(v), "post") || m[5] != "" || m[6] != ""
	hasDev := strings.Contains(strings.ToLower(v), "dev")
	rest[0] = number(m[1])
	switch {
	case m[3] != "":
		rest[1] = map[byte]int{'a': 1, 'b': 2, 'c': 3, 'r': 3, 'p': 3}[m[3][0]]
		rest[2] = number(m[4])
	case hasDev && !hasPost:
		rest[1] = 0 // 1.0.dev1 is before 1.0a1
	default:
		rest[1] = 4
	}
	if rest[3] = -1; hasPost {
		rest[3] = number(m[5] + m[6])
	}
	if rest[4] = 1 << 30; hasDev {
		rest[4] = number(m[7])
	}
	return release, rest, true
}

func number(text string) int {
	n, _ := strconv.Atoi(text) // the forms let digits through only; empty is zero
	return n
}

// compareVersions returns -1, 0 or 1 by Python's order.
func compareVersions(a, b string) int {
	ra, ka, oka := versionKey(a)
	rb, kb, okb := versionKey(b)
	switch {
	case !oka || !okb:
		return strings.Compare(a, b)
	case ka[0] != kb[0]:
		return sign(ka[0] - kb[0])
	}
	for i := range max(len(ra), len(rb)) {
		if d := at(ra, i) - at(rb, i); d != 0 {
			return sign(d)
		}
	}
	for i := 1; i < len(ka); i++ {
		if d := ka[i] - kb[i]; d != 0 {
			return sign(d)
		}
	}
	return 0
}

func sign(n int) int {
	switch {
	case n < 0:
		return -1
	case n > 0:
		return 1
	}
	return 0
}

func at(list []int, i int) int {
	if i < len(list) {
		return list[i]
	}
	return 0
}

// isPre says whether the version is a pre-release, which nobody gets unasked.
func isPre(v string) bool {
	_, rest, ok := versionKey(v)
	return ok && (rest[1] < 4 || rest[4] != 1<<30)
}

// checkSpec says what is wrong with a list such as ">=1.2,<2".
func checkSpec(spec string) error {
	for _, s := range splitSpec(spec) {
		if specForm.FindStringSubmatch(s) == nil {
			return fmt.Errorf("%q is no version condition", s)
		}
	}
	return nil
}

func splitSpec(spec string) []string {
	var out []string
	for _, s := range strings.Split(spec, ",") {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// fits says whether a version meets every condition of a spec.
func fits(spec, version string) bool {
	pre := false
	for _, s := range splitSpec(spec) {
		m := specForm.FindStringSubmatch(s)
		if m == nil || !fitsOne(m[1], m[2], version) {
			return false
		}
		pre = pre || isPre(m[2])
	}
	return pre || !isPre(version)
}

func fitsOne(op, want, version string) bool {
	prefix, wild := strings.CutSuffix(want, ".*")
	c := compareVersions(version, want)
	switch op {
	case "===":
		return version == want
	case "==":
		if wild {
			return hasRelease(version, prefix)
		}
		return c == 0
	case "!=":
		if wild {
			return !hasRelease(version, prefix)
		}
		return c != 0
	case "<=":
		return c <= 0
	case ">=":
		return c >= 0
	case "<":
		return c < 0
	case ">":
		return c > 0
	}
	// ~=1.4.2 means >=1.4.2, ==1.4.*
	cut := strings.LastIndex(want, ".")
	return cut > 0 && c >= 0 && hasRelease(version, want[:cut])
}

// hasRelease says whether a version's numbers begin with those of prefix.
func hasRelease(version, prefix string) bool {
	have, _, ok := versionKey(version)
	if !ok {
		return false
	}
	for i, n := range strings.Split(prefix, ".") {
		if at(have, i) != number(n) {
			return false
		}
	}
	return true
}

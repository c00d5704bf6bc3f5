package environment

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Amount is CPU in thousandths of a core, and memory in bytes.
type Amount struct {
	CPU    int64
	Memory int64
}

// size is what an environment may use.
type size struct {
	Amount
	pods int64
}

// sizes are those there are, the smallest first.
var sizes = []struct {
	name string
	size size
}{
	{"small", size{Amount{500, 512 << 20}, 5}},
	{"medium", size{Amount{1000, 1 << 30}, 10}},
	{"large", size{Amount{2000, 2 << 30}, 20}},
}

// Sizes returns the names of the sizes, the smallest first.
func Sizes() []string {
	var out []string
	for _, s := range sizes {
		out = append(out, s.name)
	}
	return out
}

func sizeOf(name string) (size, bool) {
	for _, s := range sizes {
		if s.name == name {
			return s.size, true
		}
	}
	return size{}, false
}

// ParseCPU reads a Kubernetes quantity of CPU, such as 500m or 1.5.
func ParseCPU(s string) (int64, error) {
	if rest, milli := strings.CutSuffix(s, "m"); milli {
		return strconv.ParseInt(rest, 10, 64)
	}
	n, err := strconv.ParseFloat(s, 64)
	return int64(n * 1000), err
}

// ParseMemory reads a Kubernetes quantity of memory, such as 512Mi.
func ParseMemory(s string) (int64, error) {
	for i, unit := range []string{"Ki", "Mi", "Gi", "Ti"} {
		if rest, ok := strings.CutSuffix(s, unit); ok {
			n, err := strconv.ParseFloat(rest, 64)
			return int64(n * float64(int64(1)<<(10*(i+1)))), err
		}
	}
	for i, unit := range []string{"k", "M", "G"} {
		if rest, ok := strings.CutSuffix(s, unit); ok {
			n, err := strconv.ParseFloat(rest, 64)
			for range i + 1 {
				n *= 1000
			}
			return int64(n), err
		}
	}
	return strconv.ParseInt(s, 10, 64)
}

// cpuText and memoryText write amounts as Kubernetes does.
func cpuText(milli int64) string {
	if milli%1000 == 0 {
		return strconv.FormatInt(milli/1000, 10)
	}
	return fmt.Sprintf("%dm", milli)
}

func memoryText(bytes int64) string {
	switch {
	case bytes%(1<<30) == 0 && bytes > 0:
		return fmt.Sprintf("%dGi", bytes>>30)
	case bytes%(1<<20) == 0:
		return fmt.Sprintf("%dMi", bytes>>20)
	}
	return strconv.FormatInt(bytes, 10)
}

// Budget is what one owner may use in all environments together.
type Budget struct {
	CPU          string `json:"cpu"`
	Memory       string `json:"memory"`
	Environments int64  `json:"environments"`
}

type budget struct {
	Amount
	environments int64
}

func (b budget) show() Budget {
	return Budget{CPU: cpuText(b.CPU), Memory: memoryText(b.Memory), Environments: b.environments}
}

// defaultBudget holds where the Group says nothing.
func defaultBudget() budget { return budget{Amount{1500, 1536 << 20}, 3} }

// parseBudget reads cpu=1500m,memory=1536Mi,environments=3; what is left out is as in
// the default.
func parseBudget(text string) (budget, error) {
	b := defaultBudget()
	for part := range strings.SplitSeq(text, ",") {
		key, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		var err error
		switch key {
		case "":
		case "cpu":
			b.CPU, err = ParseCPU(value)
		case "memory":
			b.Memory, err = ParseMemory(value)
		case "environments":
			b.environments, err = strconv.ParseInt(value, 10, 32)
		default:
			err = fmt.Errorf("there is no %q in a budget", key)
		}
		if err != nil {
			return b, fmt.Errorf("budget %q: write cpu=1500m,memory=1536Mi,environments=3: %w", text, err)
		}
	}
	return b, nil
}

// parseTTL reads 30m, 8h or 2d; "" is 0, for ever.
func parseTTL(text string) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	if days, ok := strings.CutSuffix(text, "d"); ok {
		n, err := strconv.Atoi(days)
		if err == nil && n > 0 && n <= 365 {
			return time.Duration(n) * 24 * time.Hour, nil
		}
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 10*time.Second || d > 365*24*time.Hour {
		return 0, fmt.Errorf("ttl %q is no time such as 30m, 8h or 2d, of at least 10s", text)
	}
	return d, nil
}

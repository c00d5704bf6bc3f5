package bench

import (
	"os"
	"path/filepath"
	"testing"
)

func TestFigure(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		values           []float64
		low, median, top float64
	}{
		"one":  {[]float64{2}, 2, 2, 2},
		"odd":  {[]float64{3, 1, 2}, 1, 2, 3},
		"even": {[]float64{4, 1, 2, 3}, 1, 2.5, 4},
		"none": {nil, 0, 0, 0},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := figure("s", 0, c.values)
			if f.Min != c.low || f.Median != c.median || f.Max != c.top {
				t.Errorf("got %v %v %v, want %v %v %v", f.Min, f.Median, f.Max, c.low, c.median, c.top)
			}
		})
	}
}

func TestMemoryOfThisProcess(t *testing.T) {
	t.Parallel()
	m, err := memoryOf([]int{os.Getpid()})
	if err != nil || m.pss <= 0 || m.private <= 0 || m.private > m.pss {
		t.Errorf("pss %d, private %d, %v", m.pss, m.private, err)
	}
}

func TestCPUOfThisProcess(t *testing.T) {
	t.Parallel()
	calibrate() // so that there is something to see
	if seconds := cpuSeconds([]int{os.Getpid()}); seconds <= 0 {
		t.Errorf("this process has used %v s", seconds)
	}
}

func TestTreeSize(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a"), make([]byte, 8192), 0o600); err != nil {
		t.Fatal(err)
	}
	if n := treeBytes(dir); n < 8192 {
		t.Errorf("%d bytes on disk, want at least 8192", n)
	}
}

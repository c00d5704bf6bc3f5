package energy

import (
	"math"
	"math/rand/v2"
	"testing"
)

func near(a, b, tolerance float64) bool { return math.Abs(a-b) <= tolerance }

// The worked example that the coefficients' sources give.
func TestVectors(t *testing.T) {
	t.Parallel()
	table, err := DefaultPowerTable()
	if err != nil {
		t.Fatal(err)
	}
	grid, err := LoadGrid("")
	if err != nil {
		t.Fatal(err)
	}
	de, err := grid.Intensity("DE")
	if err != nil {
		t.Fatal(err)
	}
	const hour = 3600
	tests := []struct {
		name            string
		got, want, fuzz float64
	}{
		{"1 vCPU at half load, watts", table.Average.Watts(.5), 2.12, 1e-9},
		{"an hour of it in Germany, grams", Grams(2.12*hour, de), .725, .0005},
		{"2 GB of memory, watts", MemoryWatts(2e9), .784, 1e-9},
		{"an hour of it, grams", Grams(MemoryWatts(2e9)*hour, de), .268, .0005},
		{"making of 1 of 96 vCPUs for an hour, grams", DefaultEmbodied().Grams(hour, 1), .479, .0005},
		{"a kilowatt-hour in Germany", Grams(3.6e6, de), 342.06, 1e-9},
		{"idle", table.Average.Watts(0), .74, 1e-9},
		{"full", table.Average.Watts(1), 3.5, 1e-9},
		{"more than full", table.Average.Watts(1.3), 3.5, 1e-9},
		{"Teads idle", TeadsWatts(100, 0), 12, 1e-9},
		{"Teads 5 %", TeadsWatts(100, .05), 22, 1e-9},
		{"Teads 10 %", TeadsWatts(100, .1), 32, 1e-9},
		{"Teads 30 %", TeadsWatts(100, .3), 53.5, 1e-9},
		{"Teads half", TeadsWatts(100, .5), 75, 1e-9},
		{"Teads 75 %", TeadsWatts(100, .75), 88.5, 1e-9},
		{"Teads full", TeadsWatts(65, 1), 66.3, 1e-9},
		{"Teads beyond", TeadsWatts(65, 2), 66.3, 1e-9},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if !near(tt.got, tt.want, tt.fuzz) {
				t.Errorf("got %v, want %v", tt.got, tt.want)
			}
		})
	}
}

func TestSCI(t *testing.T) {
	t.Parallel()
	s := NewSCI(.725+.268, .479, 1000)
	if !near(s.GramsPerUnit, .001472, 1e-9) {
		t.Errorf("per unit %v", s.GramsPerUnit)
	}
	if s := NewSCI(1, 1, 0); s.GramsPerUnit != 0 {
		t.Errorf("without units: %v", s.GramsPerUnit)
	}
	if g := (Embodied{TotalKg: 1}).Grams(1, 1); g != 0 {
		t.Errorf("embodied of nothing: %v", g)
	}
}

func TestPowerTable(t *testing.T) {
	t.Parallel()
	table, err := DefaultPowerTable()
	if err != nil {
		t.Fatal(err)
	}
	const intel, amd = "GenuineIntel", "AuthenticAMD"
	tests := []struct {
		cpu      Processor
		name     string
		min, max float64
	}{
		{Processor{Vendor: intel, Family: 6, Model: 45}, "Sandy Bridge", 2.212, 8.631},
		{Processor{Vendor: intel, Family: 6, Model: 62}, "Ivy Bridge", 1.707, 5.557},
		{Processor{Vendor: intel, Family: 6, Model: 63}, "Haswell", 1.857, 5.595},
		{Processor{Vendor: intel, Family: 6, Model: 79}, "Broadwell", .713, 3.685},
		{Processor{Vendor: intel, Family: 6, Model: 85, Stepping: 4}, "Skylake", .613, 3.868},
		{Processor{Vendor: intel, Family: 6, Model: 85, Stepping: 7}, "Cascade Lake", .690, 4.063},
		{Processor{Vendor: intel, Family: 6, Model: 158, Stepping: 10}, "Coffee Lake", 1.138, 5.422},
		{Processor{Vendor: intel, Family: 6, Model: 106}, "Ice Lake", .767, 3.758},
		{Processor{Vendor: intel, Family: 6, Model: 143}, "Sapphire Rapids", 1.036, 4.160},
		{Processor{Vendor: intel, Family: 6, Model: 207}, "Emerald Rapids", .814, 4.482},
		{Processor{Vendor: intel, Family: 6, Model: 173}, "Granite Rapids", .582, 2.527},
		{Processor{Vendor: amd, Family: 23, Model: 1}, "EPYC 1", .847, 2.604},
		{Processor{Vendor: amd, Family: 23, Model: 49}, "EPYC 2", .474, 1.693},
		{Processor{Vendor: amd, Family: 25, Model: 1}, "EPYC 3", .456, 1.957},
		{Processor{Vendor: amd, Family: 25, Model: 17}, "EPYC 4", .739, 2.282},
		{Processor{Vendor: amd, Family: 26, Model: 2}, "EPYC 5", 3.682, 8.961},
		{Processor{Vendor: "ARM", Family: 8, Model: 0xd40}, "Graviton 2-4", .474, 1.693},
		{Processor{Vendor: "Someone", Family: 6, Model: 85}, "average", .74, 3.5},
		{Processor{}, "average", .74, 3.5},
	}
	for _, tt := range tests {
		if got := table.For(tt.cpu); got.Name != tt.name || got.Min != tt.min || got.Max != tt.max {
			t.Errorf("%+v is %+v, want %s %v-%v", tt.cpu, got, tt.name, tt.min, tt.max)
		}
	}
	for _, a := range table.Architectures {
		if a.Min <= 0 || a.Max <= a.Min || len(a.Models) == 0 {
			t.Errorf("%+v cannot be", a)
		}
	}
}

// Whatever the numbers are: parts are never negative and never more than the whole.
func TestAttributionProperties(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 2))
	number := func() float64 {
		switch rng.IntN(6) {
		case 0:
			return 0
		case 1:
			return -rng.Float64() // clocks that disagree
		}
		return math.Exp(rng.Float64()*20 - 10)
	}
	for range 20_000 {
		usage := Usage{Seconds: number(), Active: number(), Total: number()}
		joules := math.Abs(number())
		active, idle := Split(joules, usage)
		if active < 0 || idle < 0 || !near(active+idle, joules, 1e-9*joules) {
			t.Fatalf("Split(%v, %+v) = %v, %v", joules, usage, active, idle)
		}
		cpu := make([]float64, rng.IntN(8))
		for i := range cpu {
			cpu[i] = number()
		}
		for name, parts := range map[string][]float64{"Share": Share(active, usage.Active, cpu), "Reserve": Reserve(active, usage.Active, cpu)} {
			var sum float64
			for i, p := range parts {
				if p < 0 || math.IsNaN(p) || (cpu[i] <= 0 && p != 0) {
					t.Fatalf("%s(%v, %v, %v)[%d] = %v", name, active, usage.Active, cpu, i, p)
				}
				sum += p
			}
			if sum > active*(1+1e-12) {
				t.Fatalf("%s(%v, %v, %v) gives away %v", name, active, usage.Active, cpu, sum)
			}
		}
	}
}

func TestShare(t *testing.T) {
	t.Parallel()
	// A pod that used a quarter of the node's CPU time gets a quarter of its active energy.
	if got := Share(8, 2, []float64{.5, 1}); got[0] != 2 || got[1] != 4 {
		t.Errorf("got %v", got)
	}
	if got := Reserve(10, 2, []float64{.5, -1}); got[0] != 2.5 || got[1] != 0 {
		t.Errorf("got %v", got)
	}
}

func TestCounterDelta(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name             string
		last, now, limit uint64
		want             uint64
	}{
		{"forward", 10, 25, 100, 15},
		{"still", 10, 10, 100, 0},
		{"wrapped", 90, 5, 100, 15},
		{"wrapped at once", 100, 0, 100, 0},
		{"reset", 500, 7, 100, 7},
	}
	for _, tt := range tests {
		if got := counterDelta(tt.last, tt.now, tt.limit); got != tt.want {
			t.Errorf("%s: %d, want %d", tt.name, got, tt.want)
		}
	}
}

func TestGrid(t *testing.T) {
	t.Parallel()
	grid, err := LoadGrid("")
	if err != nil {
		t.Fatal(err)
	}
	if grid.Year != 2024 || grid.Source == "" || grid.Licence == "" {
		t.Errorf("the table does not say where it comes from: %+v", grid)
	}
	for zone, want := range map[string]float64{"DE": 342.06, "FR": 44.18, "WORLD": 472.94, "PL": 614.98} {
		if got, err := grid.Intensity(zone); err != nil || got != want {
			t.Errorf("%s: %v, %v", zone, got, err)
		}
	}
	if _, err := grid.Intensity("XX"); err == nil {
		t.Error("an unknown zone has an intensity")
	}
}

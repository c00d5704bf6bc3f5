package bench

import (
	"math"
	"slices"
)

// Figure is one measured quantity over several runs.
type Figure struct {
	Unit   string    `json:"unit"`
	Min    float64   `json:"min"`
	Median float64   `json:"median"`
	Max    float64   `json:"max"`
	Values []float64 `json:"values"`
	// Calibrated is the median as a multiple of the calibration workload's median
	// time, for figures in seconds.
	Calibrated float64 `json:"calibrated,omitempty"`
	// Goal is what is to be reached, 0 where there is none.
	Goal float64 `json:"goal,omitempty"`
}

// figure summarizes values; it returns the zero Figure for none.
func figure(unit string, goal float64, values []float64) Figure {
	if len(values) == 0 {
		return Figure{Unit: unit, Goal: goal}
	}
	sorted := slices.Sorted(slices.Values(values))
	mid := len(sorted) / 2
	median := sorted[mid]
	if len(sorted)%2 == 0 {
		median = (sorted[mid-1] + sorted[mid]) / 2
	}
	f := Figure{Unit: unit, Goal: goal, Min: sorted[0], Median: median, Max: sorted[len(sorted)-1], Values: values}
	f.Min, f.Median, f.Max = round(f.Min), round(f.Median), round(f.Max)
	for i, v := range f.Values {
		f.Values[i] = round(v)
	}
	return f
}

func round(v float64) float64 { return math.Round(v*1000) / 1000 }

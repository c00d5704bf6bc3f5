package capstone

import (
	"math"
	"time"
)

// round cuts a number to so many decimals, for people.
func round(value float64, decimals int) float64 {
	factor := math.Pow10(decimals)
	return math.Round(value*factor) / factor
}

// significant cuts a number to three significant digits, for values of any size.
func significant(value float64) float64 {
	if value == 0 || math.IsNaN(value) || math.IsInf(value, 0) {
		return 0
	}
	return round(value, 2-int(math.Floor(math.Log10(math.Abs(value)))))
}

func millis(d time.Duration) float64 { return round(float64(d)/float64(time.Millisecond), 2) }

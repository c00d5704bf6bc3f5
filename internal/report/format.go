package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// number writes v with at most digits after the decimal point.
func (t Texts) number(v float64, digits int) string {
	text := strconv.FormatFloat(v, 'f', digits, 64)
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	if t.lang == "de" {
		text = strings.Replace(text, ".", ",", 1)
	}
	return text
}

// figures writes v with about three significant digits.
func (t Texts) figures(v float64) string {
	switch size := math.Abs(v); {
	case size == 0:
		return "0"
	case size >= 100:
		return t.number(v, 0)
	case size >= 1:
		return t.number(v, 2-int(math.Floor(math.Log10(size))))
	case size >= 0.001:
		return t.number(v, 2-int(math.Floor(math.Log10(size))))
	}
	text := strconv.FormatFloat(v, 'e', 2, 64)
	if t.lang == "de" {
		text = strings.Replace(text, ".", ",", 1)
	}
	return text
}

// scaled writes v with a prefix of the unit that keeps the number readable: "18.2 mJ".
func (t Texts) scaled(v float64, unit string) string {
	for _, prefix := range []struct {
		text string
		size float64
	}{{"M", 1e6}, {"k", 1e3}, {"", 1}, {"m", 1e-3}, {"µ", 1e-6}} {
		if math.Abs(v) >= prefix.size*0.9995 {
			return t.figures(v/prefix.size) + " " + prefix.text + unit
		}
	}
	if v == 0 {
		return "0 " + unit
	}
	return t.figures(v*1e9) + " n" + unit
}

// seconds writes a time span: "0.4 s", "12 s", "2 min 05 s".
func (t Texts) seconds(s float64) string {
	switch {
	case s < 10:
		return t.number(s, 1) + " s"
	case s < 120:
		return t.number(s, 0) + " s"
	}
	whole := int(math.Round(s))
	return fmt.Sprintf("%d min %02d s", whole/60, whole%60)
}

// moment writes a point in time, in this machine's zone.
func (t Texts) moment(at time.Time) string {
	if t.lang == "de" {
		return at.Local().Format("02.01.2006, 15:04:05")
	}
	return at.Local().Format("2 Jan 2006, 15:04:05")
}

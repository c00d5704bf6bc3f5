package web

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// number writes v with at most digits after the decimal point, in the language's
// own way.
func (c *catalogue) number(v float64, digits int) string {
	text := strconv.FormatFloat(v, 'f', digits, 64)
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	if c.lang == "de" {
		text = strings.Replace(text, ".", ",", 1)
	}
	return text
}

// figures writes v with about three significant digits.
func (c *catalogue) figures(v float64) string {
	switch size := math.Abs(v); {
	case size == 0:
		return "0"
	case size >= 100:
		return c.number(v, 0)
	case size >= 10:
		return c.number(v, 1)
	case size >= 1:
		return c.number(v, 2)
	case size >= 0.001:
		return c.number(v, 2-int(math.Floor(math.Log10(size))))
	}
	text := strconv.FormatFloat(v, 'e', 2, 64)
	if c.lang == "de" {
		text = strings.Replace(text, ".", ",", 1)
	}
	return text
}

// count writes a whole number, its thousands apart: "16 403".
func (c *catalogue) count(v float64) string {
	digits := c.number(v, 0)
	if len(digits) <= 4 {
		return digits
	}
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + "\u202f" + digits[at:]
	}
	return digits
}

// rate writes how often something happens in a second; what is rarer than that the
// figures say is "< 0.01".
func (c *catalogue) rate(v float64) string {
	switch {
	case v <= 0:
		return "0"
	case v < 0.01:
		return "< " + c.number(0.01, 2)
	case v < 1:
		return c.number(v, 2)
	}
	return c.figures(v)
}

// scaled writes v with a prefix of the unit that keeps the number readable: "18.2 mJ".
func (c *catalogue) scaled(v float64, unit string) string {
	for _, prefix := range []struct {
		text string
		size float64
	}{{"M", 1e6}, {"k", 1e3}, {"", 1}, {"m", 1e-3}, {"µ", 1e-6}} {
		if math.Abs(v) >= prefix.size*0.9995 {
			return c.figures(v/prefix.size) + " " + prefix.text + unit
		}
	}
	if v == 0 {
		return "0 " + unit
	}
	return c.figures(v*1e9) + " n" + unit
}

// watts writes power; what is less than a millionth of a watt is nothing.
func (c *catalogue) watts(v float64) string {
	if v < 1e-6 {
		v = 0
	}
	return c.scaled(v, "W")
}

// flowRate writes how much moves along an edge of the flow: "18.2/s", "0.42 W".
func (c *catalogue) flowRate(r flowRate) string {
	if r.Unit == "watts" {
		return c.watts(r.PerSecond)
	}
	return c.rate(r.PerSecond) + "/s"
}

// bytes writes a size in binary units: "412 MiB".
func (c *catalogue) bytes(n int64) string {
	value, unit := float64(n), 0
	units := []string{"B", "KiB", "MiB", "GiB", "TiB"}
	for value >= 1024 && unit < len(units)-1 {
		value /= 1024
		unit++
	}
	digits := 0
	if unit > 2 {
		digits = 2
	}
	return c.number(value, digits) + " " + units[unit]
}

// seconds writes a time span: "0.4 s", "12 s", "2 min 05 s".
func (c *catalogue) seconds(s float64) string {
	switch {
	case s < 10:
		return c.number(s, 1) + " s"
	case s < 120:
		return c.number(s, 0) + " s"
	}
	whole := int(math.Round(s))
	return fmt.Sprintf("%d min %02d s", whole/60, whole%60)
}

// moment writes a point in time, in this machine's zone.
func (c *catalogue) moment(t time.Time) string {
	if c.lang == "de" {
		return t.Local().Format("02.01.2006, 15:04:05")
	}
	return t.Local().Format("2 Jan 2006, 15:04:05")
}

// quantity writes v in one of the units of Plot.
func (c *catalogue) quantity(v float64, unit string) string {
	switch unit {
	case "replicas": // the title says so
		return c.figures(v)
	case "bytes":
		return c.bytes(int64(v))
	case "seconds":
		if v < 1 {
			return c.figures(v*1000) + " ms"
		}
		return c.figures(v) + " s"
	}
	return c.figures(v) + " " + c.text("unit."+unit)
}

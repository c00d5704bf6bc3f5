package report

// bar is one bar of a chart.
type bar struct {
	Name, Value string
	// Size is relative to the other bars'.
	Size float64
	Tone Tone
}

// chart draws horizontal bars beneath one another, each with its name and its value.
func chart(id, alt string, bars []bar) Drawing {
	const (
		width, names, values = 740.0, 218.0, 104.0
		line                 = 30.0
	)
	d := Drawing{ID: id, Width: width, Height: float64(len(bars))*line + 6, Alt: alt}
	largest := 0.0
	for _, b := range bars {
		largest = max(largest, b.Size)
	}
	for i, b := range bars {
		y := float64(i)*line + 4
		d.words(Shape{X: names - 10, Y: y + 17, Text: clip(b.Name, 34), Size: 12, Anchor: "end"})
		length := 0.0
		if largest > 0 {
			length = b.Size / largest * (width - names - values)
		}
		d.box(Shape{X: names, Y: y + 3, W: width - names - values, H: 20, Radius: 4, Fill: ToneWash})
		if length > 0 {
			d.box(Shape{X: names, Y: y + 3, W: max(length, 2), H: 20, Radius: min(4, max(length, 2)/2), Fill: b.Tone})
		}
		d.words(Shape{X: names + width - names - values + 8, Y: y + 17, Text: b.Value, Size: 12, Bold: true})
	}
	return d
}

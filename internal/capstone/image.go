package capstone

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
)

const (
	side  = 8  // pixels a side of a digit of the data set
	ink   = 16 // the darkest value of a pixel
	scale = 4  // how much larger the image is
)

// draw returns a digit as a grey PNG image, black on white, four times its size.
func draw(pixels []int) ([]byte, error) {
	if len(pixels) != side*side {
		return nil, fmt.Errorf("draw a digit: %d pixels instead of %d", len(pixels), side*side)
	}
	img := image.NewGray(image.Rect(0, 0, side*scale, side*scale))
	for y := range side * scale {
		for x := range side * scale {
			value := pixels[(y/scale)*side+x/scale]
			img.SetGray(x, y, color.Gray{Y: uint8(255 - (value*255+ink/2)/ink)})
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		return nil, fmt.Errorf("draw a digit: %w", err)
	}
	return out.Bytes(), nil
}

package template

import (
	"bytes"
	"embed"
	"fmt"
	"text/template"
)

//go:embed files/gomain.tmpl
var goMain embed.FS

// Shape is one of the signatures that handlers in Go have.
type Shape string

// The shapes: an http.HandlerFunc, the request and response of OpenFaaS's SDK, and
// bytes to text.
const (
	ShapeMiddleware Shape = "middleware"
	ShapeRequest    Shape = "request"
	ShapeBytes      Shape = "bytes"
)

// GoMain returns the program around a handler of the given shape in the given module.
func GoMain(shape Shape, module string) ([]byte, error) {
	t, err := template.ParseFS(goMain, "files/gomain.tmpl")
	if err != nil {
		return nil, fmt.Errorf("read the program around a handler: %w", err)
	}
	var out bytes.Buffer
	if err := t.Execute(&out, map[string]string{"Shape": string(shape), "Module": module}); err != nil {
		return nil, fmt.Errorf("write the program around a handler: %w", err)
	}
	return out.Bytes(), nil
}

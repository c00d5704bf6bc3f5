package gateway

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strings"

	"github.com/labbox/labbox/internal/faas/store"
)

// decode reads a JSON body of the management interface. A field that no client is
// known to send is refused by name: a slip of the pen must not be lost in silence.
func decode(w http.ResponseWriter, r *http.Request, into any) error {
	text, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxSystemBody))
	if err != nil {
		return fmt.Errorf("read the body: %w", err)
	}
	if len(bytes.TrimSpace(text)) == 0 {
		return &store.Invalid{Message: "a JSON body is required"}
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return &store.Invalid{Message: "the body is not the JSON that is expected: " + faultOf(err)}
	}
	if _, err := decoder.Token(); err != io.EOF {
		return &store.Invalid{Message: "the body is not the JSON that is expected: something follows its end"}
	}
	return nil
}

// decodeLoose is decode for messages of others that grow new fields.
func decodeLoose(w http.ResponseWriter, r *http.Request, into any) error {
	text, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxSystemBody))
	if err != nil {
		return fmt.Errorf("read the body: %w", err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		return &store.Invalid{Message: "the body is not the JSON that is expected: " + faultOf(err)}
	}
	return nil
}

// faultOf says what is wrong with a JSON text in the words of JSON and not of Go. It
// never repeats a value: that may be a secret.
func faultOf(err error) string {
	var kind *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &kind):
		got, _, _ := strings.Cut(kind.Value, " ")
		if kind.Field == "" {
			return fmt.Sprintf("it must be %s, not %s", jsonKind(kind.Type), article(got))
		}
		return fmt.Sprintf("%s must be %s, not %s", kind.Field, jsonKind(kind.Type), article(got))
	case errors.As(err, &syntax):
		return fmt.Sprintf("it breaks off or goes wrong at byte %d", syntax.Offset)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "it breaks off"
	}
	if field, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return "unknown field " + field
	}
	if strings.Contains(err.Error(), "base64") {
		return "rawValue must be base64"
	}
	return "it cannot be read"
}

// jsonKind is what a Go type is in JSON.
func jsonKind(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "a string"
	case reflect.Bool:
		return "true or false"
	case reflect.Struct, reflect.Map:
		return "an object"
	case reflect.Slice, reflect.Array:
		if t.Elem().Kind() == reflect.Uint8 {
			return "a string in base64"
		}
		return "an array"
	case reflect.Pointer:
		return jsonKind(t.Elem())
	case reflect.Int, reflect.Int32, reflect.Int64:
		return "a whole number"
	}
	return "a number"
}

func article(word string) string {
	if word == "" {
		return "that"
	}
	if strings.ContainsRune("aeiou", rune(word[0])) {
		return "an " + word
	}
	return "a " + word
}

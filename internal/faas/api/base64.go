package api

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
)

// Base64 is bytes that JSON has as a string in base64, and never as an array of
// numbers, as encoding/json would take for a []byte.
type Base64 []byte

// UnmarshalJSON implements json.Unmarshaler. Its errors never hold what was sent.
func (b *Base64) UnmarshalJSON(text []byte) error {
	if bytes.Equal(text, []byte("null")) {
		return nil
	}
	if len(text) == 0 || text[0] != '"' {
		return &json.UnmarshalTypeError{Value: kindOf(text), Type: reflect.TypeFor[[]byte](), Field: "rawValue"}
	}
	var s string
	if err := json.Unmarshal(text, &s); err != nil {
		return errors.New("a string is expected")
	}
	raw, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return fmt.Errorf("base64 is expected: %w", err)
	}
	*b = raw
	return nil
}

// kindOf names the kind of a JSON value by its first byte.
func kindOf(text []byte) string {
	switch {
	case len(text) == 0:
		return "nothing"
	case text[0] == '[':
		return "array"
	case text[0] == '{':
		return "object"
	case text[0] == 't' || text[0] == 'f':
		return "bool"
	}
	return "number"
}

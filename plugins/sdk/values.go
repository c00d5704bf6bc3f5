package sdk

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Values is a tree of JSON values, such as the values of a Helm chart.
//
// On the wire every number is a double. One without a fraction arrives as int64,
// anything else as float64, so that Helm prints 3000 and not 3e+03. Whole numbers
// beyond 2^53 do not survive: put those in strings.
type Values map[string]any

// UnmarshalJSON decodes an object; see Values for its numbers.
func (v *Values) UnmarshalJSON(data []byte) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	var raw map[string]any
	if err := dec.Decode(&raw); err != nil {
		return fmt.Errorf("decode values: %w", err)
	}
	for k, e := range raw {
		raw[k] = plainNumbers(e)
	}
	*v = raw
	return nil
}

// plainNumbers replaces every json.Number in v by an int64 or a float64.
func plainNumbers(v any) any {
	switch v := v.(type) {
	case json.Number:
		if f, err := v.Float64(); err == nil && f != float64(int64(f)) {
			return f
		} else if err == nil {
			return int64(f)
		}
		return v.String()
	case map[string]any:
		for k, e := range v {
			v[k] = plainNumbers(e)
		}
	case []any:
		for i, e := range v {
			v[i] = plainNumbers(e)
		}
	}
	return v
}

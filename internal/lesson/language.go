package lesson

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"regexp"
	"strings"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/ext"
	"go.yaml.in/yaml/v3"
)

// The names that every expression knows, besides those of its task's watches.
const (
	nameAnswer  = "answer"
	nameStarted = "started"
	nameNow     = "now"
	nameTicked  = "ticked"
)

// newLanguage returns CEL with its extensions, the lab's own functions, and the names
// that every expression knows.
func newLanguage() (*cel.Env, error) {
	return cel.NewEnv(
		cel.OptionalTypes(), ext.Strings(), ext.Lists(), ext.Math(), ext.Sets(), ext.Encoders(), ext.Bindings(),
		cel.CrossTypeNumericComparisons(true),
		cel.DefaultUTCTimeZone(true),
		cel.Variable(nameAnswer, cel.StringType),
		cel.Variable(nameStarted, cel.TimestampType),
		cel.Variable(nameNow, cel.TimestampType),
		cel.Variable(nameTicked, cel.MapType(cel.StringType, cel.DynType)),
		oneText("yaml", parseYAML), oneText("yamls", parseYAMLs), oneText("json", parseJSON), quantityFunction(),
	)
}

// oneText is a function of one text.
func oneText(name string, do func(text string) (any, error)) cel.EnvOption {
	return cel.Function(name, cel.Overload(name+"_string", []*cel.Type{cel.StringType}, cel.DynType,
		cel.UnaryBinding(func(arg ref.Val) ref.Val {
			text, ok := arg.Value().(string)
			if !ok {
				return types.MaybeNoSuchOverloadErr(arg)
			}
			value, err := do(text)
			if err != nil {
				return types.NewErr("%s: %v", name, err)
			}
			return types.DefaultTypeAdapter.NativeToValue(plain(value))
		})))
}

func parseJSON(text string) (any, error) {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is more than one JSON value")
	}
	return value, nil
}

func parseYAML(text string) (any, error) {
	var value any
	return value, yaml.Unmarshal([]byte(text), &value)
}

func parseYAMLs(text string) (any, error) {
	decoder := yaml.NewDecoder(strings.NewReader(text))
	list := []any{}
	for {
		var value any
		err := decoder.Decode(&value)
		if errors.Is(err, io.EOF) {
			return list, nil
		}
		if err != nil {
			return nil, err
		}
		if value != nil {
			list = append(list, value)
		}
	}
}

// quantityFunction reads the numbers of Kubernetes, which may also be plain ones.
func quantityFunction() cel.EnvOption {
	return cel.Function("quantity", cel.Overload("quantity_dyn", []*cel.Type{cel.DynType}, cel.DoubleType,
		cel.UnaryBinding(func(arg ref.Val) ref.Val {
			switch v := arg.Value().(type) {
			case int64:
				return types.Double(v)
			case float64:
				return types.Double(v)
			case string:
				if n, err := parseQuantity(v); err == nil {
					return types.Double(n)
				}
			}
			return types.NewErr("quantity: %v is no number of Kubernetes", arg.Value())
		})))
}

var quantityRule = regexp.MustCompile(`^([+-]?[0-9]*\.?[0-9]*)(?:([eE][+-]?[0-9]+)|([numkMGTPE]|[KMGTPE]i))?$`)

// parseQuantity reads "100m", "1.5Gi", "2e3".
func parseQuantity(text string) (float64, error) {
	part := quantityRule.FindStringSubmatch(text)
	if part == nil || strings.Trim(part[1], "+-.") == "" {
		return 0, fmt.Errorf("%q is no number of Kubernetes", text)
	}
	n, ok := new(big.Rat).SetString(part[1] + part[2])
	if !ok {
		return 0, fmt.Errorf("%q is no number of Kubernetes", text)
	}
	value, _ := n.Float64()
	switch unit := part[3]; {
	case unit == "":
	case len(unit) == 2:
		for range strings.Index("KMGTPE", unit[:1]) + 1 {
			value *= 1024
		}
	default:
		for at := strings.Index("numkMGTPE", unit); at < 3; at++ {
			value /= 1000
		}
		for at := strings.Index("numkMGTPE", unit); at > 2; at-- {
			value *= 1000
		}
	}
	return value, nil
}

// plain turns what readers of YAML and JSON make into the types that expressions are
// about: whole numbers are int64, maps have texts as keys.
func plain(value any) any {
	switch v := value.(type) {
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return n
		}
		f, _ := v.Float64()
		return f
	case int:
		return int64(v)
	case uint64:
		return float64(v)
	case []any:
		out := make([]any, len(v))
		for i, one := range v {
			out[i] = plain(one)
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(v))
		for key, one := range v {
			out[key] = plain(one)
		}
		return out
	case map[any]any:
		out := make(map[string]any, len(v))
		for key, one := range v {
			out[fmt.Sprint(key)] = plain(one)
		}
		return out
	}
	return value
}

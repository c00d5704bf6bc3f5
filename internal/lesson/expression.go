package lesson

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/common/ast"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
	"github.com/google/cel-go/common/types/traits"
)

const (
	// maxCost bounds one expression: a hundred times what those of the built-in lessons
	// need, and well below a tenth of a second.
	maxCost = 2_000_000
	// maxEvaluation bounds its time, whatever it does.
	maxEvaluation = 250 * time.Millisecond
)

// expression is a compiled CEL expression.
type expression struct {
	source  string
	program cel.Program
	names   map[string]bool // what it refers to
}

// compile reads source in env; a want other than dyn must be the result's type, or
// one that is only known later.
func compile(env *cel.Env, source string, want *cel.Type) (*expression, error) {
	checked, issues := env.Compile(source)
	if issues.Err() != nil {
		return nil, issues.Err()
	}
	if out := checked.OutputType(); want != cel.DynType && out != cel.DynType && !out.IsExactType(want) {
		return nil, fmt.Errorf("the expression is a %s, not a %s", out, want)
	}
	program, err := env.Program(checked, cel.CostLimit(maxCost), cel.InterruptCheckFrequency(1000))
	if err != nil {
		return nil, err
	}
	e := &expression{source: source, program: program, names: map[string]bool{}}
	all := ast.MatchDescendants(ast.NavigateAST(checked.NativeRep()), ast.KindMatcher(ast.IdentKind))
	for _, one := range all {
		e.names[one.AsIdent()] = true
	}
	return e, nil
}

// errNothing is the value of an optional that has none.
var errNothing = errors.New("there is nothing")

// eval returns the value as plain Go: nil, bool, int64, float64, string, time.Time,
// time.Duration, []any or map[string]any.
func (e *expression) eval(ctx context.Context, values map[string]any) (any, error) {
	ctx, cancel := context.WithTimeout(ctx, maxEvaluation)
	defer cancel()
	out, _, err := e.program.ContextEval(ctx, values)
	if err != nil {
		return nil, err
	}
	return native(out)
}

// holds says whether the expression is true; one that fails is not.
func (e *expression) holds(ctx context.Context, values map[string]any) bool {
	value, err := e.eval(ctx, values)
	return err == nil && value == true
}

// native takes a value out of CEL.
func native(v ref.Val) (any, error) {
	switch v := v.(type) {
	case *types.Err:
		return nil, v
	case *types.Optional:
		if !v.HasValue() {
			return nil, errNothing
		}
		return native(v.GetValue())
	case types.Null:
		return nil, nil
	case types.Uint:
		return int64(v), nil //nolint:gosec // nothing here counts that far
	case types.Bytes:
		return string(v), nil
	case types.Timestamp:
		return v.Time, nil
	case types.Duration:
		return v.Duration, nil
	case traits.Mapper:
		out := map[string]any{}
		for it := v.Iterator(); it.HasNext() == types.True; {
			key := it.Next()
			one, err := native(v.Get(key))
			if err != nil {
				return nil, err
			}
			out[fmt.Sprint(key.Value())] = one
		}
		return out, nil
	case traits.Lister:
		out := []any{}
		for it := v.Iterator(); it.HasNext() == types.True; {
			one, err := native(it.Next())
			if err != nil {
				return nil, err
			}
			out = append(out, one)
		}
		return out, nil
	}
	return v.Value(), nil
}

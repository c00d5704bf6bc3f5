package web

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"time"

	"github.com/labbox/labbox/internal/lab"
)

const (
	listAge   = time.Second
	queueAge  = 2 * time.Second
	offersAge = 15 * time.Second
	// mostLetters and mostEvents are how many are shown.
	mostLetters = 20
	mostEvents  = 20
)

// functionSet remembers what the gateway said for a moment, so that many viewers cost
// it no more than one. It is safe for concurrent use.
type functionSet struct {
	FunctionParts
	prom    *promClient
	list    *memo[answered[[]Function]]
	figures *memo[answered[figures]]
	offers  *memo[answered[[]StoreFunction]]
	state   *memo[answered[QueueState]]
	letters *memo[answered[[]DeadLetter]]
	events  *memo[answered[[]FunctionEvent]]
	lambda  *memo[answered[[]LambdaFunction]]
}

func newFunctions(parts FunctionParts, prom *promClient) *functionSet {
	return &functionSet{
		FunctionParts: parts, prom: prom,
		figures: asked(queryAge, prom.figures),
		list:    asked(listAge, parts.list),
		offers:  asked(offersAge, parts.offers),
		lambda:  asked(queueAge, parts.lambda),
		state: asked(queueAge, func(ctx context.Context) (QueueState, error) {
			return optional(parts.Queue != nil, func() (QueueState, error) { return parts.Queue.State(ctx) })
		}),
		letters: asked(queueAge, func(ctx context.Context) ([]DeadLetter, error) {
			return optional(parts.Queue != nil, func() ([]DeadLetter, error) { return parts.Queue.DeadLetters(ctx, mostLetters) })
		}),
		events: asked(queueAge, func(ctx context.Context) ([]FunctionEvent, error) {
			return optional(parts.Queue != nil, func() ([]FunctionEvent, error) { return parts.Queue.Events(ctx, mostEvents) })
		}),
	}
}

func (p FunctionParts) list(ctx context.Context) ([]Function, error) {
	if p.Functions == nil {
		return nil, notYet("the function gateway")
	}
	return p.Functions.List(ctx)
}

func (p FunctionParts) offers(ctx context.Context) ([]StoreFunction, error) {
	return optional(p.Store != nil, func() ([]StoreFunction, error) { return p.Store.Offers(ctx) })
}

func (p FunctionParts) lambda(ctx context.Context) ([]LambdaFunction, error) {
	return optional(p.Lambda != nil, func() ([]LambdaFunction, error) { return p.Lambda(ctx) })
}

// optional asks a part that may not be there.
func optional[T any](there bool, ask func() (T, error)) (T, error) {
	if !there {
		var none T
		return none, ErrAbsent
	}
	return ask()
}

// functionName is what a name or namespace may be; it keeps names harmless in queries.
var functionName = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$`)

// find returns one function; CodeNotFound where there is none of that name.
func (f *functionSet) find(ctx context.Context, id FunctionID) (Function, error) {
	if functionName.MatchString(id.Name) && functionName.MatchString(id.Namespace) {
		list := f.list.load(ctx)
		if list.err != nil {
			return Function{}, list.err
		}
		if at := slices.IndexFunc(list.value, func(x Function) bool { return x.FunctionID == id }); at >= 0 {
			return list.value[at], nil
		}
	}
	return Function{}, lab.Errorf(lab.CodeNotFound, "see all of them under Functions, or: labbox fn list", "no function %q in namespace %q", id.Name, id.Namespace)
}

// changed makes everybody see what was just changed.
func (f *functionSet) changed() {
	f.list.forget()
	f.state.forget()
	f.letters.forget()
}

// scale asks for replicas; the gateway knows the limits of each function.
func (f *functionSet) scale(ctx context.Context, id FunctionID, replicas int) error {
	if replicas < 0 || replicas > 1000 {
		return lab.Errorf(lab.CodeUsage, "give a number from 0 to 1000", "%d replicas cannot be asked for", replicas)
	}
	if _, err := f.find(ctx, id); err != nil {
		return err
	}
	defer f.changed()
	return f.Functions.Scale(ctx, id, replicas)
}

func (f *functionSet) remove(ctx context.Context, id FunctionID) error {
	if _, err := f.find(ctx, id); err != nil {
		return err
	}
	defer f.changed()
	return f.Functions.Remove(ctx, id)
}

func (f *functionSet) deploy(ctx context.Context, name string) (FunctionID, error) {
	offers := f.offers.load(ctx)
	if offers.err != nil {
		return FunctionID{}, offers.err
	}
	if !slices.ContainsFunc(offers.value, func(o StoreFunction) bool { return o.Name == name }) {
		return FunctionID{}, lab.Errorf(lab.CodeNotFound, "see what there is under Functions, Function store", "the store has no function %q", name)
	}
	defer f.changed()
	return f.Store.Deploy(ctx, name)
}

func (f *functionSet) replay(ctx context.Context, id string) error {
	if f.Queue == nil {
		return fmt.Errorf("replay a dead letter: %w", ErrAbsent)
	}
	defer f.changed()
	return f.Queue.Replay(ctx, id)
}

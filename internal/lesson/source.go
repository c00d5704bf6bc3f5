package lesson

import (
	"context"
	"fmt"

	"github.com/labbox/labbox/internal/lab"
)

// Source reads one kind of system. Its values are plain: nil, bool, int64, float64,
// string, time.Time, []any, map[string]any, and shared, so that nobody changes them. It
// may be used by several goroutines.
type Source interface {
	// Read reads now. Something that does not exist is nil or an empty list; an error
	// means that the system could not be asked.
	Read(ctx context.Context, w Watch) (any, error)
}

// Follower is a Source that says by itself when something changes; others are asked
// again and again.
type Follower interface {
	// Follow calls changed with the value, at once and at every change, until ctx is
	// done. Calls do not overlap.
	Follow(ctx context.Context, w Watch, changed func(value any, err error))
}

// Sources are the systems by the kind of Watch: kubernetes, git, prometheus, http,
// module.
type Sources map[string]Source

// read reads one watch.
func (s Sources) read(ctx context.Context, w Watch) (any, error) {
	source, known := s[w.kind()]
	if !known {
		return nil, fmt.Errorf("nothing here reads %s", w.kind())
	}
	return source.Read(ctx, w)
}

// kubernetes is the cluster as a Source.
type kubernetes struct{ objects lab.ObjectFollower }

// Kubernetes reads and follows objects of the cluster.
func Kubernetes(objects lab.ObjectFollower) Source { return kubernetes{objects} }

func (k kubernetes) Read(ctx context.Context, w Watch) (any, error) {
	list, err := k.objects.List(ctx, w.Kubernetes.query())
	if err != nil {
		return nil, err
	}
	return w.Kubernetes.value(list), nil
}

func (k kubernetes) Follow(ctx context.Context, w Watch, changed func(any, error)) {
	k.objects.Follow(ctx, w.Kubernetes.query(), func(list []map[string]any, err error) {
		if err != nil {
			changed(nil, err)
			return
		}
		changed(w.Kubernetes.value(list), nil)
	})
}

func (k *KubernetesWatch) query() lab.ObjectQuery {
	return lab.ObjectQuery{APIVersion: k.APIVersion, Kind: k.Kind, Namespace: k.Namespace, Name: k.Name, Selector: k.Selector}
}

// value is the object, or the list where no name is given.
func (k *KubernetesWatch) value(list []map[string]any) any {
	if k.Name != "" {
		if len(list) == 0 {
			return nil
		}
		return list[0]
	}
	out := make([]any, len(list))
	for i, one := range list {
		out[i] = one
	}
	return out
}

// module asks the modules as a Source.
type module struct {
	verify func(ctx context.Context, module, step string) (map[string]any, error)
}

// Module asks a module's Verify, by whatever way the function takes. Its answer has
// passed, evidence, seen, expected and hint.
func Module(verify func(ctx context.Context, module, step string) (map[string]any, error)) Source {
	return module{verify}
}

func (m module) Read(ctx context.Context, w Watch) (any, error) {
	answer, err := m.verify(ctx, w.Module.Module, w.Module.Step)
	if err != nil {
		return nil, err
	}
	return plain(answer), nil
}

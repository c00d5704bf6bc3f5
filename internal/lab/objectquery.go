package lab

import "context"

// ObjectQuery selects objects of one kind.
type ObjectQuery struct {
	APIVersion string // "apps/v1"
	Kind       string
	// Namespace is empty for all namespaces, and for kinds that have none.
	Namespace string
	// Name selects one object; empty selects all that the Selector does.
	Name string
	// Selector is one of labels, as kubectl takes it; empty selects all.
	Selector string
}

// ObjectFollower reads objects of the cluster as JSON values and follows them. What it
// hands out belongs to everybody: nobody may change it.
type ObjectFollower interface {
	// List returns the objects as they are now, by namespace and name. A kind that the
	// cluster does not know has none.
	List(ctx context.Context, q ObjectQuery) ([]map[string]any, error)
	// Follow calls changed with all the objects, at once and at every change, until ctx
	// is done. While the cluster does not answer, changed gets the error. Calls do not
	// overlap; changes that come together may be one call.
	Follow(ctx context.Context, q ObjectQuery, changed func(objects []map[string]any, err error))
}

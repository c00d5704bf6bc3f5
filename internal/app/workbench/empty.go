package workbench

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/labbox/labbox/internal/lab"
)

// runs are the kinds that have something running. What one of them has made ends with it.
func runs() []lab.ObjectQuery {
	return []lab.ObjectQuery{
		{APIVersion: "apps/v1", Kind: "Deployment"}, {APIVersion: "apps/v1", Kind: "StatefulSet"}, {APIVersion: "apps/v1", Kind: "DaemonSet"},
		{APIVersion: "apps/v1", Kind: "ReplicaSet"}, {APIVersion: "batch/v1", Kind: "CronJob"}, {APIVersion: "batch/v1", Kind: "Job"}, {APIVersion: "v1", Kind: "Pod"},
	}
}

// EmptyNamespace ends what runs in a lesson's namespace; the rest stays. A namespace that
// is not there, or that is not a lesson's alone, is left as it is.
func (b *Bench) EmptyNamespace(ctx context.Context, name string) error {
	if slices.Contains(shared(), name) {
		return nil
	}
	if err := b.refuseForeign(ctx, name); err != nil {
		if lab.AsError(err).Code == lab.CodeConfig {
			return nil // not a lesson's
		}
		return err
	}
	var failed error
	for _, query := range runs() {
		query.Namespace = name
		objects, err := b.opt.Lists.List(ctx, query)
		if err != nil {
			return wrap("empty namespace "+name, err)
		}
		for _, object := range objects {
			meta, _ := object["metadata"].(map[string]any)
			if meta["ownerReferences"] != nil {
				continue
			}
			ref := lab.ObjectRef{APIVersion: query.APIVersion, Kind: query.Kind, Namespace: name, Name: fmt.Sprint(meta["name"])}
			failed = errors.Join(failed, b.opt.Objects.Delete(ctx, ref))
		}
	}
	return wrap("empty namespace "+name, failed)
}

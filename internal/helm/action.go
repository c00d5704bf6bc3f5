package helm

import (
	"context"
	"fmt"
	"time"

	"helm.sh/helm/v3/pkg/action"
	"helm.sh/helm/v3/pkg/release"
)

// The API server checks objects by itself: fetching its whole schema to check them
// here as well would cost half a second and tens of megabytes.

func runInstall(ctx context.Context, s *session, w wanted) (*release.Release, error) {
	in := action.NewInstall(s.cfg)
	in.ReleaseName, in.Namespace = w.name, s.namespace
	in.SkipCRDs, in.DisableOpenAPIValidation = true, true
	// What an earlier, forgotten release left behind is adopted.
	in.TakeOwnership = true
	in.Timeout = remaining(ctx)
	if w.confined {
		in.TakeOwnership, in.DisableHooks, in.PostRenderer = false, true, confined{s.namespace}
	}
	r, err := in.RunWithContext(ctx, w.chart, w.values)
	if err != nil {
		return nil, fmt.Errorf("apply chart: %w", err)
	}
	return r, nil
}

func runUpgrade(ctx context.Context, s *session, w wanted) (*release.Release, error) {
	up := action.NewUpgrade(s.cfg)
	up.Namespace = s.namespace
	up.SkipCRDs, up.DisableOpenAPIValidation = true, true
	up.TakeOwnership = true
	up.ResetValues = true
	up.MaxHistory = revisions
	up.Timeout = remaining(ctx)
	if w.confined {
		up.TakeOwnership, up.DisableHooks, up.PostRenderer = false, true, confined{s.namespace}
	}
	r, err := up.RunWithContext(ctx, w.name, w.chart, w.values)
	if err != nil {
		return nil, fmt.Errorf("apply chart: %w", err)
	}
	return r, nil
}

func uninstall(ctx context.Context, s *session, name string, last *release.Release) error {
	un := action.NewUninstall(s.cfg)
	un.IgnoreNotFound = true
	un.DeletionPropagation = "background"
	un.Timeout = remaining(ctx)
	if _, err := un.Run(name); err != nil {
		return fmt.Errorf("delete objects: %w", err)
	}
	return s.api.waitGone(ctx, last.Manifest)
}

// remaining is the time that ctx leaves for hooks.
func remaining(ctx context.Context) time.Duration {
	if deadline, ok := ctx.Deadline(); ok {
		return time.Until(deadline)
	}
	return defaultTimeout
}

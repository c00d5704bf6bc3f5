package contract

import (
	"context"
	"fmt"
	"regexp"

	"github.com/labbox/labbox/plugins/sdk"
)

var label = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$`)

func describeValid(ctx context.Context, m sdk.Module) error {
	info, err := m.Describe(ctx)
	if err != nil {
		return fmt.Errorf("Describe fails: %w", err)
	}
	return info.Check()
}

func describeStable(ctx context.Context, m sdk.Module) error {
	a, err := m.Describe(ctx)
	if err != nil {
		return fmt.Errorf("Describe fails: %w", err)
	}
	b, err := m.Describe(ctx)
	if err != nil {
		return fmt.Errorf("Describe fails the second time: %w", err)
	}
	return equal("Describe answers", a, b)
}

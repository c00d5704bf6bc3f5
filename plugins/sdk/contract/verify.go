package contract

import (
	"context"
	"fmt"

	"github.com/labbox/labbox/plugins/sdk"
)

func verifyUnknown(ctx context.Context, m sdk.Module) error {
	for _, step := range []sdk.StepID{"sdktest/no-such-step", "", "../../etc/passwd"} {
		_, err := m.Verify(ctx, sdk.Target{}, step)
		if code := sdk.CodeOf(err); code != sdk.CodeNotFound {
			return fmt.Errorf("the unknown step %q gives %q (%v), not %q", step, code, err, sdk.CodeNotFound)
		}
	}
	return nil
}

func verifyDead(ctx context.Context, m sdk.Module) error {
	info, err := m.Describe(ctx)
	if err != nil {
		return fmt.Errorf("Describe fails: %w", err)
	}
	t, err := deadTarget(ctx, m)
	if err != nil {
		return err
	}
	for _, l := range info.Lessons {
		for _, step := range l.Steps {
			v, err := m.Verify(ctx, t, step)
			switch {
			case err != nil:
				return fmt.Errorf("step %q on a dead target is an error: %w", step, err)
			case v.Passed:
				return fmt.Errorf("step %q has passed on a dead target", step)
			case v.Seen == "" || v.Expected == "":
				return fmt.Errorf("step %q does not say what was seen and what was expected", step)
			}
		}
	}
	return nil
}

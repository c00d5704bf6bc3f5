package contract

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/labbox/labbox/plugins/sdk"
	"github.com/labbox/labbox/plugins/sdk/host"
)

// contentLimits are those of the lab.
func contentLimits() host.ContentLimits { return host.ContentLimits{Bytes: 512 << 20, Files: 5000} }

// contentValid asks both processes for what they bring.
func contentValid(ctx context.Context, a, b *host.Process) error {
	first, err := contentOf(ctx, a)
	if err != nil {
		return err
	}
	second, err := contentOf(ctx, b)
	if err != nil {
		return err
	}
	if first != second {
		return fmt.Errorf("two processes bring different content: %d files, sha256 %s, and %d files, sha256 %s",
			first.Files, first.SHA256, second.Files, second.SHA256)
	}
	return nil
}

func contentOf(ctx context.Context, p *host.Process) (host.ContentInfo, error) {
	dir, err := os.MkdirTemp("", "module-content-")
	if err != nil {
		return host.ContentInfo{}, err
	}
	defer os.RemoveAll(dir)
	return p.Content(ctx, dir, contentLimits())
}

// badRequests sends what no host of ours would, and then expects an answer as before.
func badRequests(ctx context.Context, p, _ *host.Process) error {
	garbage := []byte(strings.Repeat("\xff", 64))
	for method, body := range map[string][]byte{
		"Describe": garbage, "Plan": garbage, "Check": garbage, "Verify": garbage,
		"NoSuchMethod": nil,
	} {
		short, cancel := context.WithTimeout(ctx, 5*time.Second)
		err := p.Raw(short, method, body)
		cancel()
		switch code := sdk.CodeOf(err); {
		case err == nil && method == "Describe":
			// It takes no arguments, and may look at none.
		case err == nil:
			return fmt.Errorf("%s with a message that cannot be read is answered as if nothing were wrong", method)
		case code == sdk.CodeTimeout || code == sdk.CodeUnavailable:
			return fmt.Errorf("%s with a message that cannot be read: %w", method, err)
		}
	}
	// Messages without any field are what an older host could send.
	for _, method := range []string{"Plan", "Check", "Verify"} {
		short, cancel := context.WithTimeout(ctx, 5*time.Second)
		err := p.Raw(short, method, nil)
		cancel()
		if code := sdk.CodeOf(err); code == sdk.CodeTimeout || code == sdk.CodeUnavailable {
			return fmt.Errorf("%s with an empty message: %w", method, err)
		}
	}
	if _, err := p.Describe(ctx); err != nil {
		return fmt.Errorf("after bad requests Describe fails: %w", err)
	}
	return nil
}

// sideBySide asks many things at once, some of which are taken back.
func sideBySide(ctx context.Context, p, _ *host.Process) error {
	var group sync.WaitGroup
	failed := make(chan error, 64)
	for n := range 32 {
		group.Go(func() {
			if n%4 == 0 {
				gone, cancel := context.WithTimeout(ctx, time.Millisecond)
				_, _ = p.Check(gone, sdk.Target{})
				cancel()
				return
			}
			if _, err := p.Describe(ctx); err != nil {
				failed <- err
			}
		})
	}
	group.Wait()
	close(failed)
	if err := <-failed; err != nil {
		return fmt.Errorf("Describe beside other calls fails: %w", err)
	}
	return nil
}

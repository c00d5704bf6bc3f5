package runtime

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/labbox/labbox/internal/faas/lambda/archive"
)

// fetchFor is how long a pod goes on asking for its code: a gateway that is being
// replaced is back within it.
const fetchFor = time.Minute

// errRefused: asking again does not help.
var errRefused = errors.New("refused")

// fetch downloads the code, compares its sum and unpacks it into TaskRoot.
func (r *Runtime) fetch(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, fetchFor)
	defer cancel()
	file, err := os.CreateTemp("", "code-*.zip")
	if err != nil {
		return fmt.Errorf("make a file for the code: %w", err)
	}
	defer func() {
		_ = file.Close()
		_ = os.Remove(file.Name())
	}()
	pause := 50 * time.Millisecond
	for {
		size, err := r.download(ctx, file)
		if err == nil {
			return archive.Extract(file, size, r.options.TaskRoot, archive.Default())
		}
		if errors.Is(err, errRefused) {
			return err
		}
		r.log.Warn("the gateway did not give the code; trying again", "error", err)
		select {
		case <-ctx.Done():
			return err
		case <-time.After(pause):
		}
		pause = min(pause*2, 2*time.Second)
	}
}

// download writes the code to file, from its beginning.
func (r *Runtime) download(ctx context.Context, file *os.File) (int64, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.config.CodeURL, nil)
	if err != nil {
		return 0, fmt.Errorf("%w: %w", errRefused, err)
	}
	req.Header.Set("Authorization", "Bearer "+r.config.Token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, fmt.Errorf("ask for the code: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	switch {
	case resp.StatusCode >= 400 && resp.StatusCode < 500:
		return 0, fmt.Errorf("%w: the gateway answered %s", errRefused, resp.Status)
	case resp.StatusCode != http.StatusOK:
		return 0, fmt.Errorf("ask for the code: the gateway answered %s", resp.Status)
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return 0, fmt.Errorf("%w: %w", errRefused, err)
	}
	if err := file.Truncate(0); err != nil {
		return 0, fmt.Errorf("%w: %w", errRefused, err)
	}
	sum := sha256.New()
	size, err := io.Copy(io.MultiWriter(file, sum), io.LimitReader(resp.Body, archive.Default().Zipped+1))
	if err != nil {
		return 0, fmt.Errorf("read the code: %w", err)
	}
	have := hex.EncodeToString(sum.Sum(nil))
	if subtle.ConstantTimeCompare([]byte(have), []byte(strings.ToLower(r.config.CodeSHA256))) != 1 {
		return 0, fmt.Errorf("the code's sum is %s, not %s", have, r.config.CodeSHA256)
	}
	return size, nil
}

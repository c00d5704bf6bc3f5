package app

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"slices"

	"github.com/labbox/labbox/internal/app/workbench"
)

// learnerID is the user that the workbench runs as.
const learnerID = 10001

// bench is the learner's workbench.
func (d *daemon) bench() *workbench.Bench {
	return workbench.New(workbench.Options{
		Executor: d.cluster, Objects: d.cluster, Lists: d.cluster, HTTP: loopbackClient(),
		Git: func() string { return d.endpoint("git") }, GitLogin: d.login("git"),
	})
}

// openWorkbench serves h on the socket that the workbench mounts, so that the learner
// can ask for lessons from inside. It is in a directory of its own, for that is what
// the pod sees. The socket goes when the lab stops.
func (d *daemon) openWorkbench(ctx context.Context, h http.Handler) error {
	dir := d.paths.Workbench()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("open the workbench's socket: %w", err)
	}
	// Whatever the umask was: the learner goes through the directory.
	if err := os.Chmod(dir, 0o755); err != nil {
		return fmt.Errorf("open the workbench's socket: %w", err)
	}
	socket, err := listenPrivate(ctx, d.paths.WorkbenchSocket())
	if err != nil {
		return fmt.Errorf("open the workbench's socket: %w", err)
	}
	if err := os.Chown(d.paths.WorkbenchSocket(), learnerID, learnerID); err != nil {
		_ = socket.Close()
		return fmt.Errorf("open the workbench's socket: %w", err)
	}
	d.serve("workbench's socket", socket, h)
	return nil
}

// needsOf is what a chart waits for: what it says and, for the workbench, the gateway,
// whose login it takes over, if there is one.
func needsOf(c plannedChart, all []plannedChart) []string {
	if c.Name != "workbench" {
		return c.Needs
	}
	if slices.ContainsFunc(all, func(other plannedChart) bool { return other.Release == "gateway" }) {
		return append(slices.Clone(c.Needs), "gateway")
	}
	return c.Needs
}

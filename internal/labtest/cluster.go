package labtest

import (
	"context"
	"io"
	"strings"

	"github.com/labbox/labbox/internal/lab"
)

// Cluster is a lab.Cluster that answers with what its fields hold. Set them before
// use; they are not guarded.
type Cluster struct {
	// Err, when set, is what every method returns.
	Err error
	// Config is the kubeconfig.
	Config []byte
	// Items are the workloads.
	Items []lab.Workload
	// LogLines are the log of each workload, by "namespace/name".
	LogLines map[string][]string
}

var _ lab.Cluster = (*Cluster)(nil)

// Ready returns at once.
func (c *Cluster) Ready(ctx context.Context) error {
	if c.Err != nil {
		return c.Err
	}
	return ctx.Err()
}

// Kubeconfig returns Config.
func (c *Cluster) Kubeconfig(context.Context) ([]byte, error) { return c.Config, c.Err }

// Workloads returns a copy of Items.
func (c *Cluster) Workloads(context.Context) ([]lab.Workload, error) {
	return append([]lab.Workload{}, c.Items...), c.Err
}

// Logs writes the last lines of LogLines; with Follow it then waits for ctx.
func (c *Cluster) Logs(ctx context.Context, q lab.LogQuery, w io.Writer) error {
	if c.Err != nil {
		return c.Err
	}
	lines, ok := c.LogLines[q.Namespace+"/"+q.Name]
	if !ok {
		return lab.Errorf(lab.CodeNotFound, "see: labbox status", "no workload %s/%s", q.Namespace, q.Name)
	}
	if q.Tail > 0 && int(q.Tail) < len(lines) {
		lines = lines[len(lines)-int(q.Tail):]
	}
	if len(lines) > 0 {
		if _, err := io.WriteString(w, strings.Join(lines, "\n")+"\n"); err != nil {
			return err
		}
	}
	if q.Follow {
		<-ctx.Done()
	}
	return nil
}

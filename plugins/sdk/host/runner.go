package host

import (
	"context"
	"io"
	"os/exec"
	"strconv"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin/runner"
)

// childRunner is go-plugin's view of a child.
type childRunner struct {
	*child
	env       []string
	socketDir string
}

var _ runner.Runner = (*childRunner)(nil)

// runner is go-plugin's RunnerFunc: cmd carries nothing but the environment of the
// handshake.
func (c *child) runner(_ hclog.Logger, cmd *exec.Cmd, socketDir string) (runner.Runner, error) {
	return &childRunner{child: c, env: append(append([]string{}, c.o.Env...), cmd.Env...), socketDir: socketDir}, nil
}

// Start implements runner.Runner.
func (r *childRunner) Start(context.Context) error { return r.start(r.env, r.socketDir) }

// Stdout implements runner.Runner.
func (r *childRunner) Stdout() io.ReadCloser { return r.out }

// Stderr implements runner.Runner.
func (r *childRunner) Stderr() io.ReadCloser { return r.err }

// Name implements runner.Runner.
func (r *childRunner) Name() string { return r.o.Name }

// ID implements runner.Runner.
func (r *childRunner) ID() string { return strconv.Itoa(r.pid()) }

// Diagnose implements runner.Runner.
func (r *childRunner) Diagnose(context.Context) string { return "" }

// Wait implements runner.Runner.
func (r *childRunner) Wait(context.Context) error {
	<-r.done
	return nil
}

// Kill implements runner.Runner.
func (r *childRunner) Kill(context.Context) error {
	r.kill()
	return nil
}

// PluginToHost implements runner.Runner: both see the same files.
func (r *childRunner) PluginToHost(network, address string) (string, string, error) {
	return network, address, nil
}

// HostToPlugin implements runner.Runner.
func (r *childRunner) HostToPlugin(network, address string) (string, string, error) {
	return network, address, nil
}

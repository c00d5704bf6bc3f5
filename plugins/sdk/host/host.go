// Package host is the other end of package sdk: it starts a module as a child
// process and lets it be called like any sdk.Module. labbox uses it through its
// module host; the contract suite in sdktest uses it to test finished modules.
//
//	Launch ──► Process ──► Describe, Plan, Check, Verify ──► Close
//	                 └────► Done: the child has ended, Err says how
package host

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	"google.golang.org/grpc"

	"github.com/labbox/labbox/plugins/sdk"
	"github.com/labbox/labbox/plugins/sdk/internal/wire"
	modulepb "github.com/labbox/labbox/plugins/sdk/proto"
)

// Options say what to start and how.
type Options struct {
	// Name stands for the module in logs and errors.
	Name string
	// Path and Args are the program; Path is not searched for.
	Path string
	Args []string
	// SHA256, where set, is the hex digest that the file at Path must have. The file
	// that was checked is the one that is run, even if the name is given to another.
	SHA256 string
	// Env is all of the child's environment besides the handshake's own variables.
	// The host's environment is not passed on.
	Env []string
	// RunDir is where the socket's directory is made, and must exist. Empty means
	// os.TempDir, and so does a path too long for a socket to fit behind it.
	RunDir string
	// Nice is added to the child's scheduling priority; 0 changes nothing.
	Nice int
	// StartTimeout bounds the time to the handshake; 0 means ten seconds.
	StartTimeout time.Duration
	// Started is told of the child's process before anything is asked of it; an error
	// ends the start. nil means nobody wants to know.
	Started func(pid int) error
	// Line receives each line that the module logs or prints. It may be called from
	// several goroutines at once; nil drops the lines.
	Line func(Line)
}

// maxRunDir is how long RunDir may be, in bytes: the address of a socket has room
// for 107, and go-plugin adds up to 42 of its own.
const maxRunDir = 64

// Process is a running module. It is an sdk.Module whose calls go to the child;
// after the child's death they fail with sdk.CodeUnavailable.
type Process struct {
	name   string
	client *plugin.Client
	child  *child
	rpc    modulepb.ModuleClient
	conn   *grpc.ClientConn
}

// Launch starts the program and waits for its handshake. The caller must Close the
// Process. ctx bounds the start only. The child is killed by the kernel when the
// process that launched it dies.
//
// Errors: sdk.CodeInvalid when the file has another digest, sdk.CodeProtocol when
// there is no common protocol version, else sdk.CodeUnavailable with what the child
// last said.
func Launch(ctx context.Context, o Options) (*Process, error) {
	if o.StartTimeout == 0 {
		o.StartTimeout = 10 * time.Second
	}
	if len(o.RunDir) > maxRunDir {
		o.RunDir = ""
	}
	if deadline, ok := ctx.Deadline(); ok {
		o.StartTimeout = min(o.StartTimeout, max(time.Until(deadline), time.Millisecond))
	}
	file, err := openChecked(o.Path, o.SHA256)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	certificate, encryption, err := clientTLS()
	if err != nil {
		return nil, err
	}
	o.Env = append(slices.Clone(o.Env), clientCertVariable+"="+certificate)
	p := &Process{name: o.Name, child: newChild(o, file)}
	p.client = plugin.NewClient(&plugin.ClientConfig{
		HandshakeConfig:  wire.Handshake(),
		VersionedPlugins: wire.Versions(nil),
		RunnerFunc:       p.child.runner,
		SkipHostEnv:      true,
		TLSConfig:        encryption,
		AllowedProtocols: []plugin.Protocol{plugin.ProtocolGRPC},
		StartTimeout:     o.StartTimeout,
		Logger:           hclog.NewNullLogger(),
		SyncStdout:       p.child.lines(),
		SyncStderr:       p.child.lines(),
		UnixSocketConfig: &plugin.UnixSocketConfig{TempDir: o.RunDir},
		GRPCDialOptions:  dialOptions(),
	})
	stop := context.AfterFunc(ctx, p.child.kill)
	defer stop()
	if err := p.connect(); err != nil {
		p.Close()
		return nil, p.startError(ctx, err)
	}
	return p, nil
}

// connect starts the child, shakes hands and gets the client of its service.
func (p *Process) connect() error {
	conn, err := p.client.Client()
	if err != nil {
		return err
	}
	raw, err := conn.Dispense(wire.Name)
	if err != nil {
		return fmt.Errorf("get the module's service: %w", err)
	}
	rpc, ok := raw.(modulepb.ModuleClient)
	if !ok {
		return errors.New("the module's service is of an unknown type")
	}
	p.rpc = rpc
	if c, ok := conn.(*plugin.GRPCClient); ok {
		p.conn = c.Conn
	}
	return conn.Ping()
}

// spokenHere lists the protocol versions of this labbox.
func spokenHere() string {
	var all []string
	for _, v := range wire.Spoken() {
		all = append(all, strconv.Itoa(v))
	}
	return strings.Join(all, " and ")
}

// startError names what went wrong at the start.
func (p *Process) startError(ctx context.Context, err error) error {
	spoken, shook := p.child.spokenVersion()
	if shook && !wire.Speaks(spoken) {
		e := sdk.Errorf(sdk.CodeProtocol, "module %s speaks protocol version %d, this labbox speaks %s",
			p.name, spoken, spokenHere())
		e.Hint = "use a build of the module for this labbox, or another version of labbox"
		return e
	}
	switch first := p.child.firstLine(); {
	case ctx.Err() != nil:
		err = ctx.Err()
	case shook:
	case first != "":
		err = fmt.Errorf("it prints %q where a module prints its handshake", first[:min(len(first), 80)])
	case p.child.exit() != "":
		err = fmt.Errorf("it ended before the handshake: %s", p.child.exit())
	}
	return sdk.Errorf(sdk.CodeUnavailable, "start module %s (%s): %v%s", p.name, p.child.commandLine(), err, p.child.lastWords())
}

// PID returns the child's process id.
func (p *Process) PID() int { return p.child.pid() }

// Done is closed when the child has ended.
func (p *Process) Done() <-chan struct{} { return p.child.done }

// Err says how the child ended, with its command line and last output. It is
// nil before Done is closed.
func (p *Process) Err() error {
	select {
	case <-p.child.done:
		return sdk.Errorf(sdk.CodeUnavailable, "module %s (%s) ended: %s%s",
			p.name, p.child.commandLine(), p.child.exit(), p.child.lastWords())
	default:
		return nil
	}
}

// Kill ends the child at once, without asking.
func (p *Process) Kill() { p.child.kill() }

// Close asks the child to end, kills it when it has not done so within two
// seconds, and removes its socket. It may be called more than once.
func (p *Process) Close() {
	timer := time.AfterFunc(2*time.Second, p.child.kill)
	defer timer.Stop()
	p.client.Kill()
	p.child.kill()
	p.child.cleanUp()
}

// Protocol returns the protocol version that was agreed on.
func (p *Process) Protocol() int { return p.client.NegotiatedVersion() }

func openChecked(path, digest string) (*os.File, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, sdk.Errorf(sdk.CodeUnavailable, "open module: %v", err)
	}
	if digest == "" {
		return file, nil
	}
	if err := checkDigest(file, digest); err != nil {
		file.Close()
		return nil, err
	}
	return file, nil
}

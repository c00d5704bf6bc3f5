package sdk

import (
	"fmt"
	"io"
	"log/slog"
	"os"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"

	"github.com/labbox/labbox/plugins/sdk/internal/wire"
)

// Serve is the whole main of a module: it answers the host until the host stops
// it, then ends the process. Started by hand it says so and ends with status 1.
//
// The default logger of log/slog is set up so that the host shows its lines under
// the module's name; what is printed to stdout or stderr appears there too.
func Serve(m Module) {
	if os.Getenv(wire.CookieKey) != wire.CookieValue {
		fmt.Fprintln(os.Stderr, "This program is a module of labbox, which starts it itself: see \"labbox module list\".")
		os.Exit(1)
	}
	slog.SetDefault(slog.New(slog.NewJSONHandler(os.Stderr, nil)))
	plugin.Serve(&plugin.ServeConfig{
		HandshakeConfig:  wire.Handshake(),
		VersionedPlugins: wire.Versions(&server{module: m}),
		GRPCServer:       wire.NewServer,
		Logger:           hclog.New(&hclog.LoggerOptions{Output: io.Discard, Level: hclog.Off}),
	})
	os.Exit(0) // go-plugin returns once it is told to stop
}

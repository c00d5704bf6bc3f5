// Command inpod is the lab's own programs that run inside pods, chosen by the name it
// is called by. They are one file because most of each is the same: Go's runtime, HTTP
// and metrics cost their size once.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/labbox/labbox/cmd/inpod/energyexporter"
	"github.com/labbox/labbox/cmd/inpod/gateway"
	"github.com/labbox/labbox/cmd/inpod/gitserver"
	"github.com/labbox/labbox/cmd/inpod/idp"
)

// Set by the linker.
var (
	version = "dev"
	commit  = ""
)

// program runs until ctx is done; args are those behind its name.
type program func(ctx context.Context, args []string, version, commit string) error

func programs() map[string]program {
	return map[string]program{
		"energy-exporter": energyexporter.Main,
		"gateway":         gateway.Main,
		"git-server":      gitserver.Main,
		"idp":             idp.Main,
	}
}

func main() {
	name := filepath.Base(os.Args[0])
	run := programs()[name]
	if run == nil {
		fmt.Fprintf(os.Stderr, "%s is none of the programs that run inside pods\n", name)
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], version, commit); err != nil {
		slog.Error(name+" stopped", "error", err)
		os.Exit(1)
	}
}

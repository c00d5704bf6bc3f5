// Package gitserver serves git repositories inside the lab: see internal/git.
package gitserver

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/labbox/labbox/internal/git"
)

type config struct {
	addr        string
	credentials string
	webhookURLs string
	secretFile  string
	opt         git.Options
}

func parse(args []string) (config, error) {
	c := config{}
	f := flag.NewFlagSet("git-server", flag.ContinueOnError)
	f.StringVar(&c.addr, "listen", ":3000", "address to listen on")
	f.StringVar(&c.opt.Root, "root", "/data", "directory of the repositories")
	f.StringVar(&c.opt.BaseURL, "base-url", "http://git.git.svc.cluster.local:3000", "URL of this server inside the cluster")
	f.StringVar(&c.credentials, "credentials", "/etc/git-credentials", "directory with the files username and password")
	f.BoolVar(&c.opt.AnonymousRead, "anonymous-read", true, "let everyone in the lab read")
	f.BoolVar(&c.opt.DenyNonFastForwards, "deny-non-fast-forwards", false, "refuse pushes that rewrite history")
	f.Int64Var(&c.opt.MaxPushBytes, "max-push-bytes", 256<<20, "largest push")
	f.IntVar(&c.opt.MaxProcesses, "max-processes", 8, "git processes at work at once")
	f.StringVar(&c.webhookURLs, "webhook-urls", os.Getenv("WEBHOOK_URLS"), "URLs told of each push, separated by spaces or commas (also WEBHOOK_URLS)")
	f.StringVar(&c.secretFile, "webhook-secret-file", "", "file with the secret that signs webhooks")
	return c, f.Parse(args)
}

// Main is the program with its flags in args. It returns when ctx is done or the
// server has failed.
func Main(ctx context.Context, args []string, version, _ string) error {
	c, err := parse(args)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if err != nil {
		return err
	}
	c.opt.Version = version
	c.opt.Log = slog.New(slog.NewTextHandler(os.Stderr, nil))
	hooks := git.WebhookOptions{URLs: strings.FieldsFunc(c.webhookURLs, func(r rune) bool { return r == ',' || r == ' ' || r == '\n' })}
	if c.secretFile != "" {
		secret, err := os.ReadFile(c.secretFile)
		if err != nil {
			return fmt.Errorf("read the webhook secret: %w", err)
		}
		hooks.Secret = strings.TrimSpace(string(secret))
	}
	store, err := git.NewStore(c.opt)
	if err != nil {
		return err
	}
	metrics := git.NewMetrics(version)
	dispatcher := git.NewDispatcher(store, metrics, c.opt.Log, hooks)
	server, err := git.NewServer(c.opt, git.ServerParts{
		Store: store, Credentials: git.Credentials{Dir: c.credentials}, Metrics: metrics, OnPush: dispatcher.Announce,
	})
	if err != nil {
		return err
	}
	return serve(ctx, c, server.HTTPServer(c.addr), dispatcher)
}

// serve runs until ctx is done, lets transfers end, and then ends the webhooks.
func serve(ctx context.Context, c config, srv *http.Server, dispatcher *git.Dispatcher) error {
	hooksCtx, stopHooks := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan struct{})
	go func() { defer close(done); dispatcher.Run(hooksCtx) }()
	failed := make(chan error, 1)
	go func() { failed <- srv.ListenAndServe() }()
	c.opt.Log.Info("serving", "addr", c.addr, "root", c.opt.Root, "version", c.opt.Version)
	var err error
	select {
	case err = <-failed:
	case <-ctx.Done():
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 8*time.Second)
		err = srv.Shutdown(grace)
		cancel()
	}
	stopHooks()
	<-done
	return err
}

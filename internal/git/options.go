package git

import (
	"log/slog"
	"strings"
	"time"
)

// Options says how a Store and a Server behave. The zero value of every field but
// Root has a sensible meaning.
type Options struct {
	// Root is the directory that holds the repositories; it must exist.
	Root string
	// GitBinary is the git program; "git" when empty.
	GitBinary string
	// BaseURL is how programs inside the cluster reach this server. Webhooks and
	// the JSON API name repositories by it.
	BaseURL string
	// AnonymousRead lets anyone clone, browse and read the API. Pushing, creating
	// and deleting always ask for credentials.
	AnonymousRead bool
	// DenyNonFastForwards refuses pushes that rewrite history.
	DenyNonFastForwards bool
	// MaxPushBytes bounds one push; 256 MiB when 0.
	MaxPushBytes int64
	// MaxProcesses bounds the git processes at work at once; 8 when 0.
	MaxProcesses int
	// IdleTimeout ends a transfer in which no byte moved for so long; a minute
	// when 0.
	IdleTimeout time.Duration
	// Version is shown in the metrics.
	Version string
	// Log receives what makers want to know; discarded when nil.
	Log *slog.Logger
}

func (o Options) withDefaults() Options {
	if o.GitBinary == "" {
		o.GitBinary = "git"
	}
	if o.MaxPushBytes == 0 {
		o.MaxPushBytes = 256 << 20
	}
	if o.MaxProcesses == 0 {
		o.MaxProcesses = 8
	}
	if o.IdleTimeout == 0 {
		o.IdleTimeout = time.Minute
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	o.BaseURL = strings.TrimRight(o.BaseURL, "/")
	return o
}

package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"

	"github.com/labbox/labbox/internal/kube"
	"github.com/labbox/labbox/internal/lab"
)

// Down stops the lab and removes what a killed one may have left; with purge it
// also removes the data directory. It reports whether a lab was running. Twice
// changes nothing.
func Down(ctx context.Context, cfg Config, purge bool, observe func(lab.Event)) (bool, error) {
	if os.Geteuid() != 0 {
		return false, lab.Errorf(lab.CodeNotRoot, "Run it as root, for example: sudo labbox down",
			"only root can stop the lab")
	}
	p := Paths{cfg.DataDir}
	rec := newRecorder(slog.New(slog.DiscardHandler), observe)
	was := false
	steps := []step{{id: "down", title: "Stop the lab", do: func(ctx context.Context, _ lab.Report) error {
		var err error
		was, err = stop(ctx, cfg, p)
		return err
	}}}
	if purge {
		steps = append(steps, step{id: "purge", title: "Remove " + p.Dir(), do: func(context.Context, lab.Report) error {
			return removeDir(p)
		}})
	}
	_, err := runSteps(ctx, rec, steps)
	return was, err
}

func stop(ctx context.Context, cfg Config, p Paths) (bool, error) {
	if _, err := os.Stat(p.Marker()); errors.Is(err, fs.ErrNotExist) {
		return false, nil // no lab has ever run here, so nothing is to be swept
	}
	held, err := running(p)
	if err != nil {
		return false, err
	}
	if held {
		if err := Connect(cfg).Stop(ctx); err != nil {
			return true, err
		}
		if err := awaitUnlock(ctx, p); err != nil {
			return true, fmt.Errorf("wait for the lab to stop: %w", err)
		}
	}
	return held, kube.Sweep(ctx, p.Dir())
}

// removeDir removes the data directory if it is labbox's own.
func removeDir(p Paths) error {
	if _, err := os.Stat(p.Dir()); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if _, err := os.Stat(p.Marker()); err != nil {
		return lab.Errorf(lab.CodeConfig, "Name the directory that labbox made with --data-dir, or remove it by hand",
			"%s does not look like a data directory of labbox, so it was not removed: %w", p.Dir(), err)
	}
	if err := os.RemoveAll(p.Dir()); err != nil {
		return fmt.Errorf("remove %s: %w", p.Dir(), err)
	}
	return nil
}

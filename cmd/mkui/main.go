// Command mkui bundles the third-party browser code of the dashboard into ui/dist.
//
// The packages come from npm by ui/package-lock.json and are kept in the user's
// cache directory by the hash of that file; esbuild, as a Go library, bundles what
// ui/vendor imports of them. Without npm the dashboard still works, with tables in
// place of plots.
//
//	go run ./cmd/mkui [-ui ui]
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
)

func main() {
	dir := flag.String("ui", "ui", "directory of the dashboard's sources")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *dir); err != nil {
		fmt.Fprintln(os.Stderr, "mkui:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, dir string) error {
	inputs, err := hashInputs(dir)
	if err != nil {
		return err
	}
	if upToDate(dir, inputs) {
		fmt.Println("mkui: ui/dist is up to date")
		return nil
	}
	modules, err := install(ctx, dir)
	if err != nil {
		return err
	}
	return bundle(dir, modules, inputs)
}

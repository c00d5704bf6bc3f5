// Command mkui bundles the third-party browser code of the dashboard into ui/dist.
//
// The packages come from npm by ui/package-lock.json and are kept in the user's
// cache directory by the hash of that file; esbuild, as a Go library, bundles what
// ui/vendor imports of them. Without npm the dashboard still works, with tables in
// place of plots.
//
// What only tests use, axe-core, is put into the directory of -tests and never into
// ui/dist, so that no build of labbox can ship it.
//
//	go run ./cmd/mkui [-ui ui] [-tests build]
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
	tests := flag.String("tests", "build", "directory of what only tests use")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *dir, *tests); err != nil {
		fmt.Fprintln(os.Stderr, "mkui:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, dir, tests string) error {
	inputs, err := hashInputs(dir)
	if err != nil {
		return err
	}
	bundled := upToDate(dir, inputs)
	if bundled && testCodeKept(tests, inputs) {
		fmt.Println("mkui: ui/dist is up to date")
		return nil
	}
	modules, err := install(ctx, dir)
	if err != nil {
		return err
	}
	if !bundled {
		if err := bundle(dir, modules, inputs); err != nil {
			return err
		}
	}
	return keepTestCode(tests, modules, inputs)
}

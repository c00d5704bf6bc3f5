// Command bench measures the lab from outside and prints the figures as JSON.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"time"

	"github.com/labbox/labbox/internal/bench"
)

func main() {
	o := bench.Options{Progress: os.Stderr}
	flag.StringVar(&o.Labbox, "labbox", "bin/labbox", "program to measure")
	flag.IntVar(&o.Runs, "runs", 5, "how often the lab is started from nothing")
	flag.DurationVar(&o.Idle, "idle", time.Minute, "how long CPU use at idle is watched")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	report, err := bench.Measure(ctx, o)
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
	enc := json.NewEncoder(os.Stdout)
	enc.SetIndent("", "  ")
	if err := enc.Encode(report); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

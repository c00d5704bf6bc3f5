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
	flag.StringVar(&o.Gateway, "gateway", "", "address of another gateway than the lab's own, inside its network")
	lab := flag.String("lab", "", "data directory of a lab that runs: measure its functions and nothing else")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if flag.Arg(0) == "generate" { // what bench runs inside the lab's network
		if err := bench.Generate(ctx, os.Stdin, os.Stdout, os.Stderr); err != nil {
			fmt.Fprintln(os.Stderr, "bench generate:", err)
			os.Exit(1)
		}
		return
	}
	report, err := measure(ctx, o, *lab)
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

func measure(ctx context.Context, o bench.Options, lab string) (bench.Report, error) {
	if lab != "" {
		return bench.MeasureLoad(ctx, o, lab)
	}
	return bench.Measure(ctx, o)
}

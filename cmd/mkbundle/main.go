// Command mkbundle makes the payload of labbox and joins it with the program.
//
//	mkbundle [-only a,b] [-o build/payload]     build images and helpers
//	mkbundle -exe build/labbox -o bin/labbox    append the payload to a program
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/labbox/labbox/bundle"
	"github.com/labbox/labbox/internal/image/assemble"
	"github.com/labbox/labbox/internal/kit/pack"
	"github.com/labbox/labbox/internal/lab"
)

const defaultPayload = "build/payload"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "mkbundle:", err)
		var e *lab.Error
		if errors.As(err, &e) && e.Hint != "" {
			fmt.Fprintln(os.Stderr, "  ->", e.Hint)
		}
		os.Exit(lab.ExitCode(err))
	}
}

func run(ctx context.Context, args []string) error {
	fl := flag.NewFlagSet("mkbundle", flag.ExitOnError)
	only := fl.String("only", "", "comma-separated images to build, helpers, or sdk; default: everything")
	root := fl.String("root", ".", "directory of labbox's go.mod")
	cache := fl.String("cache", "", "cache directory; default: the user's")
	exe := fl.String("exe", "", "program to append the payload to; then -o is the program to write")
	payload := fl.String("payload", defaultPayload, "payload directory to append")
	version := fl.String("version", "dev", "version to record in the payload")
	out := fl.String("o", "", "output; default "+defaultPayload)
	if err := fl.Parse(args); err != nil {
		return lab.Errorf(lab.CodeUsage, "see mkbundle -h", "read flags: %w", err)
	}
	if fl.NArg() > 0 {
		return lab.Errorf(lab.CodeUsage, "see mkbundle -h", "unexpected argument %q", fl.Arg(0))
	}
	if *exe != "" {
		if err := assemble.AddLicenses(ctx, *exe, *payload, *cache); err != nil {
			return err
		}
		return join(*exe, *payload, *out, *version)
	}
	if *out == "" {
		*out = *payload
	}
	if *only == "" || slices.Contains(strings.Split(*only, ","), "sdk") {
		if err := writeSDK(ctx, *root, *out); err != nil {
			return err
		}
		if *only == "sdk" {
			return nil
		}
	}
	opts := assemble.Options{Root: *root, Out: *out, Cache: *cache, Log: os.Stdout}
	if *only != "" {
		opts.Only = strings.Split(*only, ",")
	}
	res, err := assemble.Build(ctx, opts)
	if err != nil {
		return err
	}
	for _, img := range res.Images {
		fmt.Printf("%8.1f MB  %s\n", float64(img.Bytes)/1e6, img.Ref)
	}
	fmt.Printf("%8.1f MB  all images, shared layers once; helpers %.1f MB\n", float64(res.BlobBytes)/1e6, float64(res.HelperBytes)/1e6)
	return nil
}

// writeSDK puts what modules by others are built from into the payload.
func writeSDK(ctx context.Context, root, out string) error {
	if err := os.MkdirAll(out, 0o755); err != nil {
		return fmt.Errorf("write the SDK: %w", err)
	}
	f, err := os.Create(filepath.Join(out, "sdk.tar.gz"))
	if err != nil {
		return fmt.Errorf("write the SDK: %w", err)
	}
	if err := errors.Join(pack.Write(ctx, root, f), f.Close()); err != nil {
		return fmt.Errorf("write the SDK: %w", err)
	}
	info, err := os.Stat(f.Name())
	if err != nil {
		return fmt.Errorf("write the SDK: %w", err)
	}
	fmt.Printf("%8.1f MB  the SDK for modules\n", float64(info.Size())/1e6)
	return nil
}

func join(exe, payload, out, version string) error {
	if out == "" {
		return lab.Errorf(lab.CodeUsage, "give -o bin/labbox", "join program and payload: no output named")
	}
	if err := bundle.Append(exe, payload, out, version); err != nil {
		return err
	}
	info, err := os.Stat(out)
	if err != nil {
		return fmt.Errorf("look at %s: %w", out, err)
	}
	fmt.Printf("%8.1f MB  %s\n", float64(info.Size())/1e6, out)
	return nil
}

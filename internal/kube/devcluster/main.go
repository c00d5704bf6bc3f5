// Command devcluster boots the embedded cluster in the foreground, for those who
// work on labbox. It is no part of the product.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/labbox/labbox/internal/kube"
	"github.com/labbox/labbox/internal/lab"
	"github.com/labbox/labbox/internal/supervise"
)

type list []string

func (l *list) String() string     { return strings.Join(*l, ",") }
func (l *list) Set(v string) error { *l = append(*l, v); return nil }

func main() {
	if len(os.Args) > 1 && os.Args[1] == "component" {
		os.Exit(kube.ComponentMain(os.Args[2:]))
	}
	if len(os.Args) > 1 && os.Args[1] == "kubectl" {
		os.Exit(kube.Kubectl(os.Getenv("KUBECONFIG"), os.Args[2:]))
	}
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "devcluster:", err)
		os.Exit(1)
	}
}

func run() error {
	cache, err := os.UserCacheDir()
	if err != nil {
		return err
	}
	var images, forwards list
	data := flag.String("data", "", "data directory")
	helpers := flag.String("helpers", filepath.Join(cache, "labbox", "devhelpers"), "helpers directory")
	port := flag.Int("api-port", 6443, "port of the Kubernetes API on 127.0.0.1")
	cgroup := flag.String("cgroup", "", "cgroup of the pods; another name than labbox lets a second cluster run")
	flag.Var(&images, "images", "OCI layout directory to import (repeatable)")
	flag.Var(&forwards, "forward", "address=namespace/service:port (repeatable)")
	flag.Parse()
	if *data == "" {
		return errors.New("-data is needed")
	}
	dir, err := filepath.Abs(*data)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if *cgroup == "" {
		if err := kube.Sweep(ctx, dir); err != nil {
			return err
		}
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	cluster := kube.New(kube.Options{DataDir: dir, HelpersDir: *helpers, APIPort: *port, Cgroup: *cgroup, Log: log,
		Images: func(ctx context.Context, socket string, _ lab.Report) error {
			for _, layout := range images {
				if err := importLayout(ctx, socket, layout); err != nil {
					return err
				}
			}
			return nil
		}})
	begin := time.Now()
	super := supervise.New(supervise.Options{Log: log, Observe: func(name string, state lab.State, err error) {
		fmt.Printf("%7.2fs %-32s %s\n", time.Since(begin).Seconds(), name, state)
	}})
	services := cluster.Services()
	for _, f := range forwards {
		svc, err := parseForward(cluster, f)
		if err != nil {
			return err
		}
		services = append(services, svc)
	}
	if err := super.Add(services...); err != nil {
		return err
	}
	go func() {
		if super.Ready(ctx) == nil {
			fmt.Printf("%7.2fs all ready; KUBECONFIG=%s/kubeconfig\n", time.Since(begin).Seconds(), dir)
			var sum int64
			for _, c := range cluster.Components(ctx) {
				fmt.Printf("  %-26s %-24s %6.1f MB\n", c.Name, c.Version, float64(c.MemoryBytes)/1e6)
				sum += c.MemoryBytes
			}
			fmt.Printf("  %-51s %6.1f MB\n", "together", float64(sum)/1e6)
		}
	}()
	return super.Run(ctx)
}

func parseForward(c *kube.Cluster, text string) (lab.Service, error) {
	var listen, namespace, service string
	var port int
	listen, target, ok := strings.Cut(text, "=")
	if ok {
		namespace, target, ok = strings.Cut(target, "/")
	}
	if ok {
		service, target, ok = strings.Cut(target, ":")
	}
	if _, err := fmt.Sscan(target, &port); !ok || err != nil {
		return nil, fmt.Errorf("-forward %q: want 127.0.0.1:8081=namespace/service:port", text)
	}
	return c.Forward(listen, namespace, service, port), nil
}

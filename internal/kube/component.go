package kube

import (
	"context"
	"fmt"
	"os"
	"os/signal"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"
	"k8s.io/component-base/cli"
	logsapi "k8s.io/component-base/logs/api/v1"
	_ "k8s.io/component-base/logs/json/register"          // the JSON log format
	_ "k8s.io/component-base/metrics/prometheus/clientgo" // client metrics
	_ "k8s.io/component-base/metrics/prometheus/version"  // version metric
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllers "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	kubelet "k8s.io/kubernetes/cmd/kubelet/app"
)

// The names of the children, as in "labbox component <name>", in the log
// directory and in Components.
const (
	nameSandbox     = "sandbox"
	nameStore       = "kine"
	nameAPI         = "kube-apiserver"
	nameControllers = "kube-controller-manager"
	nameScheduler   = "kube-scheduler"
	nameContainerd  = "containerd"
	nameKubelet     = "kubelet"
	nameProxy       = "kube-proxy"
	nameHelpers     = "cluster-helpers" // the process of the three below
	nameDNS         = "coredns"
	nameMetrics     = "metrics-server"
	nameStorage     = "local-path"
)

// ComponentMain runs one child of the cluster in this process, with the parts
// beside it, and returns its exit code: args are what follows "labbox component",
// as childSpec.command makes them. It is not for people; the daemon calls it inside
// the sandbox.
func ComponentMain(args []string) int {
	if len(args) == 0 {
		fmt.Fprintln(os.Stderr, "component: no name given")
		return 2
	}
	args, beside := splitParts(args)
	name, rest := args[0], args[1:]
	// Kubernetes' commands read more than the arguments they are given.
	os.Args = append([]string{name}, rest...)
	settle()
	ctx, stop := signal.NotifyContext(context.Background(), unix.SIGTERM, unix.SIGINT)
	defer stop()
	startBeside(ctx, beside)
	if cmd := upstream(name); cmd != nil {
		cmd.SetArgs(rest)
		return cli.Run(cmd)
	}
	mains := map[string]func(ctx context.Context, args []string) error{
		nameSandbox:    sandboxMain,
		nameStore:      storeMain,
		nameContainerd: containerdMain,
		nameHelpers:    helpersMain,
	}
	run, ok := mains[name]
	if !ok {
		fmt.Fprintf(os.Stderr, "component: no component is called %q\n", name)
		return 2
	}
	if err := run(ctx, rest); err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
		return 1
	}
	return 0
}

// upstream returns the command of one of Kubernetes' own programs, nil for others.
func upstream(name string) *cobra.Command {
	switch name {
	case nameAPI:
		return apiserver.NewAPIServerCommand()
	case nameControllers:
		return controllers.NewControllerManagerCommand()
	case nameKubelet:
		return kubelet.NewKubeletCommand(context.Background())
	}
	return nil
}

// splitParts separates the child's own arguments from those of the parts beside it.
func splitParts(args []string) (own []string, beside []part) {
	var groups [][]string
	group := []string{}
	for _, arg := range args {
		if arg == partMark {
			groups, group = append(groups, group), nil
			continue
		}
		group = append(group, arg)
	}
	groups = append(groups, group)
	for _, g := range groups[1:] {
		if len(g) > 0 {
			beside = append(beside, part{name: g[0], args: g[1:]})
		}
	}
	return groups[0], beside
}

// startBeside starts the parts that have a main of their own. When one ends by
// itself the process ends, and the daemon starts all of it again.
func startBeside(ctx context.Context, parts []part) {
	mains := map[string]func(ctx context.Context, args []string) error{
		nameScheduler: schedulerMain,
		nameProxy:     proxyMain,
	}
	// Each part applies the same, default, configuration of logging.
	logsapi.ReapplyHandling = logsapi.ReapplyHandlingIgnoreUnchanged
	for _, p := range parts {
		run, ok := mains[p.name]
		if !ok {
			continue // the child itself runs it
		}
		go func() {
			if err := endless(ctx, p.name, func(ctx context.Context) error { return run(ctx, p.args) }); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
		}()
	}
}

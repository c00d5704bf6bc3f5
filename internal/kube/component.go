package kube

import (
	"context"
	"fmt"
	"os"
	"os/signal"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"
	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/logs/json/register"          // the JSON log format
	_ "k8s.io/component-base/metrics/prometheus/clientgo" // client metrics
	_ "k8s.io/component-base/metrics/prometheus/version"  // version metric
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"
	controllers "k8s.io/kubernetes/cmd/kube-controller-manager/app"
	proxy "k8s.io/kubernetes/cmd/kube-proxy/app"
	scheduler "k8s.io/kubernetes/cmd/kube-scheduler/app"
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
	nameHelpers     = "cluster-helpers" // the three below, in one process
	nameDNS         = "coredns"
	nameMetrics     = "metrics-server"
	nameStorage     = "local-path"
)

// ComponentMain runs one child of the cluster in this process and returns its
// exit code: args are what follows "labbox component", the name first. It is not
// for people; the daemon calls it inside the sandbox.
func ComponentMain(args []string) int {
	if len(args) == 0 {
		fmt.Fprintln(os.Stderr, "component: no name given")
		return 2
	}
	name, rest := args[0], args[1:]
	// Kubernetes' commands read more than the arguments they are given.
	os.Args = append([]string{name}, rest...)
	settle()
	switch name {
	case nameAPI:
		return runCommand(apiserver.NewAPIServerCommand(), rest)
	case nameControllers:
		return runCommand(controllers.NewControllerManagerCommand(), rest)
	case nameScheduler:
		return runCommand(scheduler.NewSchedulerCommand(), rest)
	case nameKubelet:
		return runCommand(kubelet.NewKubeletCommand(context.Background()), rest)
	case nameProxy:
		return runCommand(proxy.NewProxyCommand(), rest)
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
	ctx, stop := signal.NotifyContext(context.Background(), unix.SIGTERM, unix.SIGINT)
	defer stop()
	if err := run(ctx, rest); err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
		return 1
	}
	return 0
}

func runCommand(cmd *cobra.Command, args []string) int {
	cmd.SetArgs(args)
	return cli.Run(cmd)
}

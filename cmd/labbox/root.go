package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/sys/unix"

	"github.com/labbox/labbox/internal/app"
	"github.com/labbox/labbox/internal/lab"
)

// globals are the flags that every command understands.
type globals struct {
	configFile string
	dataDir    string
	sets       []string
}

// config reads the configuration that the flags ask for.
func (g *globals) config() (app.Config, error) {
	sets := g.sets
	if g.dataDir != "" {
		sets = append(sets, "dataDir="+g.dataDir)
	}
	return app.LoadConfig(g.configFile, sets)
}

// run executes one command line and returns the process's exit code.
func run(args []string, out, errOut io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, unix.SIGTERM)
	defer stop()
	root := newRoot(out, errOut)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return 0
	}
	var code exitCode
	if errors.As(err, &code) {
		return int(code)
	}
	printError(errOut, err)
	return lab.ExitCode(err)
}

// exitCode ends the process with a code of a program that has already spoken.
type exitCode int

func (c exitCode) Error() string { return fmt.Sprintf("exit code %d", int(c)) }

func newRoot(out, errOut io.Writer) *cobra.Command {
	g := &globals{}
	root := &cobra.Command{
		Use:   "labbox",
		Short: "A lab in a box: a whole modern platform on one machine, offline",
		Long: "labbox turns this machine into a platform to learn on: Kubernetes, Argo CD, functions,\n" +
			"MLflow, Prometheus and energy metrics, with nothing fetched from a network.",
		SilenceErrors: true, SilenceUsage: true, TraverseChildren: true,
		Args: noCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	// What Kubernetes' packages have put on the common command line is not ours.
	pflag.CommandLine = pflag.NewFlagSet("labbox", pflag.ContinueOnError)
	root.SetOut(out)
	root.SetErr(errOut)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usageError(cmd, err.Error())
	})
	flags := root.PersistentFlags()
	flags.StringVar(&g.configFile, "config", "", "configuration file (default "+app.DefaultConfigFile+" where it exists)")
	flags.StringVar(&g.dataDir, "data-dir", "", "directory of all state (default "+app.DefaultConfig().DataDir+")")
	flags.StringArrayVar(&g.sets, "set", nil, "one configuration key, for example --set ports.git=3001")
	root.AddCommand(newUp(g), newOpen(g), newStatus(g), newLogs(g), newDown(g), newVersion(),
		newKubectl(g), newKubeconfig(g), newHelm(g), newCapstone(g), newProgress(g), newReport(g), newModule(g), newFn(g), newLesson(g), newCredentials(g), newDaemon(g))
	root.AddCommand(helpTopics()...)
	return root
}

// noCommand refuses a word that is no command, with the nearest one as a hint.
func noCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	message := fmt.Sprintf("unknown command %q", args[0])
	cmd.SuggestionsMinimumDistance = 2
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		message += ", did you mean " + strings.Join(near, " or ") + "?"
	}
	return usageError(cmd, message)
}

func usageError(cmd *cobra.Command, message string) error {
	return lab.Errorf(lab.CodeUsage, "What there is: "+cmd.CommandPath()+" --help", "%s", message)
}

// args turns cobra's argument checks into usage errors.
func args(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, given []string) error {
		if err := check(cmd, given); err != nil {
			return usageError(cmd, err.Error())
		}
		return nil
	}
}

func printError(w io.Writer, err error) {
	e := lab.AsError(err)
	fmt.Fprintf(w, "labbox: %s\n", e.Message)
	if e.Hint != "" {
		fmt.Fprintf(w, "        %s\n", e.Hint)
	}
}

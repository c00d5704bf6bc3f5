package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"sigs.k8s.io/yaml"

	"github.com/labbox/labbox/internal/app"
	"github.com/labbox/labbox/internal/lab"
)

// helpTopics are pages that belong to no command: labbox help errors, ...
func helpTopics() []*cobra.Command {
	return []*cobra.Command{
		{Use: "errors", Short: "What each exit code means and what to do", Long: errorsPage()},
		{Use: "config", Short: "The configuration file, its keys and defaults", Long: configPage()},
		page("modules", "A module of your own, in five minutes", app.ModuleGuide),
		page("lessons", "How a lesson is written", func(string) string { return app.LessonGuide() }),
	}
}

// page is a topic that is written in Markdown; it comes in the language of the
// environment.
func page(name, short string, text func(lang string) string) *cobra.Command {
	cmd := &cobra.Command{Use: name, Short: short}
	cmd.SetHelpFunc(func(cmd *cobra.Command, _ []string) {
		lang, _ := language(cmd, "") // only a flag can be wrong
		newMarkdown(cmd.OutOrStdout(), lang).write(text(lang), "")
	})
	return cmd
}

func errorsPage() string {
	var b strings.Builder
	b.WriteString("Every failure that you can act on has a code, a hint and its own exit code:\n\n")
	for _, info := range lab.Codes() {
		fmt.Fprintf(&b, "  %2d  %-12s %s\n", info.Exit, info.Code, info.Meaning)
	}
	return b.String()
}

func configPage() string {
	defaults, err := yaml.Marshal(app.DefaultConfig())
	if err != nil {
		return err.Error()
	}
	return "labbox reads " + app.DefaultConfigFile + " where it exists, or the file named with --config.\n" +
		"One key is also set on the command line: --set ports.git=3001. Unknown keys are refused.\n" +
		"All keys with their defaults:\n\n  " + strings.ReplaceAll(strings.TrimSpace(string(defaults)), "\n", "\n  ") + "\n"
}

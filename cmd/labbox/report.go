package main

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/labbox/labbox/internal/app"
	"github.com/labbox/labbox/internal/lab"
)

func newReport(g *globals) *cobra.Command {
	var lang, file string
	cmd := &cobra.Command{
		Use:   "report",
		Short: "Write your documentation of architecture, tools and findings, as HTML and as PDF",
		Long: "Write your documentation of architecture, tools and findings: the platform as it is in this lab, what checks\n" +
			"have ticked with their evidence, your notes and answers, the capstone, and the energy figures.",
		Args: args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			files, err := reportFiles(file)
			if err != nil {
				return err
			}
			if lang != "" && lang != "de" && lang != "en" {
				return lab.Errorf(lab.CodeUsage, "Choose de or en", "there is no report in %q", lang)
			}
			cfg, err := g.config()
			if err != nil {
				return err
			}
			for _, name := range files {
				format := strings.TrimPrefix(filepath.Ext(name), ".")
				if err := writeWhole(name, func(out io.Writer) error { return app.Connect(cfg).Report(cmd.Context(), lang, format, out) }); err != nil {
					return err
				}
				fmt.Fprintf(cmd.OutOrStdout(), "written to %s\n", name)
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&lang, "lang", "", "de or en (default: the dashboard's language)")
	cmd.Flags().StringVarP(&file, "output", "o", "", "one file, .html or .pdf (default labbox-report.html and labbox-report.pdf)")
	return cmd
}

// reportFiles are the files to write: the one that was named, or one of each kind.
func reportFiles(named string) ([]string, error) {
	if named == "" {
		var all []string
		for _, format := range app.ReportFormats() {
			all = append(all, "labbox-report."+format)
		}
		return all, nil
	}
	if !slices.Contains(app.ReportFormats(), strings.TrimPrefix(filepath.Ext(named), ".")) {
		return nil, lab.Errorf(lab.CodeUsage, "Name a file that ends in .html or .pdf", "a report cannot be written as %s", filepath.Base(named))
	}
	return []string{named}, nil
}

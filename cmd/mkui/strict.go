package main

import (
	"fmt"
	"os"
	"regexp"

	"github.com/evanw/esbuild/pkg/api"
)

// strictEdit is one thing that a package does and our Content-Security-Policy forbids,
// and how it is said instead. It must be found exactly so many times: a new version of
// the package that does it elsewhere, too, is an error here and not a broken page.
type strictEdit struct {
	what  *regexp.Regexp
	with  string
	times int
}

// xtermEdits: xterm.js writes style elements and style attributes. The former become
// elements of ui/vendor/terminal.js, which hold a constructed sheet; the latter go by
// the CSSOM, which the policy allows.
func xtermEdits() []strictEdit {
	return []strictEdit{
		{regexp.MustCompile(`createElement\("style"\)`), `createElement("labbox-style")`, 3},
		{regexp.MustCompile("(\\w+)\\.setAttribute\\(\"style\",(`[^`]*`)\\)"), `${1}.style.cssText=${2}`, 1},
	}
}

// strict makes packages keep to the policy while they are bundled.
func strict() api.Plugin {
	return api.Plugin{Name: "strict", Setup: func(build api.PluginBuild) {
		build.OnLoad(api.OnLoadOptions{Filter: `@xterm[/\\]xterm[/\\].*\.m?js$`}, func(args api.OnLoadArgs) (api.OnLoadResult, error) {
			text, err := os.ReadFile(args.Path)
			if err != nil {
				return api.OnLoadResult{}, fmt.Errorf("read a package: %w", err)
			}
			edited, err := applyEdits(string(text), xtermEdits())
			if err != nil {
				return api.OnLoadResult{}, fmt.Errorf("%s: %w", args.Path, err)
			}
			return api.OnLoadResult{Contents: &edited, Loader: api.LoaderJS}, nil
		})
	}}
}

func applyEdits(text string, edits []strictEdit) (string, error) {
	for _, e := range edits {
		if n := len(e.what.FindAllStringIndex(text, -1)); n != e.times {
			return "", fmt.Errorf("%s is there %d times, not %d: look at it anew", e.what, n, e.times)
		}
		text = e.what.ReplaceAllString(text, e.with)
	}
	return text, nil
}

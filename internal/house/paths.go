package house

import (
	"bytes"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
)

// machinePath matches directories of the machine that somebody works on.
var machinePath = regexp.MustCompile(`(?:^|[^A-Za-z0-9_.\-/])(/(?:root|work|home/[a-z]+|Users/[A-Za-z]+)/)[A-Za-z0-9_.]`)

// podHomes are home directories inside images, the same for everybody.
var podHomes = []string{"/home/app/", "/home/learner/"}

// urlHost matches the host in a URL.
var urlHost = regexp.MustCompile(`https?://(?:[^/@\s"']*@)?([A-Za-z0-9.\-]+)`)

// publicHosts are where lock files may say that packages come from.
var publicHosts = []string{
	"registry.npmjs.org", "pypi.org", "files.pythonhosted.org", "proxy.golang.org", "sum.golang.org",
	"deb.debian.org", "security.debian.org", "snapshot.debian.org", "github.com", "opencollective.com", "tidelift.com",
}

// checkPaths: no path of somebody's machine, and no private package registry.
func checkPaths(t *Tree) []Finding {
	var out []Finding
	err := walk(t.FS, func(name string) error {
		info, err := fs.Stat(t.FS, name)
		if err != nil || info.Size() > 4<<20 {
			return err
		}
		text, err := fs.ReadFile(t.FS, name)
		if err != nil || bytes.IndexByte(text[:min(len(text), 8000)], 0) >= 0 {
			return err
		}
		out = append(out, leaks(name, string(text))...)
		return nil
	})
	if err != nil {
		out = append(out, Finding{Path: ".", Line: 1, Text: err.Error()})
	}
	return out
}

func leaks(name, text string) []Finding {
	var out []Finding
	for i, line := range strings.Split(text, "\n") {
		add := func(format, what string) {
			out = append(out, Finding{Path: name, Line: i + 1, Text: fmt.Sprintf(format, what)})
		}
		if m := machinePath.FindStringSubmatch(line); m != nil && !slices.Contains(podHomes, m[1]) {
			add("a path of somebody's machine: %s", m[1])
		}
		// A lock file of npm also names home pages; only "resolved" is downloaded from.
		if !namesSources(name) || path.Base(name) == "package-lock.json" && !strings.Contains(line, `"resolved"`) {
			continue
		}
		for _, m := range urlHost.FindAllStringSubmatch(line, -1) {
			if !slices.Contains(publicHosts, m[1]) {
				add("packages come from %s, which is no public registry", m[1])
			}
		}
	}
	return out
}

// namesSources says whether a file says where packages are downloaded from.
func namesSources(name string) bool {
	b := path.Base(name)
	return b == "package-lock.json" || b == ".npmrc" || b == "pip.conf" || b == "uv.lock" || b == "sources.list" ||
		strings.HasPrefix(b, "requirements") && path.Ext(b) == ".txt"
}

package build

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strings"

	"github.com/labbox/labbox/internal/lab"
)

const (
	// siteDir is where the image's Python looks for packages.
	siteDir = "usr/local/lib/python3.11/dist-packages"

	wheelHint = "Get them where there is a network, then build again:\n" +
		"          pip download -r requirements.txt -d wheels --only-binary=:all: \\\n" +
		"            --python-version 3.11 --platform manylinux2014_x86_64"
)

// stagePython adds the handler and what its requirements.txt asks for.
func stagePython(in Input, t *tree) error {
	if !isFile(in.Dir, "handler.py") {
		return lab.Errorf(lab.CodeUsage, "Give it one: def handle(event, context): ...", "%s has no handler.py", in.Dir)
	}
	if err := t.addDir(in.Dir, HandlerDir, skipped); err != nil {
		return err
	}
	text, err := os.ReadFile(filepath.Join(in.Dir, "requirements.txt"))
	if err != nil && !os.IsNotExist(err) {
		return fmt.Errorf("read requirements.txt: %w", err)
	}
	wanted, err := parseRequirements(string(text))
	if err != nil {
		return err
	}
	if len(wanted) == 0 {
		return nil
	}
	wheels, err := findWheels(in.Wheels)
	if err != nil {
		return err
	}
	defer closeWheels(wheels)
	chosen, err := resolve(wanted, wheels)
	if err != nil {
		return err
	}
	for _, w := range chosen {
		if err := w.unpack(t); err != nil {
			return fmt.Errorf("install %s: %w", w.file, err)
		}
		in.Log(fmt.Sprintf("installed %s %s", w.name, w.version))
	}
	return nil
}

// requirement is one thing that a function or a distribution needs.
type requirement struct {
	name, spec, by string
	extras         []string
}

var (
	separators  = regexp.MustCompile(`[-_.]+`)
	requireLine = regexp.MustCompile(`^([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[([^\]]*)\])?\s*\(?([^()]*)\)?$`)
)

// normal returns the canonical form of a distribution's name.
func normal(name string) string {
	return strings.ToLower(separators.ReplaceAllString(strings.TrimSpace(name), "-"))
}

// parseRequirements reads pip's format as far as it can be followed offline: names
// with versions, extras and markers. Options, addresses and files are refused.
func parseRequirements(text string) ([]requirement, error) {
	var out []requirement
	text = strings.ReplaceAll(text, "\\\n", " ")
	for _, line := range strings.Split(text, "\n") {
		line, _, _ = strings.Cut(" "+line, " #")
		line, _, _ = strings.Cut(strings.TrimSpace(line), " --hash")
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		if strings.HasPrefix(line, "-") || strings.Contains(line, "://") || strings.Contains(line, " @ ") {
			return nil, lab.Errorf(lab.CodeUsage, "Name packages only, for example: requests==2.32.3", "requirements.txt: %q cannot be followed without a network", line)
		}
		r, ok, err := parseRequirement(line, nil)
		if err != nil {
			return nil, lab.Errorf(lab.CodeUsage, "", "requirements.txt: %w", err)
		}
		if r.by = "requirements.txt"; ok {
			out = append(out, r)
		}
	}
	return out, nil
}

// parseRequirement reads one requirement; ok is false when its marker says that it
// is not for the lab's Python or for none of the extras.
func parseRequirement(line string, extras []string) (r requirement, ok bool, err error) {
	spec, marker, _ := strings.Cut(line, ";")
	m := requireLine.FindStringSubmatch(strings.TrimSpace(spec))
	if m == nil {
		return r, false, fmt.Errorf("%q is no requirement", line)
	}
	r = requirement{name: normal(m[1]), spec: strings.TrimSpace(m[3])}
	for _, e := range strings.Split(m[2], ",") {
		if e = normal(e); e != "" {
			r.extras = append(r.extras, e)
		}
	}
	if err := checkSpec(r.spec); err != nil {
		return r, false, err
	}
	if strings.TrimSpace(marker) == "" {
		return r, true, nil
	}
	ok, err = evalMarker(marker, extras)
	return r, ok, err
}

// resolve chooses for each requirement, and for what that requires in turn, the
// newest wheel that fits. It names everything that is missing at once.
func resolve(wanted []requirement, wheels map[string][]*wheel) ([]*wheel, error) {
	chosen := map[string]*wheel{}
	seen := map[string]bool{}
	var missing []string
	for len(wanted) > 0 {
		r := wanted[0]
		wanted = wanted[1:]
		key := fmt.Sprint(r.name, r.spec, r.extras)
		if seen[key] {
			continue
		}
		seen[key] = true
		w := chosen[r.name]
		if w != nil && !fits(r.spec, w.version) {
			return nil, lab.Errorf(lab.CodeUsage, "Pin a version of it in requirements.txt that suits all", "%s needs %s%s, but %s was chosen", r.by, r.name, r.spec, w.version)
		}
		if w == nil {
			if w = newest(wheels[r.name], r.spec); w == nil {
				missing = append(missing, fmt.Sprintf("%s%s (for %s)%s", r.name, r.spec, r.by, others(wheels[r.name])))
				continue
			}
			chosen[r.name] = w
		}
		more, err := w.needs(r.extras)
		if err != nil {
			return nil, err
		}
		wanted = append(wanted, more...)
	}
	if len(missing) > 0 {
		return nil, lab.Errorf(lab.CodeUsage, wheelHint, "there is no wheel for: %s", strings.Join(missing, ", "))
	}
	out := make([]*wheel, 0, len(chosen))
	for _, w := range chosen {
		out = append(out, w)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].name < out[j].name })
	return out, nil
}

func newest(wheels []*wheel, spec string) *wheel {
	var best *wheel
	for _, w := range wheels {
		if w.unfit == "" && fits(spec, w.version) && (best == nil || compareVersions(w.version, best.version) > 0) {
			best = w
		}
	}
	return best
}

// others says which wheels of that name there are, and why they do not do.
func others(wheels []*wheel) string {
	var list []string
	for _, w := range wheels {
		text := w.file
		if w.unfit != "" {
			text += " " + w.unfit
		}
		list = append(list, text)
	}
	if len(list) == 0 {
		return ""
	}
	return "; not " + strings.Join(list, ", ")
}

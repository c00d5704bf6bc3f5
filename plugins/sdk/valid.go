package sdk

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

var label = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$`)

// The bounds of what a module says of itself.
const (
	maxText  = 4 << 10 // bytes of a text, 16 times as many in Markdown
	maxItems = 64      // lessons, panels, pages, and so on
)

// Check says what is wrong with i, nil where nothing is: an Error with CodeInvalid.
func (i Info) Check() error {
	if err := i.check(); err != nil {
		return Errorf(CodeInvalid, "module %.63s says of itself what is refused: %v", i.Name, err)
	}
	return nil
}

func (i Info) check() error {
	switch {
	case !label.MatchString(i.Name):
		return fmt.Errorf("name %.80q is not lower-case letters, digits and dashes", i.Name)
	case i.Version == "" || len(i.Version) > 64:
		return fmt.Errorf("version %.80q is empty or longer than 64 characters", i.Version)
	}
	for what, t := range map[string]Text{"title": i.Title, "description": i.Description} {
		if !t.both() || max(len(t.DE), len(t.EN)) > maxText {
			return fmt.Errorf("%s is not there in both languages, or longer than %d bytes", what, maxText)
		}
	}
	for what, n := range map[string]int{"needs": len(i.Needs), "lessons": len(i.Lessons), "panels": len(i.Panels),
		"sources": len(i.Sources), "pages": len(i.Pages), "steps of the capstone": len(i.Capstone)} {
		if n > maxItems {
			return fmt.Errorf("%d %s are more than %d", n, what, maxItems)
		}
	}
	for _, n := range i.Needs {
		if !label.MatchString(n) || n == i.Name {
			return fmt.Errorf("needs %.80q, which cannot be another module's name", n)
		}
	}
	for _, check := range []func() error{i.checkLessons, i.checkPanels, i.checkCapstone, i.checkPages} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

func (i Info) checkLessons() error {
	seen, steps := map[string]bool{}, map[StepID]bool{}
	for _, l := range i.Lessons {
		if l.ID == "" || seen[l.ID] || !l.Title.both() {
			return fmt.Errorf("lesson %.80q has no id of its own, or no title in both languages", l.ID)
		}
		seen[l.ID] = true
		for _, s := range l.Steps {
			if s == "" || steps[s] {
				return fmt.Errorf("step %.80q of lesson %.80q is empty or there twice", s, l.ID)
			}
			steps[s] = true
		}
	}
	return nil
}

func (i Info) checkPanels() error {
	seen := map[string]bool{}
	for _, p := range i.Panels {
		if p.ID == "" || seen[p.ID] || p.Query == "" || !p.Title.both() {
			return fmt.Errorf("panel %.80q lacks an id of its own, a query, or a title in both languages", p.ID)
		}
		seen[p.ID] = true
	}
	return nil
}

func (i Info) checkCapstone() error {
	seen := map[StepID]bool{}
	for _, s := range i.Capstone {
		if s.Step == "" || seen[s.Step] || !s.Title.both() {
			return fmt.Errorf("step %.80q of the capstone has no id of its own, or no title in both languages", s.Step)
		}
		seen[s.Step] = true
	}
	return nil
}

func (i Info) checkPages() error {
	seen := map[string]bool{}
	for _, p := range i.Pages {
		if !label.MatchString(p.ID) || seen[p.ID] || !p.Title.both() || len(p.Parts) > maxItems {
			return fmt.Errorf("page %.80q lacks an id of its own or a title in both languages, or has more than %d parts", p.ID, maxItems)
		}
		seen[p.ID] = true
		for n, part := range p.Parts {
			if err := part.check(); err != nil {
				return fmt.Errorf("part %d of page %s: %w", n+1, p.ID, err)
			}
		}
	}
	return nil
}

// units are those that the dashboard can put into words.
const units = "cores, bytes, perSecond, seconds, watts"

func knownUnit(unit string) bool {
	return unit == "" || slices.Contains(strings.Split(units, ", "), unit)
}

func (p PagePart) check() error {
	kinds := 0
	for _, there := range []bool{p.Markdown != nil, p.Plot != nil, p.Table != nil, len(p.Links) > 0} {
		if there {
			kinds++
		}
	}
	switch {
	case kinds != 1:
		return fmt.Errorf("it is %d of markdown, plot, table and links, not one", kinds)
	case p.Markdown != nil && (!p.Markdown.both() || max(len(p.Markdown.DE), len(p.Markdown.EN)) > 16*maxText):
		return fmt.Errorf("its text is not there in both languages, or longer than %d KiB", 16*maxText>>10)
	case p.Plot != nil && (p.Plot.Query == "" || len(p.Plot.Query) > maxText || !knownUnit(p.Plot.Unit)):
		return fmt.Errorf("the plot has no query, or its unit %.40q is none of %s", p.Plot.Unit, units)
	case p.Table != nil:
		return p.Table.check()
	}
	for _, l := range p.Links {
		if !l.Title.both() || (l.Endpoint == "") == (l.URL == "") || (l.URL != "" && !strings.HasPrefix(l.URL, "https://")) ||
			(l.Path != "" && !strings.HasPrefix(l.Path, "/")) {
			return fmt.Errorf("a link needs a title in both languages, and either an endpoint with a path that begins with / or a URL that begins with https://")
		}
	}
	return nil
}

func (t Table) check() error {
	if t.Query == "" || len(t.Query) > maxText || len(t.Columns) == 0 || len(t.Columns) > maxItems {
		return fmt.Errorf("the table has no query or no columns")
	}
	for _, c := range t.Columns {
		if !c.Title.both() || !knownUnit(c.Unit) {
			return fmt.Errorf("a column has no title in both languages, or its unit %.40q is none of %s", c.Unit, units)
		}
	}
	return nil
}

func (t Text) both() bool { return t.DE != "" && t.EN != "" }

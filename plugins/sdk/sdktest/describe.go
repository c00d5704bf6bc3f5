package sdktest

import (
	"context"
	"fmt"
	"regexp"

	"github.com/labbox/labbox/plugins/sdk"
)

var label = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$`)

func describeValid(ctx context.Context, m sdk.Module) error {
	info, err := m.Describe(ctx)
	if err != nil {
		return fmt.Errorf("Describe fails: %w", err)
	}
	switch {
	case !label.MatchString(info.Name):
		return fmt.Errorf("name %q is not lower-case letters, digits and dashes", info.Name)
	case info.Version == "":
		return fmt.Errorf("version is empty")
	case !bilingual(info.Title):
		return fmt.Errorf("title is not there in both languages: %+v", info.Title)
	case !bilingual(info.Description):
		return fmt.Errorf("description is not there in both languages: %+v", info.Description)
	}
	for _, n := range info.Needs {
		if !label.MatchString(n) || n == info.Name {
			return fmt.Errorf("needs %q, which cannot be another module's name", n)
		}
	}
	if err := lessonsValid(info.Lessons); err != nil {
		return err
	}
	return panelsValid(info.Panels)
}

func lessonsValid(lessons []sdk.Lesson) error {
	seen := map[string]bool{}
	steps := map[sdk.StepID]bool{}
	for _, l := range lessons {
		if l.ID == "" || seen[l.ID] || !bilingual(l.Title) {
			return fmt.Errorf("lesson %q has no id of its own, or no title in both languages", l.ID)
		}
		seen[l.ID] = true
		for _, s := range l.Steps {
			if s == "" || steps[s] {
				return fmt.Errorf("step %q of lesson %q is empty or there twice", s, l.ID)
			}
			steps[s] = true
		}
	}
	return nil
}

func panelsValid(panels []sdk.Panel) error {
	seen := map[string]bool{}
	for _, p := range panels {
		if p.ID == "" || seen[p.ID] || p.Query == "" || !bilingual(p.Title) {
			return fmt.Errorf("panel %q lacks an id of its own, a query, or a title in both languages", p.ID)
		}
		seen[p.ID] = true
	}
	return nil
}

func describeStable(ctx context.Context, m sdk.Module) error {
	a, err := m.Describe(ctx)
	if err != nil {
		return fmt.Errorf("Describe fails: %w", err)
	}
	b, err := m.Describe(ctx)
	if err != nil {
		return fmt.Errorf("Describe fails the second time: %w", err)
	}
	return equal("Describe answers", a, b)
}

func bilingual(t sdk.Text) bool { return t.DE != "" && t.EN != "" }

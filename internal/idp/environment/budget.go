package environment

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labbox/labbox/internal/idp/entity"
	"github.com/labbox/labbox/internal/idp/wire"
)

// budgetOf returns what an owner may use.
func (s *Service) budgetOf(owner string) (budget, error) {
	e := s.opt.Catalog.Get(owner)
	if e == nil {
		return defaultBudget(), nil
	}
	b, err := parseBudget(e.Annotation(AnnotationBudget))
	if err != nil {
		return b, wire.Input("annotation %s of %s: %v", AnnotationBudget, owner, err)
	}
	return b, nil
}

// spent adds up what an owner's environments may use.
func spent(owner string, all []Environment) budget {
	var b budget
	for _, e := range all {
		if !strings.EqualFold(e.Owner, owner) || e.State == "Terminating" {
			continue
		}
		size, _ := sizeOf(e.Size)
		b.CPU += size.CPU
		b.Memory += size.Memory
		b.environments++
	}
	return b
}

// afford says, in words that help, why an environment is over its owner's budget.
func (s *Service) afford(w wish, others []Environment) error {
	limit, err := s.budgetOf(w.owner.String())
	if err != nil {
		return err
	}
	used := spent(w.owner.String(), others)
	want, _ := sizeOf(w.size)
	var over []wire.Detail
	add := func(what, have, more, most string) {
		over = append(over, wire.Detail{Path: what, Message: fmt.Sprintf("%s: %s are in use, %s more would be over the %s allowed", what, have, more, most)})
	}
	if used.environments+1 > limit.environments {
		add("environments", fmt.Sprint(used.environments), "1", fmt.Sprint(limit.environments))
	}
	if used.CPU+want.CPU > limit.CPU {
		add("cpu", cpuText(used.CPU), cpuText(want.CPU), cpuText(limit.CPU))
	}
	if used.Memory+want.Memory > limit.Memory {
		add("memory", memoryText(used.Memory), memoryText(want.Memory), memoryText(limit.Memory))
	}
	if len(over) == 0 {
		return nil
	}
	words := []string{}
	for _, d := range over {
		words = append(words, d.Message)
	}
	return &wire.Problem{Status: http.StatusForbidden, Name: "NotAllowedError", Errors: over,
		Message: fmt.Sprintf("environment %q of size %s is over the budget of %s. %s. Remove an environment, take a smaller size, or raise the annotation %s of the Group",
			w.name, w.size, w.owner, strings.Join(words, "; "), AnnotationBudget)}
}

// Account is an owner's budget and what is used of it.
type Account struct {
	Owner string `json:"owner"`
	Limit Budget `json:"limit"`
	Used  Budget `json:"used"`
}

// Accounts returns the budgets of all Groups of type team, and of all who own an
// environment.
func (s *Service) Accounts(all []Environment) []Account {
	owners := []string{}
	for _, g := range s.opt.Catalog.All("group") {
		if g.SpecText("type") == "team" {
			owners = append(owners, g.Ref().String())
		}
	}
	for _, e := range all {
		if !slices.Contains(owners, e.Owner) {
			owners = append(owners, e.Owner)
		}
	}
	slices.Sort(owners)
	out := []Account{}
	for _, o := range owners {
		limit, _ := s.budgetOf(o)
		out = append(out, Account{Owner: o, Limit: limit.show(), Used: spent(o, all).show()})
	}
	return out
}

// publish puts the environments into the catalog.
func (s *Service) publish(ctx context.Context) {
	all, err := s.List(ctx)
	if err != nil {
		s.opt.Log.Warn("put the environments into the catalog", "err", err)
		return
	}
	var entities []entity.Entity
	for _, e := range all {
		if e.State == "Active" {
			entities = append(entities, entityOf(e))
		}
	}
	s.opt.Catalog.Provide("environments", entities)
}

// Run removes environments whose time is over, and keeps the catalog up to date, every
// few seconds until ctx is done.
func (s *Service) Run(ctx context.Context, every time.Duration) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		s.expire(ctx)
		s.publish(ctx)
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

func (s *Service) expire(ctx context.Context) {
	all, err := s.List(ctx)
	if err != nil {
		return // publish says it
	}
	for _, e := range all {
		at, err := time.Parse(time.RFC3339, e.Expires)
		if e.Expires == "" || err != nil || time.Now().Before(at) || e.State != "Active" {
			continue
		}
		s.opt.Log.Info("an environment's time is over", "environment", e.Name)
		if err := s.Delete(ctx, e.Name); err != nil {
			s.opt.Log.Warn("remove an environment whose time is over", "environment", e.Name, "err", err)
		}
	}
}

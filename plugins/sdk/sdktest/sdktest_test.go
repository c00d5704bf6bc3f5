package sdktest

import (
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/labbox/labbox/plugins/sdk"
	"github.com/labbox/labbox/plugins/sdk/contract"
	"github.com/labbox/labbox/plugins/sdk/probe"
)

// good keeps the whole contract; the tests below break one clause at a time.
type good struct{ client *probe.Client }

func newGood() *good { return &good{client: probe.New()} }

const step = sdk.StepID("first/look")

func (g *good) Describe(context.Context) (sdk.Info, error) {
	both := sdk.Text{DE: "Gut", EN: "Good"}
	return sdk.Info{
		Name: "good", Version: "1", Title: both, Description: both,
		Lessons: []sdk.Lesson{{ID: "first", Title: both, Steps: []sdk.StepID{step}}},
		Panels:  []sdk.Panel{{ID: "p", Title: both, Query: "up"}},
		Pages: []sdk.Page{{ID: "p", Title: both, Parts: []sdk.PagePart{
			{Markdown: &both}, {Plot: &sdk.Plot{Query: "up", Unit: "bytes"}},
			{Table: &sdk.Table{Query: "up", Columns: []sdk.Column{{Title: both}}}}, {Links: []sdk.PageLink{{Title: both, Endpoint: "git"}}},
		}}},
		Capstone: []sdk.CapstoneStep{{Step: step, Title: both}},
	}, nil
}

func (g *good) Plan(_ context.Context, cfg sdk.Config) (sdk.Plan, error) {
	if err := cfg.RefuseUnknown("good"); err != nil {
		return sdk.Plan{}, err
	}
	return sdk.Plan{
		Charts:   []sdk.Chart{{Name: "good", Release: "good", Namespace: "good", Values: sdk.Values{"replicas": 1}}},
		Forwards: []sdk.Forward{{Name: "web", Namespace: "good", Service: "web", Port: 80, HostPort: cfg.Port("web", 8080)}},
	}, nil
}

func (g *good) Check(ctx context.Context, t sdk.Target) (sdk.Health, error) {
	r := g.client.Round(t)
	_, err := g.client.Get(ctx, r.Endpoint("web"), "/")
	r.Failed("web", err)
	return r.Health(), nil
}

func (g *good) Verify(ctx context.Context, t sdk.Target, s sdk.StepID) (sdk.Verdict, error) {
	if s != step {
		return sdk.Verdict{}, sdk.UnknownStep("good", s)
	}
	if _, err := g.client.Get(ctx, t.Endpoints["web"], "/"); err != nil {
		return sdk.Verdict{Seen: err.Error(), Expected: "an answer"}, nil
	}
	return sdk.Verdict{Passed: true}, nil
}

func TestMain(m *testing.M) { Main(m, newGood()) }

func TestGoodModuleKeepsTheContract(t *testing.T) { Contract(t, newGood()) }

func TestGoodModuleKeepsTheContractOverTheWire(t *testing.T) { ContractWire(t) }

// bad is good but for the answers that are set.
type bad struct {
	*good
	describe func(sdk.Info) (sdk.Info, error)
	plan     func(sdk.Plan, sdk.Config) (sdk.Plan, error)
	check    func(context.Context) (sdk.Health, error)
	verify   func() (sdk.Verdict, error)
}

func (b *bad) Describe(ctx context.Context) (sdk.Info, error) {
	info, err := b.good.Describe(ctx)
	if b.describe != nil {
		return b.describe(info)
	}
	return info, err
}

func (b *bad) Plan(ctx context.Context, cfg sdk.Config) (sdk.Plan, error) {
	plan, err := b.good.Plan(ctx, cfg)
	if b.plan != nil {
		return b.plan(plan, cfg)
	}
	return plan, err
}

func (b *bad) Check(ctx context.Context, t sdk.Target) (sdk.Health, error) {
	if b.check != nil {
		return b.check(ctx)
	}
	return b.good.Check(ctx, t)
}

func (b *bad) Verify(ctx context.Context, t sdk.Target, s sdk.StepID) (sdk.Verdict, error) {
	if b.verify != nil {
		return b.verify()
	}
	return b.good.Verify(ctx, t, s)
}

// edit returns a plan function that changes the plan in place.
func edit(f func(*sdk.Plan)) func(sdk.Plan, sdk.Config) (sdk.Plan, error) {
	return func(p sdk.Plan, _ sdk.Config) (sdk.Plan, error) { f(&p); return p, nil }
}

func describes(f func(*sdk.Info)) func(sdk.Info) (sdk.Info, error) {
	return func(i sdk.Info) (sdk.Info, error) { f(&i); return i, nil }
}

func health(h sdk.Health, err error) func(context.Context) (sdk.Health, error) {
	return func(context.Context) (sdk.Health, error) { return h, err }
}

// describeBreaches are ways to say something of oneself that is refused.
func describeBreaches() map[string]*bad {
	return map[string]*bad{
		"no name":        {describe: describes(func(i *sdk.Info) { i.Name = "" })},
		"capitals":       {describe: describes(func(i *sdk.Info) { i.Name = "Good" })},
		"no version":     {describe: describes(func(i *sdk.Info) { i.Version = "" })},
		"no German":      {describe: describes(func(i *sdk.Info) { i.Title.DE = "" })},
		"no description": {describe: describes(func(i *sdk.Info) { i.Description = sdk.Text{} })},
		"needs itself":   {describe: describes(func(i *sdk.Info) { i.Needs = []string{"good"} })},
		"lesson twice":   {describe: describes(func(i *sdk.Info) { i.Lessons = append(i.Lessons, i.Lessons[0]) })},
		"step twice":     {describe: describes(func(i *sdk.Info) { i.Lessons[0].Steps = []sdk.StepID{"a", "a"} })},
		"empty panel":    {describe: describes(func(i *sdk.Info) { i.Panels[0].Query = "" })},
		"page of two":    {describe: describes(func(i *sdk.Info) { i.Pages[0].Parts[0].Plot = &sdk.Plot{Query: "up"} })},
		"page of none":   {describe: describes(func(i *sdk.Info) { i.Pages[0].Parts[0].Markdown = nil })},
		"page twice":     {describe: describes(func(i *sdk.Info) { i.Pages = append(i.Pages, i.Pages[0]) })},
		"capstone twice": {describe: describes(func(i *sdk.Info) { i.Capstone = append(i.Capstone, i.Capstone[0]) })},
		"many sources":   {describe: describes(func(i *sdk.Info) { i.Sources = make([]sdk.Source, 65) })},
		"long title":     {describe: describes(func(i *sdk.Info) { i.Title.DE = strings.Repeat("x", 5000) })},
		"error":          {describe: func(sdk.Info) (sdk.Info, error) { return sdk.Info{}, errors.New("no") }},
	}
}

func TestEveryClauseCanFail(t *testing.T) {
	t.Parallel()
	alive := health(sdk.Health{Alive: true, Message: "all well"}, nil)
	for clause, breaches := range map[string]map[string]*bad{
		"describe is valid": describeBreaches(),
		"describe is stable": {
			"new every time": {describe: describes(func(i *sdk.Info) { i.Version = time.Now().Format(time.StampNano) })},
		},
		"plan is valid": {
			"no release":    {plan: edit(func(p *sdk.Plan) { p.Charts[0].Release = "" })},
			"twice":         {plan: edit(func(p *sdk.Plan) { p.Charts = append(p.Charts, p.Charts[0]) })},
			"needs itself":  {plan: edit(func(p *sdk.Plan) { p.Charts[0].Needs = []string{"good"} })},
			"no port":       {plan: edit(func(p *sdk.Plan) { p.Forwards[0].Port = 0 })},
			"forward twice": {plan: edit(func(p *sdk.Plan) { p.Forwards = append(p.Forwards, p.Forwards[0]) })},
			"no service":    {plan: edit(func(p *sdk.Plan) { p.Forwards[0].Service = "" })},
			"no secret":     {plan: edit(func(p *sdk.Plan) { p.Forwards[0].Credentials = &sdk.Credentials{} })},
			"repository":    {plan: edit(func(p *sdk.Plan) { p.Repositories = []sdk.Repository{{Name: "../x"}} })},
		},
		"plan is pure": {
			"dice": {plan: edit(func(p *sdk.Plan) { p.Charts[0].Values = sdk.Values{"dice": rand.Int()} })},
		},
		"plan leaves its config alone": {
			"writes": {plan: func(p sdk.Plan, cfg sdk.Config) (sdk.Plan, error) { clear(cfg.Ports); return p, nil }},
		},
		"plan honours ports": {
			"stubborn": {plan: edit(func(p *sdk.Plan) { p.Forwards[0].HostPort = 8080 })},
			"fewer": {plan: func(p sdk.Plan, c sdk.Config) (sdk.Plan, error) {
				p.Forwards = p.Forwards[min(len(c.Ports), 1):]
				return p, nil
			}},
		},
		"plan refuses unknown settings": {
			"takes all": {plan: func(p sdk.Plan, _ sdk.Config) (sdk.Plan, error) { return p, nil }},
		},
		"plan survives the wire": {
			"huge number": {plan: edit(func(p *sdk.Plan) { p.Charts[0].Values = sdk.Values{"n": int64(1)<<53 + 1} })},
			"no JSON":     {plan: edit(func(p *sdk.Plan) { p.Charts[0].Values = sdk.Values{"f": func() {}} })},
		},
		"check of nothing is not alive":          {"alive": {check: alive}, "error": {check: health(sdk.Health{}, errors.New("no"))}, "mute": {check: health(sdk.Health{}, nil)}},
		"check of a dead target is not alive":    {"alive": {check: alive}, "link": {check: health(sdk.Health{Message: "x", Links: []sdk.Link{{Name: "x", URL: "/x"}}}, nil)}},
		"check of a failing target is not alive": {"alive": {check: alive}},
		"check of a silent target ends": {
			"alive": {check: alive},
			"error": {check: health(sdk.Health{}, errors.New("no"))},
			"hangs": {check: func(context.Context) (sdk.Health, error) { select {} }},
		},
		"verify of an unknown step is not found": {
			"passes":      {verify: func() (sdk.Verdict, error) { return sdk.Verdict{Passed: true}, nil }},
			"other error": {verify: func() (sdk.Verdict, error) { return sdk.Verdict{}, errors.New("no") }},
		},
		"verify of a dead target has not passed": {
			"passes": {verify: func() (sdk.Verdict, error) { return sdk.Verdict{Passed: true}, nil }},
			"mute":   {verify: func() (sdk.Verdict, error) { return sdk.Verdict{}, nil }},
			"error":  {verify: func() (sdk.Verdict, error) { return sdk.Verdict{}, errors.New("no") }},
		},
	} {
		check := mustFind(t, clause)
		for name, module := range breaches {
			t.Run(clause+"/"+name, func(t *testing.T) {
				t.Parallel()
				module.good = newGood()
				if err := check.Run(t.Context(), module); err == nil {
					t.Error("the clause does not notice the breach")
				}
			})
		}
	}
}

func TestEveryClauseIsTested(t *testing.T) {
	t.Parallel()
	if n := len(contract.Checks()); n != 14 {
		t.Errorf("there are %d clauses; add a breach of the new one to TestEveryClauseCanFail, then correct this number", n)
	}
}

func mustFind(t *testing.T, name string) contract.Check {
	t.Helper()
	for _, c := range contract.Checks() {
		if c.Name == name {
			return c
		}
	}
	t.Fatalf("there is no clause %q", name)
	return contract.Check{}
}

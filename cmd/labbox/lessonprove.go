package main

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"sync"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/labbox/labbox/internal/app"
	"github.com/labbox/labbox/internal/lab"
)

// proofs is what "lesson prove" prints as JSON.
type proofs struct {
	Passed  bool              `json:"passed"`
	Seconds float64           `json:"seconds"`
	Lessons []lab.LessonProof `json:"lessons"`
}

func newLessonProve(g *globals) *cobra.Command {
	var (
		output string
		lanes  int
	)
	cmd := &cobra.Command{
		Use:   "prove [TREND[/ID]]",
		Short: "Go through the whole life of lessons on the running lab, to see that they work",
		Long: "For each lesson: its start, its checks, which must fail, each named mistake, which must get\n" +
			"its own hint, the solution, which must tick, the sabotage, and the reset within ten seconds.\n" +
			"Nobody's progress is touched. Trends are proven side by side.",
		Args: args(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, given []string) error {
			asJSON, err := wantJSON(cmd, output)
			if err != nil {
				return err
			}
			cfg, err := g.config()
			if err != nil {
				return err
			}
			progress := cmd.OutOrStdout()
			if asJSON { // standard output is for the result alone
				progress = cmd.ErrOrStderr()
			}
			result, err := proveLessons(cmd.Context(), app.Connect(cfg), proving{chosen: strings.Join(given, ""), lanes: max(1, lanes), progress: progress})
			if err != nil {
				return err
			}
			return printProofs(cmd.OutOrStdout(), result, asJSON)
		},
	}
	outputFlag(cmd, &output)
	cmd.Flags().IntVar(&lanes, "lanes", runtime.NumCPU()+1, "how many lessons are proven at once, each of another trend")
	return cmd
}

// proving says what is proven and how.
type proving struct {
	chosen   string // all when empty, one trend, or one lesson
	lanes    int
	progress io.Writer // is told what has ended
}

// proveLessons proves trends side by side, a trend's lessons one after the other.
func proveLessons(ctx context.Context, remote *app.Remote, p proving) (proofs, error) {
	all, err := remote.Lessons(ctx)
	if err != nil {
		return proofs{}, err
	}
	d, order := deal(all, p.chosen)
	if len(order) == 0 && p.chosen != "" {
		return proofs{}, lab.Errorf(lab.CodeNotFound, "All there are: labbox lesson list", "there is no lesson or trend %q", p.chosen)
	}
	began := time.Now()
	out := proofs{Passed: true, Lessons: []lab.LessonProof{}}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range p.lanes {
		wg.Go(func() {
			for lessons := d.take(); lessons != nil; lessons = d.take() {
				id := lessons[0]
				proof, err := remote.ProveLesson(ctx, id)
				if err != nil {
					proof = lab.LessonProof{Lesson: id, Steps: []lab.ProofStep{{Name: "prove", Problem: err.Error()}}}
				}
				d.put(lessons[1:])
				mu.Lock()
				out.Lessons = append(out.Lessons, proof)
				out.Passed = out.Passed && proof.Passed
				fmt.Fprintf(p.progress, "%s %-36s %6.1f s\n", tickMark(proof.Passed), id, proof.Seconds)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	slices.SortFunc(out.Lessons, func(a, b lab.LessonProof) int { return slices.Index(order, a.Lesson) - slices.Index(order, b.Lesson) })
	out.Seconds = time.Since(began).Seconds()
	return out, ctx.Err()
}

// dealer holds the trends of which no lesson is being proven, each with the lessons that
// are left. A lane that finds none may end: those that are proving put theirs back for
// themselves.
type dealer struct {
	mu     sync.Mutex
	trends [][]string
}

// deal sorts the lessons that are chosen by their trends, and tells their order, too.
func deal(all []lab.Lesson, chosen string) (d *dealer, order []string) {
	d = &dealer{}
	place := map[string]int{}
	for _, l := range all {
		if chosen != "" && l.Trend != chosen && l.ID != chosen {
			continue
		}
		if _, ok := place[l.Trend]; !ok {
			place[l.Trend] = len(d.trends)
			d.trends = append(d.trends, nil)
		}
		d.trends[place[l.Trend]] = append(d.trends[place[l.Trend]], l.ID)
		order = append(order, l.ID)
	}
	return d, order
}

// take takes the trend with most left out, so that no lane is alone with it at the end.
func (d *dealer) take() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.trends) == 0 {
		return nil
	}
	most := 0
	for i, lessons := range d.trends {
		if len(lessons) > len(d.trends[most]) {
			most = i
		}
	}
	taken := d.trends[most]
	d.trends = slices.Delete(d.trends, most, most+1)
	return taken
}

func (d *dealer) put(lessons []string) {
	if len(lessons) == 0 {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.trends = append(d.trends, lessons)
}

func tickMark(ok bool) string {
	if ok {
		return "✓"
	}
	return "✗"
}

// printProofs prints the table of times and what was not as it should be; that is an
// error, too.
func printProofs(out io.Writer, p proofs, asJSON bool) error {
	if asJSON {
		if err := printJSON(out, p); err != nil {
			return err
		}
	} else {
		printProofTable(out, p)
	}
	failed := 0
	for _, l := range p.Lessons {
		if !l.Passed {
			failed++
		}
	}
	if p.Passed {
		return nil
	}
	return lab.Errorf(lab.CodeLesson, "What happened: labbox lesson prove TREND/ID -o json", "%d of %d lessons are not as they should be", failed, len(p.Lessons))
}

func printProofTable(out io.Writer, p proofs) {
	fmt.Fprintln(out)
	w := tabwriter.NewWriter(out, 2, 4, 2, ' ', 0)
	fmt.Fprintln(w, "LESSON\t\tSTART\tTICK\tRESET\tTOTAL\tSOLVED\tSABOTAGED\tMISTAKES")
	for _, l := range p.Lessons {
		fmt.Fprintf(w, "%s\t%s\t%.1f s\t%.2f s\t%.1f s\t%.1f s\t%d\t%d\t%d\n", l.Lesson, tickMark(l.Passed), l.Start, l.Tick, l.Reset, l.Seconds, l.Solutions, l.Sabotages, l.Mistakes)
	}
	_ = w.Flush()
	for _, l := range p.Lessons {
		for _, s := range l.Steps {
			if s.Passed {
				continue
			}
			fmt.Fprintf(out, "\n✗ %s, %s: %s\n", l.Lesson, s.Name, s.Problem)
			if s.Output != "" {
				fmt.Fprintln(out, "    "+strings.ReplaceAll(s.Output, "\n", "\n    "))
			}
		}
	}
	fmt.Fprintf(out, "\n%d lessons in %.0f s\n", len(p.Lessons), p.Seconds)
}

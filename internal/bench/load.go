package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Load is what the load generator is asked to measure, from inside the lab's network.
type Load struct {
	// Targets are compared one after the other, round by round.
	Targets []Target `json:"targets"`
	// Rounds of each target, and how long each part of a round takes.
	Rounds  int           `json:"rounds"`
	Seconds time.Duration `json:"seconds"`
	// Metrics is where the gateway's process tells its memory.
	Metrics string `json:"metrics"`
	// Calls of the memory figure; 0: none.
	Calls int `json:"calls"`
	// Killed is called while its pods, one after the other, are killed, if there are any.
	Killed Target   `json:"killed"`
	Pods   []string `json:"pods"`
	// Cold is called once and timed, if it is set, and nothing else happens.
	Cold string `json:"cold,omitempty"`
}

// Target is a function and its two ways.
type Target struct {
	Name    string `json:"name"`
	Direct  string `json:"direct"`
	Gateway string `json:"gateway"`
}

// Generate reads a Load from in, measures, and writes the values of each figure to out.
func Generate(ctx context.Context, in io.Reader, out, progress io.Writer) error {
	var l Load
	if err := json.NewDecoder(in).Decode(&l); err != nil {
		return fmt.Errorf("read what to measure: %w", err)
	}
	g := &generator{Load: l, progress: progress, values: map[string][]float64{}}
	stages := []func(context.Context) error{g.compare, g.memory, g.kill}
	if l.Cold != "" {
		stages = []func(context.Context) error{g.cold}
	}
	for _, stage := range stages {
		if err := stage(ctx); err != nil {
			return err
		}
	}
	return json.NewEncoder(out).Encode(g.values)
}

type generator struct {
	Load
	progress io.Writer
	values   map[string][]float64
}

func (g *generator) add(name string, value float64) {
	g.values[name] = append(g.values[name], value)
}

// compare measures each target directly and through the gateway in turn: as fast as it
// goes for the throughput; for the latency at a steady tenth of that, about a thousand
// calls a second, and at a third, where through the gateway half of two processors is in
// use. At full load a call's latency is the length of the queue and nothing else. The two
// ways take turns of half a second: what else a machine does changes more slowly.
func (g *generator) compare(ctx context.Context) error {
	for _, t := range g.Targets {
		for _, url := range []string{t.Direct, t.Gateway} { // warm
			if _, err := g.drive(ctx, drive{url: url, time: g.Seconds}); err != nil {
				return err
			}
		}
		for range g.Rounds {
			if err := g.round(ctx, t); err != nil {
				return fmt.Errorf("%s: %w", t.Name, err)
			}
		}
	}
	return nil
}

func (g *generator) round(ctx context.Context, t Target) error {
	direct, through, err := g.takeTurns(ctx, t, 0)
	if err != nil {
		return err
	}
	g.add("direct"+t.Name, direct.perSecond())
	g.add("gateway"+t.Name, through.perSecond())
	g.add("share"+t.Name, 100*through.perSecond()/direct.perSecond())
	fmt.Fprintf(g.progress, "  %-6s direct %6.0f/s gateway %6.0f/s\n", t.Name, direct.perSecond(), through.perSecond())
	g.added("full", t, direct, through)
	for _, pace := range []struct {
		name string
		part float64
	}{{"", 10}, {"busy", 3}} {
		rate := direct.perSecond() / pace.part
		calm, calmThrough, err := g.takeTurns(ctx, t, rate)
		if err != nil {
			return err
		}
		g.added(pace.name, t, calm, calmThrough)
	}
	return nil
}

// turn is how long one way is driven before the other.
const turn = time.Second / 2

// takeTurns drives both ways of a target, each for the time of a part and over the same
// connections.
func (g *generator) takeTurns(ctx context.Context, t Target, rate float64) (direct, through driven, err error) {
	type way struct {
		url  string
		over []*caller
		sum  *driven
	}
	ways := []way{{url: t.Direct, sum: &direct}, {url: t.Gateway, sum: &through}}
	for i, w := range ways {
		if ways[i].over, err = callers(w.url); err != nil {
			return direct, through, err
		}
		defer hangUp(ways[i].over)
	}
	for left := g.Seconds; left > 0; left -= turn {
		for _, w := range ways {
			out, err := g.drive(ctx, drive{url: w.url, time: min(turn, left), rate: rate, over: w.over})
			if err != nil {
				return direct, through, err
			}
			w.sum.add(out)
			w.sum.seconds += out.seconds
		}
	}
	slices.Sort(direct.latencies)
	slices.Sort(through.latencies)
	return direct, through, nil
}

// added notes by how much calls through the gateway take longer.
func (g *generator) added(name string, t Target, direct, through driven) {
	for _, q := range []struct {
		name string
		part float64
	}{{"P50", .5}, {"P99", .99}} {
		g.add(addedFigure(name, q.name, t.Name), through.quantile(q.part)-direct.quantile(q.part))
	}
	fmt.Fprintf(g.progress, "  %-6s at %6.0f/s p50 %.2f and %.2f ms, p99 %.2f and %.2f ms\n", t.Name, through.perSecond(),
		direct.quantile(.5), through.quantile(.5), direct.quantile(.99), through.quantile(.99))
}

// addedFigure is the figure of a quantile that the gateway adds at a pace: addedP50Go,
// busyAddedP50Go.
func addedFigure(pace, quantile, target string) string {
	if pace == "" {
		return "added" + quantile + target
	}
	return pace + "Added" + quantile + target
}

// drive fails if a call did.
func (g *generator) drive(ctx context.Context, d drive) (driven, error) {
	out, err := d.run(ctx)
	if err == nil && out.failed > 0 {
		err = fmt.Errorf("%d of %d calls of %s failed: %s", out.failed, out.calls, d.url, out.failure)
	}
	if err == nil && out.calls == 0 {
		err = fmt.Errorf("no call of %s ended", d.url)
	}
	return out, err
}

// memory makes many calls and compares what the gateway takes before and after.
func (g *generator) memory(ctx context.Context) error {
	if g.Calls == 0 || len(g.Targets) == 0 {
		return nil
	}
	before, err := resident(ctx, g.Metrics)
	if err != nil {
		return err
	}
	out, err := g.drive(ctx, drive{url: g.Targets[0].Gateway, time: 10 * time.Minute, most: g.Calls})
	if err != nil {
		return err
	}
	after, err := resident(ctx, g.Metrics)
	if err != nil {
		return err
	}
	g.add("gatewayMemory", after)
	g.add("gatewayGrowth", after-before)
	fmt.Fprintf(g.progress, "  gateway: %.1f MB, after %d calls %.1f MB\n", before, out.calls, after)
	return nil
}

// resident reads the gateway's memory in MB.
func resident(ctx context.Context, url string) (float64, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, err
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, fmt.Errorf("read the gateway's metrics: %w", err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, fmt.Errorf("read the gateway's metrics: %w", err)
	}
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(line, "process_resident_memory_bytes "); ok {
			n, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
			return n / 1e6, err
		}
	}
	return 0, fmt.Errorf("the metrics at %s do not tell the process's memory", url)
}

// kill calls steadily while each pod's first process is killed in turn.
func (g *generator) kill(ctx context.Context) error {
	if len(g.Pods) == 0 {
		return nil
	}
	const between = 8 * time.Second // a replica comes back
	done := make(chan error, 1)
	go func() {
		for _, uid := range g.Pods {
			time.Sleep(between)
			if err := killPod(uid); err != nil {
				done <- err
				return
			}
		}
		done <- nil
	}()
	out, err := drive{url: g.Killed.Gateway, time: between * time.Duration(len(g.Pods)+1), rate: 1000}.run(ctx)
	if err != nil {
		return err
	}
	if err := <-done; err != nil {
		return err
	}
	g.add("killCalls", float64(out.calls))
	g.add("killFailed", float64(out.failed))
	g.add("killWorst", out.quantile(1))
	fmt.Fprintf(g.progress, "  %d replicas killed under load: %d of %d calls failed %s, the longest took %.0f ms\n", len(g.Pods), out.failed, out.calls, out.failure, out.quantile(1))
	return nil
}

// killPod sends SIGKILL to the first process of a pod's containers; the kernel then
// ends the rest.
func killPod(uid string) error {
	dirs, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return err
	}
	killed := false
	for _, dir := range dirs {
		cgroup, _ := os.ReadFile(dir + "/cgroup")
		name, _ := os.ReadFile(dir + "/comm")
		if !strings.Contains(string(cgroup), uid) || strings.TrimSpace(string(name)) != "fwatchdog" {
			continue
		}
		pid, _ := strconv.Atoi(filepath.Base(dir))
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
			return fmt.Errorf("kill pod %s: %w", uid, err)
		}
		killed = true
	}
	if !killed {
		return fmt.Errorf("kill pod %s: it has no process", uid)
	}
	return nil
}

// cold times one call.
func (g *generator) cold(context.Context) error {
	c, err := newCaller(g.Cold)
	if err != nil {
		return err
	}
	defer c.close()
	begin := time.Now()
	if err := c.call(); err != nil {
		return fmt.Errorf("call from zero: %w", err)
	}
	g.add("cold", time.Since(begin).Seconds())
	return nil
}

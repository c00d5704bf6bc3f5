package bench

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Options say what to measure.
type Options struct {
	// Labbox is the program.
	Labbox string
	// Runs is how often the lab is started from nothing.
	Runs int
	// Idle is how long CPU use is watched once all is ready.
	Idle time.Duration
	// Gateway is the "host:port" of the gateway to measure inside the lab's network;
	// its metrics are two ports further up. "" is the lab's own.
	Gateway string
	// Progress gets a line for every stage.
	Progress io.Writer
}

// Report is the outcome, as JSON on standard output.
type Report struct {
	Labbox  string            `json:"labbox"`
	CPUs    int               `json:"cpus"`
	Runs    int               `json:"runs"`
	Figures map[string]Figure `json:"figures"`
}

// run is what one start of the lab gives, by figure.
type run map[string]float64

// spec names a figure with its unit and goal.
type spec struct {
	name, unit string
	goal       float64
}

func specs() []spec {
	return []spec{
		{"calibration", "s", 0},
		{"apiReady", "s", 0}, {"nodeReady", "s", 6}, {"firstPodWithDNS", "s", 12}, {"allReady", "s", 90},
		{"capstone", "s", 0}, {"capstoneAgain", "s", 0}, {"stop", "s", 0}, {"warmAllReady", "s", 0},
		{"idleCPU", "cores", 0},
		{"controlPlanePrivate", "MB", 400}, {"labTotal", "MB", 1600}, {"labPrivate", "MB", 0},
		{"controlPlanePrivateWorked", "MB", 0}, {"labTotalWorked", "MB", 0}, {"labPrivateWorked", "MB", 0},
		{"binary", "MB", 400}, {"payload", "MB", 0}, {"dataDir", "MB", 0},
	}
}

// Measure runs the benchmark. Each run uses a data directory of its own, which is
// removed whatever happens.
func Measure(ctx context.Context, o Options) (Report, error) {
	values := map[string][]float64{}
	for i := range o.Runs {
		fmt.Fprintf(o.Progress, "run %d of %d\n", i+1, o.Runs)
		r, err := once(ctx, o, i == 0, values)
		if err != nil {
			return Report{}, fmt.Errorf("run %d: %w", i+1, err)
		}
		for name, v := range r {
			values[name] = append(values[name], v)
		}
	}
	report := Report{Labbox: o.Labbox, CPUs: cpus(), Runs: o.Runs, Figures: map[string]Figure{}}
	for _, s := range append(specs(), loadSpecs()...) {
		report.Figures[s.name] = figure(s.unit, s.goal, values[s.name])
	}
	calibrated(report.Figures)
	return report, nil
}

// calibrated relates every time to the calibration workload.
func calibrated(figures map[string]Figure) {
	unit := figures["calibration"].Median
	for name, f := range figures {
		if f.Unit == "s" && unit > 0 {
			f.Calibrated = round(f.Median / unit)
			figures[name] = f
		}
	}
}

// calibrate times a fixed amount of work on one core: SHA-256 over 512 MiB.
func calibrate() time.Duration {
	began := time.Now()
	block := make([]byte, 1<<20)
	sum := sha256.New()
	for range 512 {
		sum.Write(block)
	}
	block[0] = sum.Sum(nil)[0] // the result is used, so the work is done
	return time.Since(began)
}

// once measures one run. The load figures of its rounds go to values at once.
func once(ctx context.Context, o Options, first bool, values map[string][]float64) (run, error) {
	dir, err := os.MkdirTemp("", "labbox-bench-")
	if err != nil {
		return nil, err
	}
	b := &bencher{Options: o, dir: filepath.Join(dir, "data"), run: run{}}
	defer os.RemoveAll(dir)
	defer func() {
		stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Minute)
		defer cancel()
		_, _ = b.labbox(stop, "down", "--purge")
	}()
	functions := func(ctx context.Context) error {
		load, err := b.functions(ctx, 2, first)
		for name, v := range load {
			values[name] = append(values[name], v...)
		}
		return err
	}
	for _, stage := range []func(context.Context) error{b.cold, b.idle, b.capstone, b.worked, b.sizes, functions, b.warm} {
		if err := stage(ctx); err != nil {
			return nil, err
		}
	}
	return b.run, nil
}

// bencher measures one lab from its start to its end.
type bencher struct {
	Options
	dir string
	run run
}

func (b *bencher) labbox(ctx context.Context, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, b.Labbox, append([]string{"--data-dir", b.dir}, args...)...)
	var errOut strings.Builder
	cmd.Stderr = &errOut
	out, err := cmd.Output()
	if err != nil {
		return out, fmt.Errorf("%s: %w: %s", strings.Join(cmd.Args, " "), err, strings.TrimSpace(errOut.String()))
	}
	return out, nil
}

func (b *bencher) say(format string, args ...any) {
	fmt.Fprintf(b.Progress, "  "+format+"\n", args...)
}

// timed stores the seconds that work takes.
func (b *bencher) timed(name string, work func() error) error {
	began := time.Now()
	if err := work(); err != nil {
		return err
	}
	b.run[name] = time.Since(began).Seconds()
	b.say("%-22s %.2f s", name, b.run[name])
	return nil
}

// cold starts the lab from nothing and reads from its own events when what was
// ready; a pod that asks DNS is started as soon as the node is Ready.
func (b *bencher) cold(ctx context.Context) error {
	b.run["calibration"] = calibrate().Seconds()
	began := time.Now()
	up := make(chan error, 1)
	go func() {
		_, err := b.labbox(ctx, "up")
		up <- err
	}()
	marks, err := watch(ctx, filepath.Join(b.dir, "labbox.sock"), up)
	if err != nil {
		return err
	}
	if err := marks.await(ctx, "nodeReady"); err != nil {
		return err
	}
	if err := b.firstPod(ctx); err != nil {
		return err
	}
	b.run["firstPodWithDNS"] = time.Since(began).Seconds()
	if err := marks.await(ctx, "allReady"); err != nil {
		return err
	}
	for name, at := range marks.all() {
		b.run[name] = at.Sub(began).Seconds()
		b.say("%-22s %.2f s", name, b.run[name])
	}
	b.say("%-22s %.2f s", "firstPodWithDNS", b.run["firstPodWithDNS"])
	return nil
}

// firstPod starts a pod that resolves a Service's name and waits for its end.
func (b *bencher) firstPod(ctx context.Context) error {
	_, err := b.labbox(ctx, "kubectl", "run", "first", "--image=labbox.local/busybox:1.35", "--image-pull-policy=Never",
		"--restart=Never", "--", "sh", "-c", "until nslookup kubernetes.default.svc.cluster.local; do :; done")
	if err != nil {
		return err
	}
	_, err = b.labbox(ctx, "kubectl", "wait", "--for=jsonpath={.status.phase}=Succeeded", "pod/first", "--timeout=60s")
	return err
}

func (b *bencher) capstone(ctx context.Context) error {
	for _, name := range []string{"capstone", "capstoneAgain"} {
		err := b.timed(name, func() error {
			_, err := b.labbox(ctx, "capstone", "run", "-o", "json")
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// idle watches the CPU time of the whole lab while nobody uses it, and then reads
// its memory.
func (b *bencher) idle(ctx context.Context) error {
	pids := processes(b.daemon())
	before := cpuSeconds(pids)
	if err := rest(ctx, b.Idle); err != nil {
		return err
	}
	b.run["idleCPU"] = (cpuSeconds(pids) - before) / b.Idle.Seconds()
	b.say("idle: %.3f cores", b.run["idleCPU"])
	return b.memory(ctx, "")
}

// worked reads the memory of a lab in which the capstone was run, once it has rested
// as long as before.
func (b *bencher) worked(ctx context.Context) error {
	if err := rest(ctx, b.Idle); err != nil {
		return err
	}
	return b.memory(ctx, "Worked")
}

func rest(ctx context.Context, d time.Duration) error {
	sleepUntil(ctx, time.Now().Add(d))
	return ctx.Err()
}

// memory reads what the whole lab and its control plane take; when ends the figures'
// names.
func (b *bencher) memory(ctx context.Context, when string) error {
	out, err := b.labbox(ctx, "status", "-o", "json")
	if err != nil {
		return err
	}
	var st struct {
		Components []struct {
			Namespace   string `json:"namespace"`
			Kind        string `json:"kind"`
			MemoryBytes int64  `json:"memoryBytes"`
		} `json:"components"`
	}
	if err := json.Unmarshal(out, &st); err != nil {
		return err
	}
	var control int64
	for _, c := range st.Components {
		if c.Namespace == "kube-system" {
			control += c.MemoryBytes
		}
	}
	whole, err := memoryOf(processes(b.daemon()))
	if err != nil {
		return err
	}
	b.run["controlPlanePrivate"+when] = megabytes(control)
	b.run["labTotal"+when], b.run["labPrivate"+when] = megabytes(whole.pss), megabytes(whole.private)
	b.say("lab %.0f MB, of it private %.0f; control plane %.0f", megabytes(whole.pss), megabytes(whole.private), megabytes(control))
	return nil
}

// sizes reads what is on disk, when the lab has been used.
func (b *bencher) sizes(context.Context) error {
	st, err := os.Stat(b.Labbox)
	if err != nil {
		return err
	}
	b.run["binary"] = megabytes(st.Size())
	b.run["dataDir"] = megabytes(treeBytes(b.dir))
	size, err := payloadBytes(b.Labbox)
	b.run["payload"] = megabytes(size)
	return err
}

// warm stops the lab and starts it again on its data.
func (b *bencher) warm(ctx context.Context) error {
	if err := b.timed("stop", func() error { _, err := b.labbox(ctx, "down"); return err }); err != nil {
		return err
	}
	return b.timed("warmAllReady", func() error { _, err := b.labbox(ctx, "up"); return err })
}

// daemon is the process id in the lab's lock.
func (b *bencher) daemon() int {
	data, err := os.ReadFile(filepath.Join(b.dir, "lock"))
	if err != nil {
		return 0
	}
	pid, _ := strconv.Atoi(strings.TrimSpace(string(data)))
	return pid
}

func megabytes(n int64) float64 { return float64(n) / 1e6 }

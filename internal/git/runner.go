package git

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// errBusy says that all process slots stayed taken for as long as a request waits.
var errBusy = errors.New("too many git processes at work")

// slotWait is how long a request waits for a free process slot.
const slotWait = 15 * time.Second

// runner starts git with an environment that owes nothing to the machine's or a
// repository's configuration. It may be used from several goroutines.
type runner struct {
	bin   string
	env   []string
	slots chan struct{}
}

func newRunner(o Options) *runner {
	// Command-scope configuration outranks every file, a repository's own too.
	config := []string{
		"safe.directory=*", // the volume may belong to another user
		"core.hooksPath=/dev/null",
		"core.fsmonitor=false",
		"core.attributesFile=/dev/null",
		"receive.autogc=false", // maintenance is ours, so that nothing detaches
		"gc.autoDetach=false",
		"receive.fsckObjects=true",
		"receive.denyNonFastForwards=" + strconv.FormatBool(o.DenyNonFastForwards),
		"receive.maxInputSize=" + strconv.FormatInt(o.MaxPushBytes, 10),
		"receive.denyDeleteCurrent=refuse",
		"uploadpack.allowFilter=true",
		"uploadpack.allowReachableSHA1InWant=true",
		"pack.threads=1",
		"pack.windowMemory=16m",
		"pack.deltaCacheSize=16m",
		"core.bigFileThreshold=8m",
		"core.packedGitLimit=64m",
		"diff.renames=true",
		"core.quotePath=false",
	}
	env := []string{
		"PATH=/usr/local/bin:/usr/bin:/bin",
		"HOME=/nonexistent",
		"LC_ALL=C.UTF-8",
		"GIT_CONFIG_NOSYSTEM=1",
		"GIT_CONFIG_GLOBAL=/dev/null",
		"GIT_TERMINAL_PROMPT=0",
		"GIT_LITERAL_PATHSPECS=1",
		"GIT_NO_LAZY_FETCH=1",
		"GIT_CONFIG_COUNT=" + strconv.Itoa(len(config)),
	}
	for i, kv := range config {
		key, value, _ := strings.Cut(kv, "=")
		env = append(env, fmt.Sprintf("GIT_CONFIG_KEY_%d=%s", i, key), fmt.Sprintf("GIT_CONFIG_VALUE_%d=%s", i, value))
	}
	return &runner{bin: o.GitBinary, env: env, slots: make(chan struct{}, o.MaxProcesses)}
}

// acquire takes a process slot; the returned function gives it back.
func (r *runner) acquire(ctx context.Context) (func(), error) {
	timer := time.NewTimer(slotWait)
	defer timer.Stop()
	select {
	case r.slots <- struct{}{}:
		return func() { <-r.slots }, nil
	case <-timer.C:
		return nil, errBusy
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// command returns git with the repository dir and args. Further environment goes
// into extra as KEY=VALUE.
func (r *runner) command(ctx context.Context, dir string, extra []string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, r.bin, args...)
	cmd.Env = append(append([]string{}, r.env...), extra...)
	if dir != "" {
		cmd.Env = append(cmd.Env, "GIT_DIR="+dir)
		cmd.Dir = dir
	}
	cmd.WaitDelay = 5 * time.Second
	return cmd
}

// output runs git to its end and returns what it printed, at most limit bytes; cut
// says that there was more.
func (r *runner) output(ctx context.Context, dir string, limit int, args ...string) (out []byte, cut bool, err error) {
	release, err := r.acquire(ctx)
	if err != nil {
		return nil, false, err
	}
	defer release()
	cmd := r.command(ctx, dir, nil, args...)
	stdout, stderr := &limitedBuffer{limit: limit}, &limitedBuffer{limit: 4 << 10}
	cmd.Stdout, cmd.Stderr = stdout, stderr
	err = cmd.Run()
	if stdout.cut { // git died of the closed pipe, as intended
		return stdout.Bytes(), true, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("git %s: %w: %s", args[0], err, bytes.TrimSpace(stderr.Bytes()))
	}
	return stdout.Bytes(), false, nil
}

// limitedBuffer keeps the first limit bytes and fails the write that goes beyond.
type limitedBuffer struct {
	buf   bytes.Buffer // not embedded: its ReadFrom knows no limit
	limit int
	cut   bool
}

func (b *limitedBuffer) Write(p []byte) (int, error) {
	if room := b.limit - b.buf.Len(); len(p) > room {
		b.buf.Write(p[:room])
		b.cut = true
		return room, io.ErrShortWrite
	}
	return b.buf.Write(p)
}

// Bytes returns what was kept.
func (b *limitedBuffer) Bytes() []byte { return b.buf.Bytes() }

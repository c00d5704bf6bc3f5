package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"strconv"
	"syscall"

	"github.com/labbox/labbox/internal/lab"
)

// UpOptions say what Up is to start.
type UpOptions struct {
	Config  Config
	Version string
	// Flags are repeated on the background process's command line.
	Flags []string
	// Observe gets every event of the start.
	Observe func(lab.Event)
}

// Up starts the lab in the background and returns when all of it is ready. When
// ctx is done before that, the lab is stopped; a later Up goes on from there. A
// lab whose start failed earlier is asked to go on.
func Up(ctx context.Context, o UpOptions) error {
	p := Paths{o.Config.DataDir}
	held, err := running(p)
	if err != nil {
		return err
	}
	remote := Connect(o.Config)
	var since int64
	if held {
		since, err = resume(ctx, remote)
	} else {
		since, err = start(ctx, o, p)
	}
	if err != nil {
		return err
	}
	err = follow(ctx, remote, since, o.Observe)
	if ctx.Err() != nil {
		return interrupted(ctx, remote, p)
	}
	return err
}

// resume lets a lab that stands at a failed step go on; any other running lab is
// an error.
func resume(ctx context.Context, remote *Remote) (int64, error) {
	st, err := remote.Status(ctx)
	if err == nil && st.Phase != lab.StateFailed {
		return 0, runningError(remote.paths, readPID(remote.paths))
	}
	if err != nil {
		return 0, err
	}
	return st.LastEvent, remote.Resume(ctx)
}

// start looks at the machine, then starts the background process and waits until
// its events can be followed. It returns the id of the last event before its own.
func start(ctx context.Context, o UpOptions, p Paths) (int64, error) {
	rec := newRecorder(slog.New(slog.DiscardHandler), o.Observe)
	look := step{id: "preflight", title: "Look at the machine", do: func(ctx context.Context, report lab.Report) error {
		return Preflight(ctx, o.Config, report)
	}}
	if _, err := runSteps(ctx, rec, []step{look}); err != nil {
		return 0, err
	}
	if err := prepareDir(p); err != nil {
		return 0, err
	}
	pipe, err := spawn(o, p)
	if err != nil {
		return 0, fmt.Errorf("start the background process: %w", err)
	}
	defer pipe.Close()
	return readBirth(pipe, p)
}

// birth is what the background process says once over its pipe: from where its
// events can be followed, or why it cannot start.
type birth struct {
	Since int64      `json:"since"`
	Error *lab.Error `json:"error,omitempty"`
}

// birthFD is the number of that pipe in the background process.
const birthFD = 3

func readBirth(pipe io.Reader, p Paths) (int64, error) {
	var b birth
	if err := json.NewDecoder(pipe).Decode(&b); err != nil {
		return 0, lab.Errorf(lab.CodeInternal, "Its log says more: "+p.DaemonLog(),
			"the background process ended before it could be reached: %w", err)
	}
	if b.Error != nil {
		return 0, b.Error
	}
	return b.Since, nil
}

// spawn runs this program again as a session of its own, with its output in the
// daemon's log, and returns the pipe of its birth.
func spawn(o UpOptions, p Paths) (io.ReadCloser, error) {
	log, err := os.OpenFile(p.DaemonLog(), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer w.Close()
	cmd := exec.Command("/proc/self/exe", append([]string{"daemon"}, o.Flags...)...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.Dir = "/"
	cmd.ExtraFiles = []*os.File{w}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		_ = r.Close()
		return nil, err
	}
	return r, cmd.Process.Release()
}

// follow hands events to observe until the lab says that it is ready or has
// failed.
func follow(ctx context.Context, remote *Remote, since int64, observe func(lab.Event)) error {
	var failed error
	done := false
	err := remote.Events(ctx, since, func(e lab.Event) error {
		if e.Subject == stepLook {
			return nil // it repeats the look that Up has shown already
		}
		observe(e)
		if e.Kind != lab.EventLab || (e.State != lab.StateReady && e.State != lab.StateFailed) {
			return nil
		}
		if e.State == lab.StateFailed && e.Error != nil {
			failed = e.Error
		}
		done = true
		return errEnough
	})
	switch {
	case err != nil:
		return err
	case !done:
		return lab.Errorf(lab.CodeInternal, "Its log says more: labbox logs", "the lab ended before it was ready")
	}
	return failed
}

// interrupted stops a lab whose start the user has broken off.
func interrupted(ctx context.Context, remote *Remote, p Paths) error {
	ctx, cancel := shortly(ctx)
	defer cancel()
	if err := remote.Stop(ctx); err != nil {
		return err
	}
	if err := awaitUnlock(ctx, p); err != nil {
		return fmt.Errorf("wait for the lab to stop: %w", err)
	}
	return lab.Errorf(lab.CodeInterrupted, "Go on from here: labbox up", "stopped before the lab was ready; what was built stands")
}

// prepareDir creates the data directory, for root only, and marks it.
func prepareDir(p Paths) error {
	for _, dir := range []string{p.Dir(), p.Logs()} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return lab.Errorf(lab.CodeDisk, "Choose another place with --data-dir", "create %s: %w", dir, err)
		}
	}
	f, err := os.OpenFile(p.Marker(), os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("mark %s: %w", p.Dir(), err)
	}
	return f.Close()
}

// announceBirth tells the process that spawned this one, if any, how it went.
func announceBirth(b birth) error {
	pipe := os.NewFile(birthFD, "birth-"+strconv.Itoa(birthFD))
	if pipe == nil {
		return errors.New("no pipe to announce the start on")
	}
	defer pipe.Close()
	return json.NewEncoder(pipe).Encode(b)
}

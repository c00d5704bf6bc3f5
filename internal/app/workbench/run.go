package workbench

import (
	"archive/tar"
	"context"
	"errors"
	"io"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/labbox/labbox/internal/lab"
	"github.com/labbox/labbox/internal/lesson"
)

// A script's output: this much from its beginning and from its end is kept.
const keepOutput = 32 << 10

// runScript unpacks the lesson's folder from standard input, then runs one script in it.
// So the folder is always as the lesson has it, at the cost of no further call.
const runScript = `mkdir -p "$1" && cd "$1" && tar -xof - && exec bash -euo pipefail "$2" </dev/null`

var variable = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// Run implements lesson.Runner.
func (b *Bench) Run(ctx context.Context, s lesson.Script) (lesson.Output, error) {
	command, err := scriptCommand(s)
	if err != nil {
		return lesson.Output{}, wrap("run "+s.Name+" of "+s.Lesson, err)
	}
	reader, writer := io.Pipe()
	defer reader.Close() // ends the goroutine below when the program did not read it all
	go func() { writer.CloseWithError(writeTar(writer, s.Files)) }()
	said := &ends{most: keepOutput}
	code, err := b.exec(ctx, lab.Exec{Command: command, Stdin: reader, Stdout: said, Stderr: said})
	return lesson.Output{Code: code, Text: said.String()}, wrap("run "+s.Name+" of "+s.Lesson, err)
}

func scriptCommand(s lesson.Script) ([]string, error) {
	dir, err := folder(s.Lesson)
	if err != nil {
		return nil, err
	}
	if !fs.ValidPath(s.Name) {
		return nil, lab.Errorf(lab.CodeUsage, "", "%q is no path in a lesson's folder", s.Name)
	}
	if _, err := fs.Stat(s.Files, s.Name); err != nil {
		return nil, lab.Errorf(lab.CodeNotFound, "", "the lesson has no script %s: %w", s.Name, err)
	}
	command := []string{"env", "LESSON=" + s.Lesson}
	for _, name := range slices.Sorted(maps.Keys(s.Env)) {
		if !variable.MatchString(name) {
			return nil, lab.Errorf(lab.CodeUsage, "", "%q is no name of a variable", name)
		}
		command = append(command, name+"="+s.Env[name])
	}
	return append(command, "sh", "-c", runScript, "sh", dir, s.Name), nil
}

// writeTar writes the regular files of files; whoever unpacks them owns them.
func writeTar(w io.Writer, files fs.FS) error {
	out := tar.NewWriter(w)
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		mode := int64(0o644)
		if path.Ext(name) == ".sh" { // an embedded file has lost its mode
			mode = 0o755
		}
		if err := out.WriteHeader(&tar.Header{Name: name, Mode: mode, Size: int64(len(text)), ModTime: time.Unix(1, 0)}); err != nil {
			return err
		}
		_, err = out.Write(text)
		return err
	})
	return errors.Join(err, out.Close())
}

// ends keeps the beginning and the end of what is written to it, most bytes of each.
type ends struct {
	most  int
	begin []byte
	end   []byte
	lost  bool
}

// Write never fails.
func (e *ends) Write(p []byte) (int, error) {
	n := len(p)
	if room := e.most - len(e.begin); room > 0 {
		take := min(room, len(p))
		e.begin = append(e.begin, p[:take]...)
		p = p[take:]
	}
	e.end = append(e.end, p...)
	if over := len(e.end) - e.most; over > 0 {
		e.end = slices.Delete(e.end, 0, over)
		e.lost = true
	}
	return n, nil
}

func (e *ends) String() string {
	between := ""
	if e.lost {
		between = "\n[...]\n"
	}
	return strings.ToValidUTF8(string(e.begin)+between+string(e.end), "\uFFFD")
}

package workbench

import (
	"context"

	"github.com/labbox/labbox/internal/lab"
	"github.com/labbox/labbox/internal/web"
)

// shellScript starts in the folder of a lesson, also of one that has not been started
// yet: its files come with the start.
const shellScript = `mkdir -p "$1" && cd "$1" || cd; exec bash`

// Shell runs an interactive shell of the learner until it ends or ctx is done; then it
// and what runs in it are ended.
func (b *Bench) Shell(ctx context.Context, s web.Shell) (int, error) {
	command := []string{"bash"}
	if s.Lesson != "" {
		dir, err := folder(s.Lesson)
		if err != nil {
			return 0, err
		}
		command = []string{"env", "LESSON=" + s.Lesson, "bash", "-c", shellScript, "bash", dir}
	}
	code, err := b.exec(ctx, lab.Exec{Command: command, TTY: true, Stdin: s.In, Stdout: s.Out, Sizes: s.Sizes})
	return code, wrap("run a shell", err)
}

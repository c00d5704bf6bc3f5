package app

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"

	"github.com/labbox/labbox/internal/capstone"
	"github.com/labbox/labbox/internal/lesson"
	"github.com/labbox/labbox/internal/web"
	"github.com/labbox/labbox/plugins/gitops"
	"github.com/labbox/labbox/plugins/mlops"
	"github.com/labbox/labbox/plugins/platform"
	"github.com/labbox/labbox/plugins/sdk"
	"github.com/labbox/labbox/plugins/serverless"
	"github.com/labbox/labbox/plugins/sustainability"
)

// capstoneTrend is where the guided steps of the capstone are listed.
const capstoneTrend = "capstone"

// builtinLessons are the lessons that come with labbox, by trend.
func builtinLessons() map[string]func() fs.FS {
	return map[string]func() fs.FS{
		"gitops":         gitops.Lessons,
		"platform":       platform.Lessons,
		"mlops":          mlops.Lessons,
		"serverless":     serverless.Lessons,
		"sustainability": sustainability.Lessons,
		capstoneTrend:    capstone.Lessons,
	}
}

// lessonContent is the lessons' folders by trend: those of the built-in trends that
// this lab has, and the capstone's. A directory of the configuration takes a trend's place.
func (d *daemon) lessonContent(_ context.Context) (map[string]fs.FS, error) {
	content := map[string]fs.FS{}
	for trend, files := range builtinLessons() {
		if trend == capstoneTrend || slices.Contains(d.cfg.Trends, trend) {
			content[trend] = files()
		}
	}
	for trend, dir := range d.cfg.Lessons {
		content[trend] = os.DirFS(dir)
	}
	return content, nil
}

// newLessonEngine makes the engine over the lab's own memory.
func (d *daemon) newLessonEngine() *lesson.Engine {
	return lesson.New(lesson.Options{
		Trends:  append(slices.Clone(d.cfg.Trends), capstoneTrend),
		Sources: d.lessonSources(),
		Store:   d.store.Lessons(), Notes: d.store.Notes(),
		Runner: d.bench(), Grounds: d.bench(),
		Emit: d.events.Emit, Log: d.log,
	})
}

// lessonSources are the systems that lessons look at.
func (d *daemon) lessonSources() lesson.Sources {
	endpoints := newLessonEndpoints(d).find
	return lesson.Sources{
		"kubernetes": lesson.Kubernetes(d.cluster),
		"git":        lesson.Git(endpoints),
		"prometheus": lesson.Prometheus(endpoints),
		"http":       lesson.HTTP(endpoints),
		"module":     lesson.Module(d.verifyStep),
	}
}

// verifyStep asks a module whether a step is done.
func (d *daemon) verifyStep(ctx context.Context, module, step string) (map[string]any, error) {
	verdict, err := d.modules.Verify(ctx, module, d.target(ctx), sdk.StepID(step))
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(verdict)
	if err != nil {
		return nil, fmt.Errorf("read the verdict of module %s: %w", module, err)
	}
	out := map[string]any{"evidence": map[string]any{}, "seen": "", "expected": "", "hint": ""}
	return out, json.Unmarshal(text, &out)
}

// readLessons gives the engine the lessons that there are now, and returns what is
// wrong with them, a line each; a lesson that cannot be read is left out.
func (d *daemon) readLessons(ctx context.Context) ([]string, error) {
	loader, err := lesson.NewLoader(sdk.LessonSchema())
	if err != nil {
		return nil, err
	}
	content, err := d.lessonContent(ctx)
	if err != nil {
		return nil, err
	}
	wrong := []string{}
	for _, trend := range slices.Sorted(maps.Keys(content)) {
		lessons, problems := loader.Load(trend, content[trend])
		for _, p := range problems {
			wrong = append(wrong, p.String())
		}
		d.lessons.SetLessons(trend, lessons)
	}
	return wrong, nil
}

// learn opens the lessons: what there is to learn can be read from now on.
func (d *daemon) learn(ctx context.Context) error {
	if d.lessons != nil {
		return nil
	}
	d.lessons = d.newLessonEngine()
	wrong, err := d.readLessons(ctx)
	for _, line := range wrong {
		d.log.Warn("a lesson is not as it should be", "problem", line)
	}
	return err
}

// keepLearning watches the lessons that are open until the lab ends.
func (d *daemon) keepLearning(ctx context.Context) {
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan struct{})
	go func() {
		defer close(done)
		d.lessons.Run(ctx)
	}()
	d.later("lessons", func(context.Context) error {
		stop()
		<-done
		return nil
	})
}

// lessonParts are the lessons as the dashboard and the sockets see them.
func (d *daemon) lessonParts() web.LessonParts {
	return web.LessonParts{Lessons: d.lessons, Grounds: d.lessons, Tasks: d.lessons, Notes: d.lessons, Scripts: d.lessons}
}

// LintLessons reads the lessons of a trend in files and returns what is wrong with
// them, a line each. It needs no lab.
func LintLessons(trend string, files fs.FS) ([]string, error) {
	loader, err := lesson.NewLoader(sdk.LessonSchema())
	if err != nil {
		return nil, err
	}
	_, problems := loader.Load(trend, files)
	lines := []string{}
	for _, p := range problems {
		lines = append(lines, p.String())
	}
	return lines, nil
}

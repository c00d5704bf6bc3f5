package app

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"github.com/labbox/labbox/internal/lab"
)

const lessonsPath = "/api/v1/lessons"

// lessonPath is the API's path of a lesson, or of something below it.
func lessonPath(lesson string, below ...string) string {
	trend, folder, _ := strings.Cut(lesson, "/")
	path := lessonsPath + "/" + url.PathEscape(trend) + "/" + url.PathEscape(folder)
	for _, part := range below {
		path += "/" + url.PathEscape(part)
	}
	return path
}

// Lessons returns all lessons.
func (r *Remote) Lessons(ctx context.Context) ([]lab.Lesson, error) {
	var body struct {
		Lessons []lab.Lesson `json:"lessons"`
	}
	return body.Lessons, r.get(ctx, lessonsPath, &body)
}

// Lesson returns one lesson; CodeNotFound where there is none.
func (r *Remote) Lesson(ctx context.Context, lesson string) (lab.LessonView, error) {
	var view lab.LessonView
	return view, r.get(ctx, lessonPath(lesson), &view)
}

// StartLesson brings about a lesson's start and returns when it is there.
func (r *Remote) StartLesson(ctx context.Context, lesson string) (lab.LessonView, error) {
	var view lab.LessonView
	err := r.exchange(ctx, http.MethodPost, lessonPath(lesson, "start"), nil, &view)
	return view, err
}

// StopLesson ends what a lesson runs.
func (r *Remote) StopLesson(ctx context.Context, lesson string) (lab.LessonView, error) {
	var view lab.LessonView
	err := r.exchange(ctx, http.MethodPost, lessonPath(lesson, "stop"), nil, &view)
	return view, err
}

// CheckLesson looks at one task with fresh readings.
func (r *Remote) CheckLesson(ctx context.Context, q lab.CheckRequest) (lab.LessonCheck, error) {
	var check lab.LessonCheck
	body, err := json.Marshal(map[string]string{"answer": q.Answer})
	if err != nil {
		return check, err
	}
	err = r.exchange(ctx, http.MethodPost, lessonPath(q.Lesson, "tasks", q.Task, "check"), bytes.NewReader(body), &check)
	return check, err
}

// LessonHint returns the next hint; it is counted.
func (r *Remote) LessonHint(ctx context.Context, lesson, task string) (lab.Text, error) {
	var hint lab.Text
	err := r.exchange(ctx, http.MethodPost, lessonPath(lesson, "tasks", task, "hint"), nil, &hint)
	return hint, err
}

// LessonSolution returns how a task is done; it is counted.
func (r *Remote) LessonSolution(ctx context.Context, lesson, task string) (lab.Solution, error) {
	var solution lab.Solution
	err := r.exchange(ctx, http.MethodPost, lessonPath(lesson, "tasks", task, "solution"), nil, &solution)
	return solution, err
}

// ReplayLesson does a task by its solution and returns what the script said.
func (r *Remote) ReplayLesson(ctx context.Context, lesson, task string) (string, error) {
	var body struct {
		Output string `json:"output"`
	}
	return body.Output, r.exchange(ctx, http.MethodPost, lessonPath(lesson, "tasks", task, "replay"), nil, &body)
}

// ProveLesson goes through the whole life of a lesson; it may take minutes.
func (r *Remote) ProveLesson(ctx context.Context, lesson string) (lab.LessonProof, error) {
	var proof lab.LessonProof
	err := r.exchange(ctx, http.MethodPost, lessonPath(lesson, "prove"), nil, &proof)
	return proof, err
}

package web

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"

	"github.com/labbox/labbox/internal/lab"
)

// mirror shows what a running lab says by its API, for who works on the pages and wants
// to see them with real content. It reads only.
type mirror struct{ base string }

func mirrorGet[T any](ctx context.Context, m mirror, path string) (T, error) {
	var out T
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, m.base+path, nil)
	if err != nil {
		return out, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return out, lab.Errorf(lab.CodeNotReady, "is the lab up?", "ask the lab: %w", err)
	}
	defer response.Body.Close()
	if raw, ok := any(&out).(*[]byte); ok {
		*raw, err = io.ReadAll(response.Body)
		return out, err
	}
	if response.StatusCode != http.StatusOK {
		return out, lab.Errorf(lab.CodeNotFound, "", "the lab answers %s", response.Status)
	}
	return out, json.NewDecoder(response.Body).Decode(&out)
}

func (m mirror) List(ctx context.Context) ([]lab.Lesson, error) {
	list, err := mirrorGet[map[string][]lab.Lesson](ctx, m, "/api/v1/lessons")
	return list["lessons"], err
}

func (m mirror) Show(ctx context.Context, id string) (lab.LessonView, error) {
	return mirrorGet[lab.LessonView](ctx, m, "/api/v1/lessons/"+id)
}

func (m mirror) Start(context.Context, string) error { return fmt.Errorf("this is a mirror") }

func (m mirror) Stop(context.Context, string) error { return fmt.Errorf("this is a mirror") }

func (m mirror) Picture(ctx context.Context, id, name string) ([]byte, error) {
	return mirrorGet[[]byte](ctx, m, "/api/v1/lessons/"+id+"/pictures/"+name)
}

// mirrored replaces the fakes by the lab at LABBOX_MIRROR, such as http://127.0.0.1:8800.
func mirrored(o *Options) {
	base := os.Getenv("LABBOX_MIRROR")
	if base == "" {
		return
	}
	m := mirror{base}
	o.Lessons.Lessons, o.Lessons.Grounds = m, m
	o.Status = func(ctx context.Context) lab.Status {
		status, err := mirrorGet[lab.Status](ctx, m, "/api/v1/status")
		if err != nil {
			return lab.Status{Phase: lab.StateFailed}
		}
		return status
	}
	o.Links = func(ctx context.Context) []lab.Link {
		links, _ := mirrorGet[[]lab.Link](ctx, m, "/api/v1/links")
		return links
	}
	o.Modules = func(ctx context.Context) []lab.Module {
		modules, _ := mirrorGet[[]lab.Module](ctx, m, "/api/v1/modules")
		return modules
	}
	o.Prometheus, o.PrometheusURL = http.DefaultClient, "http://127.0.0.1:9090"
}

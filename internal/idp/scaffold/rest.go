package scaffold

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/labbox/labbox/internal/idp/entity"
	"github.com/labbox/labbox/internal/idp/repo"
	"github.com/labbox/labbox/internal/idp/wire"
)

// Guard wraps what changes something, so that only those who may come through.
type Guard func(http.HandlerFunc) http.HandlerFunc

// UserOf says who sends a request, as a reference such as "user:default/learner".
type UserOf func(r *http.Request) string

// Routes adds Backstage's scaffolder API to mux.
func (s *Scaffolder) Routes(mux *http.ServeMux, guard Guard, user UserOf) {
	const api = "/api/scaffolder/v2"
	mux.HandleFunc("GET "+api+"/actions", s.getActions)
	mux.HandleFunc("GET "+api+"/templates/{namespace}/{kind}/{name}/parameter-schema", s.getSchema)
	mux.HandleFunc("GET "+api+"/tasks", s.getTasks)
	mux.HandleFunc("POST "+api+"/tasks", guard(func(w http.ResponseWriter, r *http.Request) { s.postTask(w, r, user(r)) }))
	mux.HandleFunc("GET "+api+"/tasks/{id}", s.getTask)
	mux.HandleFunc("GET "+api+"/tasks/{id}/events", s.getEvents)
	mux.HandleFunc("GET "+api+"/tasks/{id}/eventstream", s.getStream)
	mux.HandleFunc("POST "+api+"/tasks/{id}/cancel", guard(s.postCancel))
	mux.HandleFunc("POST "+api+"/tasks/{id}/retry", guard(s.postRetry))
	mux.HandleFunc("POST "+api+"/dry-run", guard(func(w http.ResponseWriter, r *http.Request) { s.postDryRun(w, r, user(r)) }))
}

func (s *Scaffolder) getActions(w http.ResponseWriter, _ *http.Request) {
	out := []any{}
	for _, a := range actions() {
		out = append(out, a.describe())
	}
	wire.JSON(w, http.StatusOK, out)
}

func (s *Scaffolder) getSchema(w http.ResponseWriter, r *http.Request) {
	e, err := s.template(fmt.Sprintf("%s:%s/%s", r.PathValue("kind"), r.PathValue("namespace"), r.PathValue("name")))
	if err != nil {
		wire.Fail(w, r, err)
		return
	}
	wire.JSON(w, http.StatusOK, map[string]any{"title": e.Title(), "description": e.Text("description"), "steps": forms(e)})
}

func (s *Scaffolder) getTasks(w http.ResponseWriter, _ *http.Request) {
	all := s.tasks.list()
	wire.JSON(w, http.StatusOK, map[string]any{"tasks": all, "totalTasks": len(all)})
}

func (s *Scaffolder) postTask(w http.ResponseWriter, r *http.Request, user string) {
	var in Request
	if err := wire.Read(w, r, &in); err != nil {
		wire.Fail(w, r, err)
		return
	}
	id, wrong, err := s.Start(in, user)
	if err != nil {
		wire.Fail(w, r, err)
		return
	}
	if len(wrong) > 0 {
		wire.JSON(w, http.StatusBadRequest, map[string]any{"errors": wrong})
		return
	}
	w.Header().Set("Location", "/api/scaffolder/v2/tasks/"+id)
	wire.JSON(w, http.StatusCreated, map[string]any{"id": id})
}

func (s *Scaffolder) getTask(w http.ResponseWriter, r *http.Request) {
	t, err := s.Task(r.PathValue("id"))
	wire.Answer(w, r, t, err)
}

func (s *Scaffolder) getEvents(w http.ResponseWriter, r *http.Request) {
	after, _ := strconv.Atoi(r.URL.Query().Get("after"))
	events, err := s.Events(r.PathValue("id"), after)
	wire.Answer(w, r, events, err)
}

// getStream sends events as they come, and ends with the task.
func (s *Scaffolder) getStream(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	after, _ := strconv.Atoi(r.URL.Query().Get("after"))
	if last, err := strconv.Atoi(r.Header.Get("Last-Event-ID")); err == nil {
		after = last
	}
	if _, err := s.Task(id); err != nil {
		wire.Fail(w, r, err)
		return
	}
	ctl := http.NewResponseController(w)
	_ = ctl.SetWriteDeadline(time.Time{})
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	for {
		events, ended, changed, err := s.tasks.since(id, after)
		if err != nil {
			return
		}
		for _, e := range events {
			data, err := json.Marshal(e)
			if err != nil {
				return
			}
			if _, err := fmt.Fprintf(w, "id: %d\nevent: %s\ndata: %s\n\n", e.ID, e.Type, data); err != nil {
				return
			}
			after = e.ID
		}
		_ = ctl.Flush()
		if ended {
			return
		}
		timer := time.NewTimer(15 * time.Second)
		select {
		case <-r.Context().Done():
			timer.Stop()
			return
		case <-s.closed:
			timer.Stop()
			return
		case <-changed:
			timer.Stop()
		case <-timer.C:
			_, _ = fmt.Fprint(w, ": still here\n\n")
		}
	}
}

func (s *Scaffolder) postCancel(w http.ResponseWriter, r *http.Request) {
	if err := s.Cancel(r.PathValue("id")); err != nil {
		wire.Fail(w, r, err)
		return
	}
	wire.JSON(w, http.StatusOK, map[string]any{"status": StatusCancelled})
}

func (s *Scaffolder) postRetry(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Secrets map[string]any `json:"secrets"`
	}
	if r.ContentLength != 0 {
		if err := wire.Read(w, r, &in); err != nil {
			wire.Fail(w, r, err)
			return
		}
	}
	if err := s.Retry(r.PathValue("id"), in.Secrets); err != nil {
		wire.Fail(w, r, err)
		return
	}
	wire.JSON(w, http.StatusCreated, map[string]any{"id": r.PathValue("id")})
}

// content is a file as a dry run brings it and gives it back.
type content struct {
	Path       string `json:"path"`
	Base64     string `json:"base64Content"`
	Executable bool   `json:"executable,omitempty"`
}

func (s *Scaffolder) postDryRun(w http.ResponseWriter, r *http.Request, user string) {
	var in struct {
		Template entity.Entity  `json:"template"`
		Values   map[string]any `json:"values"`
		Secrets  map[string]any `json:"secrets"`
		Contents []content      `json:"directoryContents"`
	}
	err := wire.Read(w, r, &in)
	var t Template
	if err == nil {
		t, err = parseTemplate(in.Template, actionIDs(actions()))
	}
	if err != nil {
		wire.Fail(w, r, err)
		return
	}
	if in.Values == nil {
		in.Values = map[string]any{}
	}
	wrong, err := check(in.Template, in.Values)
	if err == nil && len(wrong) > 0 {
		wire.JSON(w, http.StatusBadRequest, map[string]any{"errors": wrong})
		return
	}
	dry := newRun(&s.opt.Tools, Spec{Template: t, Parameters: in.Values, User: user}, in.Secrets)
	dry.dry, dry.task, dry.given = true, "dry-run", []repo.File{}
	for _, c := range in.Contents {
		data, decodeErr := base64.StdEncoding.DecodeString(c.Base64)
		if decodeErr != nil {
			err = wire.Input("directoryContents: %s is no base64", c.Path)
		}
		dry.given = append(dry.given, repo.File{Path: c.Path, Data: data, Exec: c.Executable})
	}
	if err != nil {
		wire.Fail(w, r, err)
		return
	}
	s.answerDryRun(w, r, dry)
}

func (s *Scaffolder) answerDryRun(w http.ResponseWriter, r *http.Request, dry *run) {
	ctx, cancel := context.WithTimeout(r.Context(), time.Minute)
	defer cancel()
	log := []any{}
	dry.say = func(b Body) { log = append(log, map[string]any{"body": b}) }
	output, err := s.guarded(ctx, dry)
	if err != nil {
		wire.Fail(w, r, wire.Input("the dry run failed: %v", err))
		return
	}
	files := []content{}
	names, _ := dry.ws.paths("")
	for _, name := range names {
		f := dry.ws.files[name]
		files = append(files, content{Path: name, Base64: base64.StdEncoding.EncodeToString(f.Data), Executable: f.Exec})
	}
	wire.JSON(w, http.StatusOK, map[string]any{"log": log, "directoryContents": files, "output": output, "steps": dry.template.Steps})
}

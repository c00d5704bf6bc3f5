package app

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"time"

	"github.com/labbox/labbox/internal/lab"
	"github.com/labbox/labbox/internal/report"
	"github.com/labbox/labbox/internal/web"
	"github.com/labbox/labbox/ui"
)

// ReportFormats are the kinds of files that a report is written as, by their ending.
func ReportFormats() []string { return []string{"html", "pdf"} }

// routeReport adds the report to the admin API.
func (d *daemon) routeReport(mux *http.ServeMux) {
	for _, format := range ReportFormats() {
		mux.HandleFunc("GET /api/v1/report."+format, func(w http.ResponseWriter, r *http.Request) {
			file, err := d.report(r.Context(), r.URL.Query().Get("lang"), format)
			if err != nil {
				answer(w, nil, err)
				return
			}
			w.Header().Set("Content-Type", file.Type)
			_, _ = w.Write(file.Data)
		})
	}
}

// report writes the learner's documentation of the lab as it is now.
func (d *daemon) report(ctx context.Context, lang, format string) (web.ReportFile, error) {
	shared, err := sharedTexts(ui.FS())
	if err != nil {
		return web.ReportFile{}, err
	}
	composer, err := report.NewComposer(shared)
	if err != nil {
		return web.ReportFile{}, err
	}
	in := d.reportInput(ctx)
	if lang == "" {
		if _ = json.Unmarshal(in.Progress.Preferences["lang"], &lang); lang == "" {
			lang = "en"
		}
	}
	doc, err := composer.Compose(lang, in)
	if err != nil {
		return web.ReportFile{}, err
	}
	if format == "pdf" {
		data, err := report.PDF(doc)
		return web.ReportFile{Data: data, Type: "application/pdf", Policy: "default-src 'none'"}, err
	}
	data, err := report.HTML(doc)
	return web.ReportFile{Data: data, Type: "text/html; charset=utf-8", Policy: report.Policy()}, err
}

// reportInput asks the lab for all that a report shows. What cannot be read is a part
// of the report, not its end.
func (d *daemon) reportInput(ctx context.Context) report.Input {
	in := report.Input{Now: time.Now(), Status: d.status(ctx), Links: d.links(ctx), Modules: d.moduleList(ctx)}
	failed := func(what string, err error) {
		if err != nil {
			d.log.Warn("a part of the report cannot be read", "part", what, "error", err)
			in.Problems = append(in.Problems, report.Problem{What: what, Why: lab.AsError(err).Message})
		}
	}
	var err error
	in.Lessons, err = d.allLessons(ctx)
	failed("lessons", err)
	in.Progress, err = d.exportProgress(ctx)
	failed("progress", err)
	energy, err := web.ReadEnergy(ctx, loopbackClient(), d.endpoint("prometheus"))
	if failed("energy", err); err == nil {
		in.Energy = &energy
	}
	return in
}

// allLessons are the lessons with all their tasks.
func (d *daemon) allLessons(ctx context.Context) ([]lab.LessonView, error) {
	list, err := d.lessons.List(ctx)
	if err != nil {
		return nil, err
	}
	var out []lab.LessonView
	for _, l := range list {
		view, err := d.lessons.Show(ctx, l.ID)
		if err != nil {
			return nil, err
		}
		out = append(out, view)
	}
	return out, nil
}

// sharedTexts are the dashboard's texts by language and key.
func sharedTexts(files fs.FS) (map[string]map[string]string, error) {
	out := map[string]map[string]string{}
	for _, lang := range []string{"de", "en"} {
		data, err := fs.ReadFile(files, "locales/"+lang+".json")
		if err != nil {
			return nil, fmt.Errorf("read the dashboard's texts: %w", err)
		}
		texts := map[string]string{}
		if err := json.Unmarshal(data, &texts); err != nil {
			return nil, fmt.Errorf("read the dashboard's texts, %s: %w", lang, err)
		}
		out[lang] = texts
	}
	return out, nil
}

// Report writes the learner's documentation to out, as one of ReportFormats. An empty
// lang is what the learner prefers.
func (r *Remote) Report(ctx context.Context, lang, format string, out io.Writer) error {
	resp, err := r.do(ctx, http.MethodGet, "/api/v1/report."+url.PathEscape(format)+"?lang="+url.QueryEscape(lang))
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(out, resp.Body); err != nil {
		return fmt.Errorf("read the report: %w", err)
	}
	return nil
}

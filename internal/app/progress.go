package app

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"github.com/labbox/labbox/internal/lab"
)

// maxProgress bounds a file of progress: years of lessons are a few megabytes.
const maxProgress = 64 << 20

// routeProgress adds the export and the import of progress to the admin API.
func (d *daemon) routeProgress(mux *http.ServeMux) {
	mux.HandleFunc("GET /api/v1/progress", func(w http.ResponseWriter, r *http.Request) {
		p, err := d.exportProgress(r.Context())
		answer(w, p, err)
	})
	mux.HandleFunc("POST /api/v1/progress", func(w http.ResponseWriter, r *http.Request) {
		taken, err := d.importProgress(r.Context(), http.MaxBytesReader(w, r.Body, maxProgress))
		answer(w, taken, err)
	})
}

func (d *daemon) exportProgress(ctx context.Context) (lab.ProgressFile, error) {
	p, err := d.store.ExportProgress(ctx)
	p.Labbox = d.version
	return p, err
}

func (d *daemon) importProgress(ctx context.Context, in io.Reader) (lab.ProgressTaken, error) {
	var p lab.ProgressFile
	if err := json.NewDecoder(in).Decode(&p); err != nil {
		return lab.ProgressTaken{}, lab.Errorf(lab.CodeUsage, "Give a file that \"labbox progress export\" has written", "read the progress: %w", err)
	}
	return d.store.ImportProgress(ctx, p)
}

// ExportProgress writes all that the learner has done to out, as JSON.
func (r *Remote) ExportProgress(ctx context.Context, out io.Writer) error {
	resp, err := r.do(ctx, http.MethodGet, "/api/v1/progress")
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		return fmt.Errorf("read the progress: %w", err)
	}
	var readable bytes.Buffer
	if err := json.Indent(&readable, raw, "", "  "); err != nil {
		return fmt.Errorf("read the progress: %w", err)
	}
	_, err = readable.WriteTo(out)
	return err
}

// ImportProgress lets the lab take over what is in a file of progress.
func (r *Remote) ImportProgress(ctx context.Context, in io.Reader) (lab.ProgressTaken, error) {
	var taken lab.ProgressTaken
	err := r.exchange(ctx, http.MethodPost, "/api/v1/progress", in, &taken)
	return taken, err
}

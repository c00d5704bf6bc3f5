package app

import (
	"context"
	"net/http"
)

// Open returns a link that signs one browser in, once.
func (r *Remote) Open(ctx context.Context) (string, error) {
	var made struct {
		Path string `json:"path"`
	}
	if err := r.exchange(ctx, http.MethodPost, "/api/v1/ticket", nil, &made); err != nil {
		return "", err
	}
	return "http://" + r.cfg.addr(r.cfg.Ports.Dashboard) + made.Path, nil
}

// ReloadLessons lets the lab read all lessons anew, and returns what is wrong with
// them, a line each.
func (r *Remote) ReloadLessons(ctx context.Context) ([]string, error) {
	var wrong []string
	err := r.exchange(ctx, http.MethodPost, "/api/v1/lessons-reload", nil, &wrong)
	return wrong, err
}

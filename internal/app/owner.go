package app

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
)

// Open returns a link that signs one browser in, once.
func (r *Remote) Open(ctx context.Context) (string, error) {
	resp, err := r.do(ctx, http.MethodPost, "/api/v1/ticket")
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	var made struct {
		Path string `json:"path"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&made); err != nil {
		return "", fmt.Errorf("read the link: %w", err)
	}
	return "http://" + r.cfg.addr(r.cfg.Ports.Dashboard) + made.Path, nil
}

// ReloadLessons lets the lab read all lessons anew, and returns what is wrong with
// them, a line each.
func (r *Remote) ReloadLessons(ctx context.Context) ([]string, error) {
	resp, err := r.do(ctx, http.MethodPost, "/api/v1/lessons-reload")
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	var wrong []string
	if err := json.NewDecoder(resp.Body).Decode(&wrong); err != nil {
		return nil, fmt.Errorf("read what the lab says of its lessons: %w", err)
	}
	return wrong, nil
}

package event

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"time"
)

// MLflow asks MLflow's registry every few seconds where the aliases of its models
// point, and makes an event when one points to another version. MLflow has webhooks,
// but they are lost when nobody listens, and say nothing to tell a repetition by. An
// alias that moves and comes back between two looks is not noticed.
//
// As long as no function subscribes nothing is asked; what aliases say when the first
// one does is where it begins. Run it once.
type MLflow struct {
	Parts
	url    string
	every  time.Duration
	client *http.Client
	failed bool // the last look; said once
}

// NewMLflow returns an MLflow that asks the server at base.
func NewMLflow(p Parts, base string, every time.Duration) *MLflow {
	return &MLflow{Parts: p, url: base, every: every, client: &http.Client{Timeout: 15 * time.Second}}
}

// stateMLflow holds where aliases point.
const stateMLflow = "mlflow.aliases"

// target is where an alias points.
type target struct {
	Model   string `json:"model"`
	Alias   string `json:"alias"`
	Version string `json:"version"`
	// Moves counts how often it was seen to move.
	Moves int `json:"moves"`
}

// Run looks until ctx is done.
func (m *MLflow) Run(ctx context.Context) error {
	for {
		err := m.look(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil && !m.failed {
			m.Log.Warn("events: ask MLflow; further failures are not told", "error", err)
		}
		m.failed = err != nil
		select {
		case <-time.After(m.every):
		case <-ctx.Done():
			return nil
		}
	}
}

// look compares the registry with what was seen before.
func (m *MLflow) look(ctx context.Context) error {
	raw, err := m.State.Get(ctx, stateMLflow)
	if err != nil {
		return err
	}
	if len(m.Bus.subscribers(TopicPromoted)) == 0 {
		if raw != nil {
			return m.State.Delete(ctx, stateMLflow)
		}
		return nil
	}
	now, err := m.aliases(ctx)
	if err != nil {
		return err
	}
	before := map[string]target{}
	if raw != nil {
		if err := json.Unmarshal(raw, &before); err != nil {
			return fmt.Errorf("what was seen of MLflow: %w", err)
		}
	}
	for key, t := range now {
		old := before[key]
		t.Moves = old.Moves
		if old.Version != t.Version {
			t.Moves++
			if raw != nil {
				if err := m.tell(ctx, t, old.Version); err != nil {
					return err
				}
			}
		}
		now[key] = t
	}
	for key, old := range before { // a removed alias that comes back is news
		if _, ok := now[key]; !ok {
			old.Version = ""
			now[key] = old
		}
	}
	if raw != nil && maps.Equal(before, now) {
		return nil
	}
	return m.State.Put(ctx, stateMLflow, mustJSON(now))
}

func (m *MLflow) tell(ctx context.Context, t target, previous string) error {
	return m.Bus.Publish(ctx, Event{
		ID: fmt.Sprintf("%s/%s/%s/%d", t.Model, t.Alias, t.Version, t.Moves), Source: "/labbox/mlflow", Topic: TopicPromoted, Subject: t.Model, Time: time.Now(),
		Data: mustJSON(map[string]string{"model": t.Model, "alias": t.Alias, "version": t.Version, "previousVersion": previous}),
	})
}

// maxPages bounds the answers that are read of one registry.
const maxPages = 100

// aliases returns where all aliases of all models point.
func (m *MLflow) aliases(ctx context.Context) (map[string]target, error) {
	out := map[string]target{}
	page := ""
	for range maxPages {
		var answer struct {
			Models []struct {
				Name    string   `json:"name"`
				Aliases []target `json:"aliases"`
			} `json:"registered_models"`
			Next string `json:"next_page_token"`
		}
		query := url.Values{"max_results": {"200"}}
		if page != "" {
			query.Set("page_token", page)
		}
		if err := m.get(ctx, "/api/2.0/mlflow/registered-models/search?"+query.Encode(), &answer); err != nil {
			return nil, err
		}
		for _, model := range answer.Models {
			for _, a := range model.Aliases {
				a.Model = model.Name
				out[digest(a.Model, a.Alias)] = a
			}
		}
		if page = answer.Next; page == "" {
			return out, nil
		}
	}
	return nil, errors.New("MLflow has more models than can be looked at")
}

func (m *MLflow) get(ctx context.Context, path string, into any) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, m.url+path, nil)
	if err != nil {
		return err
	}
	resp, err := m.client.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(io.LimitReader(resp.Body, 512))
		return fmt.Errorf("MLflow answers %s: %q", resp.Status, text)
	}
	return json.NewDecoder(io.LimitReader(resp.Body, 8<<20)).Decode(into)
}

package event

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"github.com/labbox/labbox/internal/faas/store"
)

// Kubernetes asks the API server; store.Client.Raw does.
type Kubernetes func(ctx context.Context, r store.RawRequest) (io.ReadCloser, error)

// ArgoCD watches Applications and makes an event when a sync has ended. Syncs that
// ended before it first looked are not told; those that end while it is away are, at
// the latest of each application. Run it once.
type ArgoCD struct {
	Parts
	ask       Kubernetes
	namespace string
	pause     time.Duration // between two lists, when the watch does not hold
}

// NewArgoCD returns an ArgoCD that looks in namespace.
func NewArgoCD(p Parts, ask Kubernetes, namespace string) *ArgoCD {
	return &ArgoCD{Parts: p, ask: ask, namespace: namespace, pause: 10 * time.Second}
}

// application is the part of an Application that counts.
type application struct {
	Metadata struct {
		Name            string `json:"name"`
		Namespace       string `json:"namespace"`
		UID             string `json:"uid"`
		ResourceVersion string `json:"resourceVersion"`
	} `json:"metadata"`
	Status struct {
		Sync struct {
			Status   string `json:"status"`
			Revision string `json:"revision"`
		} `json:"sync"`
		Health struct {
			Status string `json:"status"`
		} `json:"health"`
		Operation *struct {
			Phase      string    `json:"phase"`
			Message    string    `json:"message"`
			StartedAt  time.Time `json:"startedAt"`
			FinishedAt time.Time `json:"finishedAt"`
			Result     struct {
				Revision string `json:"revision"`
			} `json:"syncResult"`
		} `json:"operationState"`
	} `json:"status"`
}

// stateArgo says that the first look is behind.
const stateArgo = "argocd.begun"

// Run watches until ctx is done; without Argo CD it looks again now and then.
func (a *ArgoCD) Run(ctx context.Context) error {
	said := ""
	for ctx.Err() == nil {
		err := a.listAndWatch(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if text := fmt.Sprint(err); err != nil && text != said {
			said = text
			a.Log.Warn("events: watch Argo CD; the same again is not told", "error", err)
		}
		select {
		case <-time.After(a.pause):
		case <-ctx.Done():
		}
	}
	return nil
}

func (a *ArgoCD) path() string {
	return "/apis/argoproj.io/v1alpha1/namespaces/" + a.namespace + "/applications"
}

// listAndWatch returns when the watch ends, which it does every few minutes.
func (a *ArgoCD) listAndWatch(ctx context.Context) error {
	answer, err := a.ask(ctx, store.RawRequest{Verb: "GET", Path: a.path()})
	if err != nil {
		return err
	}
	var list struct {
		Metadata struct {
			ResourceVersion string `json:"resourceVersion"`
		} `json:"metadata"`
		Items []application `json:"items"`
	}
	err = json.NewDecoder(answer).Decode(&list)
	_ = answer.Close()
	if err != nil {
		return fmt.Errorf("list applications: %w", err)
	}
	begun, err := a.State.Get(ctx, stateArgo)
	if err != nil {
		return err
	}
	for _, app := range list.Items {
		if err := a.note(ctx, app, begun != nil); err != nil {
			return err
		}
	}
	if begun == nil {
		if err := a.State.Put(ctx, stateArgo, []byte("true")); err != nil {
			return err
		}
	}
	return a.watch(ctx, list.Metadata.ResourceVersion)
}

func (a *ArgoCD) watch(ctx context.Context, version string) error {
	answer, err := a.ask(ctx, store.RawRequest{Verb: "GET", Path: a.path(), Query: url.Values{
		"watch": {"1"}, "resourceVersion": {version}, "timeoutSeconds": {"300"}, "allowWatchBookmarks": {"true"},
	}})
	if err != nil {
		return err
	}
	defer func() { _ = answer.Close() }()
	for d := json.NewDecoder(answer); ; {
		var change struct {
			Type   string      `json:"type"`
			Object application `json:"object"`
		}
		err := d.Decode(&change)
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("watch applications: %w", err)
		}
		switch change.Type {
		case "ADDED", "MODIFIED":
			if err := a.note(ctx, change.Object, true); err != nil {
				return err
			}
		case "DELETED":
			if err := a.State.Delete(ctx, appKey(change.Object)); err != nil {
				return err
			}
		case "ERROR":
			return nil // the version is too old: list again
		}
	}
}

func appKey(a application) string {
	return "argocd." + digest(a.Metadata.Namespace, a.Metadata.Name, a.Metadata.UID)
}

// note makes an event if the application's last sync has ended and is news; without
// tell it is only remembered.
func (a *ArgoCD) note(ctx context.Context, app application, tell bool) error {
	o := app.Status.Operation
	if o == nil || o.FinishedAt.IsZero() {
		return nil
	}
	topic := TopicSyncSucceeded
	switch o.Phase {
	case "Succeeded":
	case "Failed", "Error":
		topic = TopicSyncFailed
	default:
		return nil
	}
	seen := o.StartedAt.UTC().Format(time.RFC3339) + "/" + o.Phase
	known, err := a.State.Get(ctx, appKey(app))
	if err != nil || string(known) == seen {
		return err
	}
	if tell {
		name := app.Metadata.Namespace + "/" + app.Metadata.Name
		err := a.Bus.Publish(ctx, Event{
			ID: app.Metadata.UID + "/" + seen, Source: "/labbox/argocd/" + name, Topic: topic, Subject: name, Time: o.FinishedAt,
			Data: mustJSON(map[string]any{
				"application": app.Metadata.Name, "namespace": app.Metadata.Namespace, "phase": o.Phase, "message": o.Message,
				"revision": firstOf(o.Result.Revision, app.Status.Sync.Revision), "startedAt": o.StartedAt, "finishedAt": o.FinishedAt,
				"syncStatus": app.Status.Sync.Status, "healthStatus": app.Status.Health.Status,
			}),
		})
		if err != nil {
			return err
		}
	}
	return a.State.Put(ctx, appKey(app), []byte(seen))
}

func firstOf(texts ...string) string {
	for _, t := range texts {
		if strings.TrimSpace(t) != "" {
			return t
		}
	}
	return ""
}

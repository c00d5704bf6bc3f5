package capstone

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/labbox/labbox/internal/lab"
)

// argo reads Applications and can ask Argo CD to look at git again.
type argo struct {
	pace
	objects lab.Objects
	api     api
	login   func(ctx context.Context) (user, password string, err error)
}

// application is what the capstone reads of an Application.
type application struct {
	Metadata struct {
		DeletionTimestamp string `json:"deletionTimestamp"`
	} `json:"metadata"`
	Status struct {
		Sync struct {
			Status   string `json:"status"`
			Revision string `json:"revision"`
		} `json:"sync"`
		Health struct {
			Status  string `json:"status"`
			Message string `json:"message"`
		} `json:"health"`
		OperationState struct {
			Phase      string `json:"phase"`
			Message    string `json:"message"`
			SyncResult struct {
				Revision string `json:"revision"`
			} `json:"syncResult"`
		} `json:"operationState"`
		Conditions []struct {
			Type    string `json:"type"`
			Message string `json:"message"`
		} `json:"conditions"`
	} `json:"status"`
}

// patience is how long a push may take to reach Argo CD by the git server's webhook
// before the capstone itself asks for a refresh.
const patience = 8 * time.Second

func appRef(name string) lab.ObjectRef {
	return lab.ObjectRef{APIVersion: "argoproj.io/v1alpha1", Kind: "Application", Namespace: argoSpace, Name: name}
}

// synced waits until the application is synced to revision and healthy. It tells
// whether Argo CD had to be asked to look at git.
func (a argo) synced(ctx context.Context, name, revision string) (asked bool, err error) {
	ref := appRef(name)
	seen := a.await(patience, "its revision", "").watch(ctx, a.objects, ref, func(object []byte) (bool, string, error) {
		app, err := parseApp(object)
		return err == nil && app.Status.Sync.Revision == revision, "", err
	})
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	if seen != nil {
		asked = a.refresh(ctx, name) == nil // an application still to come cannot be refreshed
	}
	w := a.await(5*time.Minute, fmt.Sprintf("application %s synced to %.8s and healthy", name, revision),
		"Open Argo CD and look at the application's messages, or: labbox kubectl -n argocd describe application "+name)
	return asked, w.watch(ctx, a.objects, ref, func(object []byte) (bool, string, error) { return judgeApp(object, revision) })
}

func parseApp(object []byte) (application, error) {
	var app application
	if object == nil {
		return app, nil
	}
	if err := json.Unmarshal(object, &app); err != nil {
		return app, fmt.Errorf("read an Application: %w", err)
	}
	return app, nil
}

// judgeApp says whether the application has arrived, and what it looks like.
func judgeApp(object []byte, revision string) (bool, string, error) {
	if object == nil {
		return false, "no such application", nil
	}
	app, err := parseApp(object)
	if err != nil {
		return false, "", err
	}
	s := app.Status
	seen := fmt.Sprintf("sync %s at %.8s, health %s", orNone(s.Sync.Status), orNone(s.Sync.Revision), orNone(s.Health.Status))
	for _, c := range s.Conditions {
		seen += "; " + c.Type + ": " + brief(c.Message)
	}
	if s.OperationState.Phase == "Failed" || s.OperationState.Phase == "Error" {
		seen += "; last sync " + s.OperationState.Phase + ": " + brief(s.OperationState.Message)
	}
	return s.Sync.Status == "Synced" && s.Sync.Revision == revision && s.Health.Status == "Healthy", seen, nil
}

func orNone(text string) string {
	if text == "" {
		return "unknown"
	}
	return text
}

// refresh makes Argo CD compare the application with git now.
func (a argo) refresh(ctx context.Context, name string) error {
	session, err := a.session(ctx)
	if err != nil {
		return err
	}
	return session.call(ctx, http.MethodGet, "/api/v1/applications/"+url.PathEscape(name)+"?refresh=normal", nil, nil)
}

// session logs in and returns a client with the token.
func (a argo) session(ctx context.Context) (api, error) {
	if a.login == nil {
		return a.api, nil
	}
	user, password, err := a.login(ctx)
	if err != nil {
		return api{}, fmt.Errorf("read the credentials of Argo CD: %w", err)
	}
	var answer struct {
		Token string `json:"token"`
	}
	credentials := map[string]string{"username": user, "password": password}
	if err := a.api.call(ctx, http.MethodPost, "/api/v1/session", credentials, &answer); err != nil {
		return api{}, fmt.Errorf("log in: %w", err)
	}
	session := a.api
	session.Auth = func(context.Context) (string, string, error) { return bearer, answer.Token, nil }
	return session, nil
}

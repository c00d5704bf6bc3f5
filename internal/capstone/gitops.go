package capstone

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/labbox/labbox/internal/lab"
)

const rootApp = "platform"

// childApps are the applications the root application brings, in the order in which
// they are waited for.
func childApps() []string { return []string{"digits-pipeline", "classify", "model-server"} }

// syncPlatform pushes the platform repository where it is missing and waits until
// Argo CD has synced all applications to its head.
func syncPlatform(ctx context.Context, j *job) error {
	j.say("cloning the platform repository")
	c, err := j.repo.open(ctx)
	if err != nil {
		return err
	}
	added, err := c.add(j.opt.Seed)
	if err != nil {
		return err
	}
	if added > 0 {
		j.say("pushing the first commit")
		j.commit, err = c.push(ctx, "Declare the digits service: applications, pipeline, model server, function")
	} else {
		j.commit, err = c.head()
	}
	if err != nil {
		return err
	}
	j.evidence["repository"] = j.repo.url
	j.evidence["commit"] = j.commit
	j.evidence["filesPushed"] = added
	if err := j.declareRoot(ctx); err != nil {
		return err
	}
	return j.awaitApps(ctx)
}

// awaitApps waits for the root application and its children and notes their state.
func (j *job) awaitApps(ctx context.Context) error {
	for _, name := range append([]string{rootApp}, childApps()...) {
		j.say("waiting for Argo CD to sync application " + name)
		if _, err := j.argo.synced(ctx, name, j.commit); err != nil {
			return err
		}
		object, err := j.objects.Get(ctx, appRef(name))
		if err != nil {
			return fmt.Errorf("read application %s: %w", name, err)
		}
		app, err := parseApp(object)
		if err != nil {
			return err
		}
		if name == rootApp {
			j.evidence["syncRevision"] = app.Status.Sync.Revision
		}
		j.evidence["app "+name] = app.Status.Sync.Status + ", " + app.Status.Health.Status
	}
	return nil
}

// declareRoot makes the repository known to Argo CD and gives it the root
// application. The credentials are those the lab's chart stores for the git server.
func (j *job) declareRoot(ctx context.Context) error {
	for _, object := range []map[string]any{repositorySecret(), rootApplication()} {
		manifest, err := json.Marshal(object)
		if err != nil {
			return fmt.Errorf("encode a manifest: %w", err)
		}
		if err := j.objects.Apply(ctx, manifest); err != nil {
			return fmt.Errorf("declare the platform to Argo CD: %w", err)
		}
	}
	return nil
}

func secretRef() lab.ObjectRef {
	return lab.ObjectRef{APIVersion: "v1", Kind: "Secret", Namespace: argoSpace, Name: "repository-platform"}
}

func repositorySecret() map[string]any {
	return map[string]any{
		"apiVersion": "v1", "kind": "Secret",
		"metadata": map[string]any{
			"name": secretRef().Name, "namespace": argoSpace,
			"labels": map[string]any{"argocd.argoproj.io/secret-type": "repository", "app.kubernetes.io/part-of": "digits"},
		},
		"stringData": map[string]any{"type": "git", "url": platformURL, "name": "platform"},
	}
}

func rootApplication() map[string]any {
	return map[string]any{
		"apiVersion": "argoproj.io/v1alpha1", "kind": "Application",
		"metadata": map[string]any{
			"name": rootApp, "namespace": argoSpace,
			"labels":     map[string]any{"app.kubernetes.io/part-of": "digits"},
			"finalizers": []string{"resources-finalizer.argocd.argoproj.io"},
		},
		"spec": map[string]any{
			"project":     "default",
			"source":      map[string]any{"repoURL": platformURL, "targetRevision": "main", "path": "apps"},
			"destination": map[string]any{"server": "https://kubernetes.default.svc", "namespace": argoSpace},
			"syncPolicy": map[string]any{
				"automated": map[string]any{"prune": true, "selfHeal": true},
				"retry": map[string]any{
					"limit":   5,
					"backoff": map[string]any{"duration": "2s", "factor": 2, "maxDuration": "30s"},
				},
			},
		},
	}
}

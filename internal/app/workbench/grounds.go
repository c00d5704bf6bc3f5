package workbench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/labbox/labbox/internal/lab"
)

// learnerLabel marks the namespaces that the learner may edit.
const learnerLabel = "labbox.dev/learner"

// shared are namespaces that lessons may use though the lab has made them; the charts
// give the learner his rights there.
func shared() []string { return []string{"openfaas-fn", "lambda-fn"} }

// MakeNamespace makes a lesson's namespace, or finds it there, and lets the learner edit
// it. One that is there and not a lesson's is refused: CodeConfig. Pods in it keep to
// Kubernetes' "baseline": they cannot reach the node.
func (b *Bench) MakeNamespace(ctx context.Context, name string) error {
	if err := checkName("namespace", name); err != nil {
		return err
	}
	if slices.Contains(shared(), name) {
		return nil
	}
	if err := b.refuseForeign(ctx, name); err != nil {
		return err
	}
	var manifest bytes.Buffer
	for _, object := range namespaceObjects(name) {
		if err := json.NewEncoder(&manifest).Encode(object); err != nil {
			return wrap("make namespace "+name, err)
		}
	}
	return wrap("make namespace "+name, b.opt.Objects.Apply(ctx, manifest.Bytes()))
}

// refuseForeign keeps lessons off the namespaces of the lab and of others.
func (b *Bench) refuseForeign(ctx context.Context, name string) error {
	raw, err := b.opt.Objects.Get(ctx, lab.ObjectRef{APIVersion: "v1", Kind: "Namespace", Name: name})
	var known *lab.Error
	if errors.As(err, &known) && known.Code == lab.CodeNotFound {
		return nil
	}
	if err != nil {
		return wrap("look for namespace "+name, err)
	}
	var namespace struct {
		Metadata struct {
			Labels map[string]string `json:"labels"`
		} `json:"metadata"`
	}
	if err := json.Unmarshal(raw, &namespace); err != nil {
		return wrap("look for namespace "+name, err)
	}
	if namespace.Metadata.Labels[learnerLabel] != "true" {
		return lab.Errorf(lab.CodeConfig, "A lesson's namespace has a name of its own, such as learn-"+name,
			"namespace %s is not a lesson's", name)
	}
	return nil
}

func namespaceObjects(name string) []map[string]any {
	labels := func(more ...string) map[string]any {
		l := map[string]any{"app.kubernetes.io/part-of": "labbox", "app.kubernetes.io/managed-by": "labbox"}
		for i := 0; i+1 < len(more); i += 2 {
			l[more[i]] = more[i+1]
		}
		return l
	}
	return []map[string]any{{
		"apiVersion": "v1", "kind": "Namespace",
		"metadata": map[string]any{"name": name, "labels": labels(learnerLabel, "true",
			"pod-security.kubernetes.io/enforce", "baseline")},
	}, {
		"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding",
		"metadata": map[string]any{"name": editRole, "namespace": name, "labels": labels()},
		"roleRef":  map[string]any{"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": editRole},
		"subjects": []any{map[string]any{"kind": "ServiceAccount", "name": account, "namespace": Namespace}},
	}}
}

// MakeRepository makes an empty repository in the lab's git server, or finds it there.
func (b *Bench) MakeRepository(ctx context.Context, name string) error {
	if err := checkName("repository", name); err != nil {
		return err
	}
	return wrap("make repository "+name, b.postRepository(ctx, name))
}

func (b *Bench) postRepository(ctx context.Context, name string) error {
	base := b.opt.Git()
	if base == "" {
		return lab.Errorf(lab.CodeNotReady, "Wait for it: labbox status", "the git server is not there yet")
	}
	user, password, err := b.opt.GitLogin(ctx)
	if err != nil {
		return err
	}
	body, err := json.Marshal(map[string]string{"name": name, "description": "A lesson's repository"})
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, base+"/api/v1/repos", bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	request.SetBasicAuth(user, password)
	response, err := b.opt.HTTP.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusCreated || response.StatusCode == http.StatusConflict {
		return nil
	}
	said, _ := io.ReadAll(io.LimitReader(response.Body, 1<<10)) // the status says enough without
	return fmt.Errorf("the git server answered %s: %s", response.Status, strings.TrimSpace(string(said)))
}

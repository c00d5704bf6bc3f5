package scaffold

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/labbox/labbox/internal/idp/catalog"
	"github.com/labbox/labbox/internal/idp/entity"
	"github.com/labbox/labbox/internal/idp/repo"
	"github.com/labbox/labbox/internal/idp/wire"
)

func catalogActions() []action {
	return []action{
		{id: "catalog:write", about: "Writes an entity as a descriptor file into the workspace.",
			input:  []field{{"entity", "object", true, "the entity"}, {"filePath", "string", false, "catalog-info.yaml where nothing is said"}},
			output: []field{{"entityRef", "string", false, "the entity's reference"}}, run: catalogWrite},
		{id: "catalog:register", about: "Registers a descriptor file in the catalog.", outside: true,
			input: []field{{"catalogInfoUrl", "string", false, "the address of the file"}, {"repoContentsUrl", "string", false, "or: the repository, an output of publish:labbox"},
				{"catalogInfoPath", "string", false, "and the file in it; /catalog-info.yaml where nothing is said"}, {"optional", "boolean", false, "a failure is no error"}},
			output: []field{{"entityRef", "string", false, "the first entity in it"}, {"catalogInfoUrl", "string", false, "the address of the file"}}, run: catalogRegister},
		{id: "catalog:fetch", about: "Returns an entity of the catalog.",
			input: []field{{"entityRef", "string", false, "its reference"}, {"entityRefs", "array", false, "or: several"}, {"optional", "boolean", false, "none is no error"},
				{"defaultKind", "string", false, "where the reference names none"}},
			output: []field{{"entity", "object", false, "the entity"}, {"entities", "array", false, "the entities"}}, run: catalogFetch},
	}
}

func catalogWrite(_ context.Context, j *job) (map[string]any, error) {
	m, _ := j.in["entity"].(map[string]any)
	e := entity.Entity(m)
	if bad := entity.Validate(e); len(bad) > 0 {
		return nil, fmt.Errorf("the entity is not valid: %s", strings.Join(bad, "; "))
	}
	data, err := entity.Format(m)
	if err != nil {
		return nil, err
	}
	file := j.orElse("filePath", catalog.File)
	j.say("Wrote %s", file)
	return map[string]any{"entityRef": e.Ref().String()}, j.ws.write(repo.File{Path: file, Data: data})
}

func catalogRegister(ctx context.Context, j *job) (map[string]any, error) {
	target := j.text("catalogInfoUrl")
	if target == "" {
		place, err := j.tools.Git.Parse(j.text("repoContentsUrl"))
		if err != nil {
			return nil, fmt.Errorf("catalog:register needs catalogInfoUrl or repoContentsUrl: %w", err)
		}
		place.Path = strings.TrimPrefix(j.orElse("catalogInfoPath", catalog.File), "/")
		target = j.tools.Git.URL(place)
	}
	out := map[string]any{"catalogInfoUrl": target}
	found, err := j.tools.Catalog.Register(ctx, target, false)
	if err != nil {
		if j.flag("optional") {
			j.say("Not registered: %v", err)
			return out, nil
		}
		return nil, fmt.Errorf("register %s: %w", target, err)
	}
	for _, e := range found.Entities {
		j.say("The catalog knows %s", e.Ref())
	}
	if len(found.Entities) > 0 {
		out["entityRef"] = found.Entities[0].Ref().String()
	}
	return out, nil
}

func catalogFetch(_ context.Context, j *job) (map[string]any, error) {
	refs := j.texts("entityRefs")
	single := j.text("entityRef")
	if single != "" {
		refs = append(refs, single)
	}
	found := []any{}
	for _, text := range refs {
		r, err := entity.ParseRef(text, j.text("defaultKind"))
		if err != nil {
			return nil, err
		}
		e := j.tools.Catalog.Get(r.String())
		if e == nil && !j.flag("optional") {
			return nil, fmt.Errorf("the catalog has no entity %s", r)
		}
		if e != nil {
			found = append(found, map[string]any(e))
		}
	}
	if single != "" && len(found) > 0 {
		return map[string]any{"entity": found[len(found)-1], "entities": found}, nil
	}
	return map[string]any{"entities": found}, nil
}

func labActions() []action {
	argo := action{id: "argocd:create-resources", about: "Declares an Argo CD application that deploys a directory of a repository.", outside: true,
		input: []field{{"appName", "string", true, "the name of the application"}, {"repoUrl", "string", true, "the repository, as publish:labbox returns it"},
			{"path", "string", false, "the directory; the root where nothing is said"}, {"namespace", "string", true, "where to deploy to"},
			{"projectName", "string", false, "Argo CD's project; default where nothing is said"}, {"targetRevision", "string", false, "the branch; main where nothing is said"},
			{"argoInstance", "string", false, "there is one in the lab"}, {"labelValue", "string", false, "not needed in the lab"}},
		output: []field{{"appName", "string", false, "the name of the application"}}, run: createApplication}
	short := argo
	short.id = "argocd:create"
	return []action{
		{id: "publish:labbox", about: "Makes a repository on the lab's git server and pushes the workspace to it.", outside: true,
			input: []field{{"repoUrl", "string", true, "host?repo=name, as RepoUrlPicker gives it, or the name alone"}, {"description", "string", false, "a line about it"},
				{"defaultBranch", "string", false, "main where nothing is said"}, {"sourcePath", "string", false, "the directory of the workspace; all of it where nothing is said"},
				{"gitCommitMessage", "string", false, "initial commit where nothing is said"}, {"gitAuthorName", "string", false, ""}, {"gitAuthorEmail", "string", false, ""}},
			output: []field{{"remoteUrl", "string", false, "what to clone"}, {"repoContentsUrl", "string", false, "the repository's files"}, {"commitHash", "string", false, "the commit"}}, run: publish},
		argo, short,
		{id: "environment:create", about: "Makes an environment - a namespace with a quota - where there is none of that name.", outside: true,
			input:  []field{{"name", "string", true, "the environment's name"}, {"owner", "string", true, "the Group that it belongs to"}, {"size", "string", false, "small, medium or large"}, {"ttl", "string", false, "how long it lives, such as 8h"}},
			output: []field{{"namespace", "string", false, "the namespace"}}, run: createEnvironment},
	}
}

// repositoryName reads host?repo=name or a name alone.
func (j *job) repositoryName() (string, error) {
	text := j.text("repoUrl")
	host, query, picker := strings.Cut(text, "?")
	if !picker {
		return text, nil
	}
	q, err := url.ParseQuery(query)
	if err != nil || q.Get("repo") == "" {
		return "", fmt.Errorf("repoUrl %q is not of the form host?repo=name", text)
	}
	if host != j.tools.Git.Host() && host != "git" && host != "labbox" {
		return "", fmt.Errorf("repoUrl %q: publish:labbox publishes to the lab's git server only, %s?repo=%s", text, j.tools.Git.Host(), q.Get("repo"))
	}
	return q.Get("repo"), nil
}

// publish pushes the workspace to a new repository. One that this very task pushed
// before is taken as it is, so that a task can be tried again.
func publish(ctx context.Context, j *job) (map[string]any, error) {
	name, err := j.repositoryName()
	if err != nil {
		return nil, err
	}
	files, err := j.ws.below(j.text("sourcePath"))
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, errors.New("there is nothing to publish: the workspace is empty")
	}
	mark := "Scaffolder-Task: " + j.task
	out := map[string]any{"remoteUrl": j.tools.Git.CloneURL(name), "repoContentsUrl": strings.TrimSuffix(j.tools.Git.CloneURL(name), ".git")}
	err = j.tools.Git.Create(ctx, name, j.text("description"))
	if errors.Is(err, repo.ErrExists) {
		info, infoErr := j.tools.Git.Repository(ctx, name)
		if infoErr != nil {
			return nil, infoErr
		}
		message, _ := j.tools.Git.LastMessage(ctx, name)
		if info.Head != "" && !strings.Contains(message, mark) {
			return nil, wire.Conflict("repository %q exists already; choose another name", name)
		}
		if info.Head != "" {
			j.say("Repository %s was published by this task before", name)
			out["commitHash"] = info.Head
			return out, nil
		}
		err = nil
	}
	if err != nil {
		return nil, err
	}
	commit, err := j.tools.Git.Push(ctx, repo.Push{Repo: name, Branch: j.orElse("defaultBranch", "main"), Files: files,
		Message: j.orElse("gitCommitMessage", "initial commit") + "\n\n" + mark, Author: j.text("gitAuthorName"), Email: j.text("gitAuthorEmail")})
	if err != nil {
		return nil, err
	}
	j.say("Pushed %d files to %s, commit %.8s", len(files), out["remoteUrl"], commit)
	out["commitHash"] = commit
	return out, nil
}

func createApplication(ctx context.Context, j *job) (map[string]any, error) {
	place, err := j.tools.Git.Parse(j.text("repoUrl"))
	if err != nil {
		return nil, err
	}
	a := Application{Name: j.text("appName"), RepoURL: j.tools.Git.CloneURL(place.Repo), Path: j.orElse("path", "."), Namespace: j.text("namespace"),
		Project: j.orElse("projectName", "default"), Revision: j.orElse("targetRevision", "main"), Owner: j.owner, Task: j.task}
	if err := j.tools.Deployer.Deploy(ctx, a); err != nil {
		return nil, err
	}
	j.say("Argo CD deploys %s to the namespace %s", a.Name, a.Namespace)
	return map[string]any{"appName": a.Name}, nil
}

func createEnvironment(ctx context.Context, j *job) (map[string]any, error) {
	namespace, err := j.tools.Environments.Ensure(ctx, EnvironmentWish{Name: j.text("name"), Owner: j.text("owner"), Size: j.text("size"), TTL: j.text("ttl")})
	if err != nil {
		return nil, err
	}
	j.say("Environment %s is the namespace %s", j.text("name"), namespace)
	return map[string]any{"namespace": namespace}, nil
}

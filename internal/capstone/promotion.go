package capstone

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"time"

	"github.com/labbox/labbox/internal/lab"
)

const (
	valuesFile = "model-server/values.yaml"
	serverName = "model-server"
)

// promote commits the champion's version to the platform repository where another
// one is declared, and waits until the model server answers with it.
func promote(ctx context.Context, j *job) error {
	started := time.Now()
	pushed, err := j.commitVersion(ctx)
	if err != nil {
		return err
	}
	j.say("waiting for Argo CD to roll out the model server")
	asked, err := j.argo.synced(ctx, serverName, j.commit)
	if err != nil {
		return err
	}
	switch {
	case asked:
		j.evidence["syncTrigger"] = "asked by the capstone: the push did not reach Argo CD by itself"
	case pushed:
		j.evidence["syncTrigger"] = "push"
	default:
		j.evidence["syncTrigger"] = "none needed"
	}
	j.evidence["syncRevision"] = j.commit
	if err := j.rolledOut(ctx); err != nil {
		return err
	}
	if err := j.serving(ctx); err != nil {
		return err
	}
	j.evidence["rolloutSeconds"] = round(time.Since(started).Seconds(), 2)
	return nil
}

// commitVersion declares the champion's version in git; it tells whether that took
// a commit.
func (j *job) commitVersion(ctx context.Context) (pushed bool, err error) {
	j.say("reading the declared version")
	c, err := j.repo.open(ctx)
	if err != nil {
		return false, err
	}
	values, err := c.read(valuesFile)
	if err != nil {
		return false, problem("read "+valuesFile+" of the platform repository", err.Error(), "the file", "Bring the file back, or: labbox capstone reset")
	}
	changed, before, err := setVersion(values, j.version)
	if err != nil {
		return false, err
	}
	j.evidence["versionBefore"] = before
	j.evidence["versionDeclared"] = j.version
	if before == j.version {
		j.commit, err = c.head()
	} else {
		j.say("committing version " + j.version)
		if err := c.write(valuesFile, changed); err != nil {
			return false, fmt.Errorf("write %s: %w", valuesFile, err)
		}
		j.commit, err = c.push(ctx, fmt.Sprintf("Promote %s version %s\n\nMLflow run %s", modelName, j.version, j.runID))
		pushed = true
	}
	j.evidence["commit"] = j.commit
	j.evidence["committedNow"] = pushed
	return pushed, err
}

// setVersion replaces the value of modelVersion and returns the one before.
func setVersion(values []byte, version string) (changed []byte, before string, err error) {
	line := regexp.MustCompile(`(?m)^modelVersion:[ \t]*["']?([^"'\s#]*)["']?.*$`)
	found := line.FindSubmatch(values)
	if found == nil {
		return nil, "", problem("read "+valuesFile, "no line modelVersion", `a line such as modelVersion: "1"`,
			"Correct the file in the platform repository, commit and push.")
	}
	return line.ReplaceAll(values, []byte(`modelVersion: "`+version+`"`)), string(found[1]), nil
}

// deployed is what the capstone reads of a Deployment.
type deployed struct {
	Metadata struct {
		Generation int `json:"generation"`
	} `json:"metadata"`
	Spec struct {
		Replicas int `json:"replicas"`
		Template struct {
			Spec struct {
				Containers []struct {
					Image string `json:"image"`
					Env   []struct {
						Name  string `json:"name"`
						Value string `json:"value"`
					} `json:"env"`
				} `json:"containers"`
			} `json:"spec"`
		} `json:"template"`
	} `json:"spec"`
	Status struct {
		Observed  int `json:"observedGeneration"`
		Replicas  int `json:"replicas"`
		Updated   int `json:"updatedReplicas"`
		Available int `json:"availableReplicas"`
	} `json:"status"`
}

func (d deployed) image() string {
	for _, c := range d.Spec.Template.Spec.Containers {
		return c.Image
	}
	return ""
}

func (d deployed) version() string {
	for _, c := range d.Spec.Template.Spec.Containers {
		for _, e := range c.Env {
			if e.Name == "MODEL_VERSION" {
				return e.Value
			}
		}
	}
	return ""
}

// rolledOut waits until only pods of the wanted version run, and all are available.
func (j *job) rolledOut(ctx context.Context) error {
	ref := lab.ObjectRef{APIVersion: "apps/v1", Kind: "Deployment", Namespace: modelSpace, Name: serverName}
	w := j.await(5*time.Minute, "Deployment model-server rolled out with version "+j.version,
		"Look at it: labbox kubectl -n digits describe pods")
	var d deployed
	err := w.watch(ctx, j.objects, ref, func(object []byte) (bool, string, error) {
		d = deployed{}
		if object == nil {
			return false, "no such Deployment", nil
		}
		if err := json.Unmarshal(object, &d); err != nil {
			return false, "", fmt.Errorf("read the Deployment: %w", err)
		}
		s := d.Status
		seen := fmt.Sprintf("version %q, generation %d of %d, %d of %d replicas updated, %d available, %d in all",
			d.version(), s.Observed, d.Metadata.Generation, s.Updated, d.Spec.Replicas, s.Available, s.Replicas)
		done := d.version() == j.version && s.Observed == d.Metadata.Generation && d.Spec.Replicas > 0 &&
			s.Updated == d.Spec.Replicas && s.Available == d.Spec.Replicas && s.Replicas == d.Spec.Replicas
		return done, seen, nil
	})
	j.evidence["image"] = d.image()
	j.evidence["observedGeneration"] = d.Status.Observed
	j.evidence["availableReplicas"] = d.Status.Available
	return err
}

// serving waits until the model server itself says that it has the version.
func (j *job) serving(ctx context.Context) error {
	w := j.await(2*time.Minute, "the model server to report version "+j.version,
		"Read what it says: labbox kubectl -n digits logs deployment/model-server")
	return w.until(ctx, func(ctx context.Context) (bool, string, error) {
		var health struct {
			Status  string `json:"status"`
			Version string `json:"version"`
			RunID   string `json:"run_id"`
		}
		err := j.model.call(ctx, http.MethodGet, "/healthz", nil, &health)
		if err != nil {
			return false, "", err
		}
		j.evidence["servedVersion"], j.evidence["servedRunId"] = health.Version, health.RunID
		return health.Status == "ok" && health.Version == j.version, fmt.Sprintf("%+v", health), nil
	})
}

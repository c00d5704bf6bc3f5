package capstone

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/labbox/labbox/internal/lab"
)

// runPipeline makes sure that the champion is a model trained from the current
// inputs: parameters in git, data and code in the worker's image. Each of the three
// Jobs runs only where its result is missing.
func runPipeline(ctx context.Context, j *job) error {
	parameters, err := j.parameters(ctx)
	if err != nil {
		return err
	}
	inputs := j.inputs(parameters)
	j.evidence["inputs"] = inputs[:12]
	j.evidence["parameters"] = string(parameters)
	r, err := j.trained(ctx, inputs, string(parameters))
	if err != nil {
		return err
	}
	j.runID, j.pod = r.Info.RunID, r.tag("labbox.pod")
	j.evidence["runId"] = j.runID
	if r, err = j.evaluated(ctx, r); err != nil {
		return err
	}
	accuracy, _ := r.metric("accuracy")
	samples, _ := r.metric("heldout_samples")
	j.evidence["accuracy"] = round(accuracy, 4)
	j.evidence["heldOutSamples"] = int(samples)
	j.evidence["datasetSha256"] = r.tag("labbox.dataset")
	if err := j.registered(ctx); err != nil {
		return err
	}
	return j.completed(ctx)
}

// parameters returns the training parameters of the platform repository as Argo CD
// has put them on the cluster: a JSON object with its keys in order.
func (j *job) parameters(ctx context.Context) ([]byte, error) {
	ref := lab.ObjectRef{APIVersion: "v1", Kind: "ConfigMap", Namespace: mlSpace, Name: "digits-parameters"}
	object, err := j.objects.Get(ctx, ref)
	if err != nil {
		return nil, fmt.Errorf("read the training parameters: %w", err)
	}
	var config struct {
		Data map[string]string `json:"data"`
	}
	if err := json.Unmarshal(object, &config); err != nil {
		return nil, fmt.Errorf("read the training parameters: %w", err)
	}
	numbers := map[string]json.Number{}
	for name, text := range config.Data {
		if _, err := strconv.ParseFloat(text, 64); err != nil {
			return nil, problem("read the training parameter "+name, strconv.Quote(text), "a number",
				"Correct pipeline/parameters.yaml in the platform repository, commit and push.")
		}
		numbers[name] = json.Number(text)
	}
	return json.Marshal(numbers)
}

// inputs identifies all that the training depends on.
func (j *job) inputs(parameters []byte) string {
	sum := sha256.Sum256([]byte(j.opt.Images.Worker + "\n" + j.opt.Images.WorkerDigest + "\n" + string(parameters)))
	return hex.EncodeToString(sum[:16])
}

// trained returns the run that was trained from inputs, training where there is none.
func (j *job) trained(ctx context.Context, inputs, parameters string) (run, error) {
	found, err := j.mlflow.trained(ctx, inputs)
	if err != nil {
		return run{}, err
	}
	j.evidence["trainedNow"] = found == nil
	if found != nil {
		return *found, nil
	}
	err = j.work(ctx, "train", map[string]string{"INPUTS": inputs, "PARAMS": parameters}, func(ctx context.Context) (bool, error) {
		found, err = j.mlflow.trained(ctx, inputs)
		return found != nil, err
	})
	if err != nil {
		return run{}, err
	}
	return *found, nil
}

// evaluated returns the run once its model has passed the gate on unseen digits.
func (j *job) evaluated(ctx context.Context, r run) (run, error) {
	if r.tag("labbox.evaluation") != "passed" {
		id := r.Info.RunID
		err := j.work(ctx, "evaluate", map[string]string{"RUN_ID": id}, func(ctx context.Context) (bool, error) {
			var err error
			r, err = j.mlflow.run(ctx, id)
			return r.tag("labbox.evaluation") != "pending" && r.Info.Status == "FINISHED", err
		})
		if err != nil {
			return r, err
		}
	}
	accuracy, logged := r.metric("accuracy")
	if !logged || accuracy < gate || r.tag("labbox.evaluation") != "passed" {
		return r, problem("evaluate run "+r.Info.RunID,
			fmt.Sprintf("accuracy %.4f and evaluation %q", accuracy, r.tag("labbox.evaluation")),
			fmt.Sprintf("an accuracy of at least %.2f", gate),
			"Change pipeline/parameters.yaml in the platform repository so that the model gets better.")
	}
	return r, nil
}

// registered makes the run's model the champion and reads the registry back.
func (j *job) registered(ctx context.Context) error {
	champion, err := j.mlflow.champion(ctx)
	if err != nil {
		return err
	}
	if champion == nil || champion.RunID != j.runID {
		err := j.work(ctx, "register", map[string]string{"RUN_ID": j.runID}, func(ctx context.Context) (bool, error) {
			var err error
			champion, err = j.mlflow.champion(ctx)
			return champion != nil && champion.RunID == j.runID, err
		})
		if err != nil {
			return err
		}
	}
	j.version = champion.Version
	j.evidence["model"] = modelName
	j.evidence["modelVersion"] = champion.Version
	j.evidence["alias"] = alias
	return nil
}

// work runs one Job of the pipeline until its result is there, in MLflow. Kubernetes
// takes some seconds more to call the Job complete: that is awaited in the end.
func (j *job) work(ctx context.Context, stage string, env map[string]string, there func(ctx context.Context) (bool, error)) error {
	name := "digits-" + stage
	j.say("running Job " + name)
	ref := jobRef(name)
	if err := j.gone(ctx, ref); err != nil {
		return err
	}
	env["MLFLOW_TRACKING_URI"] = trackingURL
	manifest, err := json.Marshal(jobManifest(name, j.opt.Images.Worker, "/app/"+stage+".py", env))
	if err != nil {
		return fmt.Errorf("encode job %s: %w", name, err)
	}
	if err := j.objects.Apply(ctx, manifest); err != nil {
		return fmt.Errorf("start job %s: %w", name, err)
	}
	j.stages = append(j.stages, stage)
	w := j.await(10*time.Minute, "the result of job "+name+" in MLflow", logsOf(name))
	return w.until(ctx, func(ctx context.Context) (bool, string, error) {
		if found, err := there(ctx); found || err != nil {
			return found, "", err
		}
		object, err := j.objects.Get(ctx, ref)
		if err != nil {
			return false, "", err
		}
		_, seen, err := judgeJob(object, name)
		return false, seen, err
	})
}

func logsOf(job string) string {
	return "Read what it said: labbox kubectl -n " + mlSpace + " logs job/" + job
}

// completed waits until the Jobs of this run are complete and notes their times, as
// Kubernetes tells them.
func (j *job) completed(ctx context.Context) error {
	for _, stage := range j.stages {
		name := "digits-" + stage
		j.say("waiting for Job " + name + " to be complete")
		var last []byte
		w := j.await(3*time.Minute, "job "+name+" complete", logsOf(name))
		err := w.watch(ctx, j.objects, jobRef(name), func(object []byte) (bool, string, error) {
			last = object
			return judgeJob(object, name)
		})
		if err != nil {
			return err
		}
		j.evidence[stage+"Job"] = mlSpace + "/" + name
		j.evidence[stage+"Seconds"] = jobSeconds(last)
	}
	return nil
}

// gone deletes an object and waits until it is no more.
func (j *job) gone(ctx context.Context, ref lab.ObjectRef) error {
	if err := j.objects.Delete(ctx, ref); err != nil {
		return fmt.Errorf("delete %s %s: %w", ref.Kind, ref.Name, err)
	}
	w := j.await(2*time.Minute, fmt.Sprintf("%s %s gone", ref.Kind, ref.Name),
		fmt.Sprintf("See what holds it: labbox kubectl -n %s get %s %s -o yaml", ref.Namespace, ref.Kind, ref.Name))
	return w.watch(ctx, j.objects, ref, func(object []byte) (bool, string, error) {
		return object == nil, "it still exists", nil
	})
}

// batchJob is what the capstone reads of a Job.
type batchJob struct {
	Status struct {
		Active     int       `json:"active"`
		Succeeded  int       `json:"succeeded"`
		Started    time.Time `json:"startTime"`
		Completed  time.Time `json:"completionTime"`
		Conditions []struct {
			Type    string `json:"type"`
			Status  string `json:"status"`
			Reason  string `json:"reason"`
			Message string `json:"message"`
		} `json:"conditions"`
	} `json:"status"`
}

// jobSeconds is how long a completed Job took; Kubernetes tells whole seconds.
func jobSeconds(object []byte) float64 {
	var b batchJob
	if json.Unmarshal(object, &b) != nil || b.Status.Completed.IsZero() {
		return 0
	}
	return b.Status.Completed.Sub(b.Status.Started).Seconds()
}

// judgeJob says whether a Job has completed; a failed Job is an error.
func judgeJob(object []byte, name string) (bool, string, error) {
	if object == nil {
		return false, "no such job", nil
	}
	var status batchJob
	if err := json.Unmarshal(object, &status); err != nil {
		return false, "", fmt.Errorf("read job %s: %w", name, err)
	}
	for _, c := range status.Status.Conditions {
		if c.Type == "Failed" && c.Status == "True" {
			return false, "", problem("run job "+name, c.Reason+": "+c.Message, "it to complete", logsOf(name))
		}
	}
	seen := fmt.Sprintf("%d pods active, %d succeeded", status.Status.Active, status.Status.Succeeded)
	return status.Status.Succeeded > 0 && !status.Status.Completed.IsZero(), seen, nil
}

package capstone

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// callFunction deploys the function and sends it held-out digits as images.
func callFunction(ctx context.Context, j *job) error {
	j.say("deploying the function through the gateway")
	created, err := j.gateway.deploy(ctx, classifier(j.opt.Images.Function))
	if err != nil {
		return err
	}
	j.evidence["function"] = functionName + "." + funcSpace
	j.evidence["createdNow"] = created
	if err := j.gateway.ready(ctx, functionName, 1); err != nil {
		return err
	}
	j.say("fetching the held-out digits of the run from MLflow")
	examples, err := j.mlflow.heldOut(ctx, j.runID)
	if err != nil {
		return err
	}
	if len(examples) < calls {
		return problem("fetch held-out digits", fmt.Sprintf("%d", len(examples)), fmt.Sprintf("at least %d", calls),
			"Train again: labbox capstone reset, then labbox capstone run")
	}
	if err := j.answering(ctx, examples[0]); err != nil {
		return err
	}
	s, err := j.sendAll(ctx, examples[:calls])
	if err != nil {
		return err
	}
	return j.judge(s)
}

// classifier is the function as the gateway is asked to run it.
func classifier(image string) deployment {
	return deployment{
		Service: functionName, Namespace: funcSpace, Image: image,
		Annotations: map[string]string{"labbox.dev/handler-configmap": functionName + "-handler"},
		EnvVars:     map[string]string{"MODEL_URL": modelURL + "/predict"},
		Labels:      map[string]string{"com.openfaas.scale.min": "1", "app.kubernetes.io/part-of": "digits"},
		Requests:    map[string]string{"memory": "32Mi", "cpu": "20m"},
		Limits:      map[string]string{"memory": "128Mi"},
		ReadOnly:    true,
	}
}

// answering waits for the first answer made with the promoted version.
func (j *job) answering(ctx context.Context, e example) error {
	image, err := draw(e.Pixels)
	if err != nil {
		return err
	}
	j.say("waiting for the first answer")
	w := j.await(2*time.Minute, "function classify to answer with model version "+j.version,
		"Read what it says: labbox kubectl -n openfaas-fn logs deployment/classify")
	return w.until(ctx, func(ctx context.Context) (bool, string, error) {
		a, err := j.gateway.classify(ctx, image)
		return a.ModelVersion == j.version, fmt.Sprintf("version %q", a.ModelVersion), err
	})
}

// score is the outcome of many calls.
type score struct {
	right, total int
	times        []time.Duration
	wrong        []string
	example      answer
	truth        int
}

// sendAll sends each digit as an image and compares the answer with the truth.
func (j *job) sendAll(ctx context.Context, examples []example) (score, error) {
	var s score
	for i, e := range examples {
		if i%20 == 0 {
			j.say(fmt.Sprintf("%d of %d digits sent", i, len(examples)))
		}
		image, err := draw(e.Pixels)
		if err != nil {
			return s, err
		}
		a, err := j.gateway.classify(ctx, image)
		if err != nil {
			return s, fmt.Errorf("call %d of %d: %w", i+1, len(examples), err)
		}
		s.total++
		s.times = append(s.times, a.took)
		if a.Digit == e.Digit {
			s.right++
		} else {
			s.wrong = append(s.wrong, fmt.Sprintf("%d read as %d", e.Digit, a.Digit))
		}
		if i == 0 {
			s.example, s.truth = a, e.Digit
		}
	}
	return s, nil
}

// judge notes the score and fails when too few were right.
func (j *job) judge(s score) error {
	j.evidence["right"] = s.right
	j.evidence["total"] = s.total
	j.evidence["p50Milliseconds"] = millis(quantile(s.times, 0.50))
	j.evidence["p95Milliseconds"] = millis(quantile(s.times, 0.95))
	j.evidence["example"] = fmt.Sprintf("a %d was read as %d with confidence %.2f", s.truth, s.example.Digit, s.example.Confidence)
	j.evidence["exampleConfidence"] = s.example.Confidence
	j.evidence["exampleCallId"] = s.example.callID
	j.evidence["modelVersion"] = s.example.ModelVersion
	if len(s.wrong) > 0 {
		j.evidence["wrong"] = s.wrong
	}
	if need := int(gate * calls); s.right < need {
		return problem(fmt.Sprintf("classify %d held-out digits through the function", s.total),
			fmt.Sprintf("%d right", s.right), fmt.Sprintf("at least %d", need),
			"Look at functions/classify/handler.py in the platform repository: does it pass the image on unchanged?")
	}
	return nil
}

// quantile returns the value below which the share q of times lies.
func quantile(times []time.Duration, q float64) time.Duration {
	if len(times) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(times))
	return sorted[min(int(q*float64(len(sorted))), len(sorted)-1)]
}

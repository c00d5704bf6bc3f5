package capstone

import (
	"context"
	"fmt"
	"time"
)

// idleEnergy watches the function without calls at one replica and at none, and then
// measures what the saving costs: the first call from zero.
func (j *job) idleEnergy(ctx context.Context, g grid) error {
	one, err := j.idleWatts(ctx)
	if err != nil {
		return err
	}
	j.say("scaling the function to zero")
	if err := j.gateway.scale(ctx, functionName, 0); err != nil {
		return err
	}
	zero, err := j.wattsAtZero(ctx)
	if err != nil {
		return err
	}
	perDay := (one - zero) * secondsPerDay
	j.evidence["idleWattsAlwaysOn"] = significant(one)
	j.evidence["idleWattsAtZero"] = significant(zero)
	j.evidence["savedJoulesPerDay"] = significant(perDay)
	j.evidence["savedGramsCO2ePerDay"] = significant(g.grams(perDay))
	j.evidence["note"] = "always-on counts the idle pod's own CPU, the idle CPU that it reserves and its memory; " +
		"the last two are modelled by any method, the first unless the method is rapl"
	return j.coldStart(ctx)
}

// share is one part of what a pod that nobody calls costs.
type share struct{ name, joules, watts string }

func idleShares() []share {
	return []share{
		{"Active", joules(functionPods), watts(functionPods)},
		{"Reserved", "labbox_pod_reserved_joules_total{" + functionPods + "}", "labbox_pod_reserved_watts{" + functionPods + "}"},
		{"Memory", "labbox_pod_memory_joules_total{" + functionPods + "}", "labbox_pod_memory_watts{" + functionPods + "}"},
	}
}

// idleWatts is the mean power of the function's pods while nobody calls.
func (j *job) idleWatts(ctx context.Context) (float64, error) {
	series := joules(functionPods)
	first, _, err := j.prom.scraped(ctx, series)
	if err != nil {
		return 0, err
	}
	j.say(fmt.Sprintf("watching the idle function for %s", j.opt.IdleWindow))
	if err := j.scraped(ctx, series, first.Add(j.opt.IdleWindow)); err != nil {
		return 0, err
	}
	last, _, err := j.prom.scraped(ctx, series)
	if err != nil {
		return 0, err
	}
	seconds := last.Sub(first).Seconds()
	j.evidence["idleWindowSeconds"] = round(seconds, 1)
	total := 0.0
	for _, s := range idleShares() {
		used, err := j.prom.growth(ctx, s.joules, first, last)
		if err != nil {
			return 0, err
		}
		j.evidence["idleWatts"+s.name] = significant(used / seconds)
		total += used
	}
	if total <= 0 || seconds <= 0 {
		return 0, problem("measure the idle function", fmt.Sprintf("%v J in %.1f s", total, seconds), "the same pod over the whole window",
			"Leave the function alone while the capstone runs, and run it again.")
	}
	return total / seconds, nil
}

// wattsAtZero waits until no pod of the function draws power any more.
func (j *job) wattsAtZero(ctx context.Context) (float64, error) {
	if err := j.gateway.ready(ctx, functionName, 0); err != nil {
		return 0, err
	}
	j.say("waiting until Prometheus sees no pod of the function")
	left := 0.0
	w := j.await(2*time.Minute, "no power drawn by pods of function classify",
		"See what still runs: labbox kubectl -n openfaas-fn get pods")
	err := w.until(ctx, func(ctx context.Context) (bool, string, error) {
		left = 0
		for _, s := range idleShares() {
			power, _, err := j.prom.sum(ctx, s.watts, time.Time{})
			if err != nil {
				return false, "", err
			}
			left += power
		}
		return left == 0, fmt.Sprintf("%v W", left), nil
	})
	return left, err
}

// coldStart calls the function at zero replicas: the gateway starts one first.
func (j *job) coldStart(ctx context.Context) error {
	examples, err := j.mlflow.heldOut(ctx, j.runID)
	if err != nil {
		return err
	}
	image, err := draw(examples[0].Pixels)
	if err != nil {
		return err
	}
	j.say("calling the function from zero")
	a, err := j.gateway.classify(ctx, image)
	if err != nil {
		return fmt.Errorf("call the function at zero replicas: %w", err)
	}
	j.evidence["coldStartSeconds"] = round(a.took.Seconds(), 2)
	return j.gateway.ready(ctx, functionName, 1)
}

package capstone

import (
	"context"
	"fmt"
	"time"
)

// Series of the function and of the model server.
const (
	callSeries    = `gateway_function_invocation_total{function_name="classify.openfaas-fn"}`
	failureSeries = `gateway_function_invocation_total{function_name="classify.openfaas-fn",code!~"2.."}`
	bucketSeries  = `gateway_functions_seconds_bucket{function_name="classify.openfaas-fn"}`
	versionSeries = `model_server_model_info{model="digits"}`
	seenSeries    = `classify_model_version{model="digits"}`
)

// measuredCalls are sent between two scrapes, so that rates and energy can be read.
const measuredCalls = 60

// traffic is a stretch of time in which the function got a known number of calls.
type traffic struct {
	before, after time.Time
	calls         int
}

// readMetrics sends calls between two scrapes and reads from Prometheus what it
// holds about them.
func readMetrics(ctx context.Context, j *job) error {
	if err := j.drive(ctx); err != nil {
		return err
	}
	j.say("asking Prometheus")
	queries := []struct {
		name, unitName, query string
		positive              bool
	}{
		{"rate", "requestsPerSecond", "sum(rate(" + callSeries + "[1m]))", true},
		{"errors", "errorsPerSecond", "sum(rate(" + failureSeries + "[1m])) or vector(0)", false},
		{"latency", "p95Seconds", "histogram_quantile(0.95, sum by (le) (rate(" + bucketSeries + "[1m])))", true},
		{"median", "p50Seconds", "histogram_quantile(0.5, sum by (le) (rate(" + bucketSeries + "[1m])))", true},
		{"total", "requestsTotal", "sum(" + callSeries + ")", true},
	}
	for _, q := range queries {
		value, any, err := j.prom.sum(ctx, q.query, time.Time{})
		if err != nil {
			return err
		}
		if !any || (q.positive && !(value > 0)) {
			return problem("query "+q.query, fmt.Sprintf("%v (any series: %t)", value, any), "a number above 0",
				"Open Prometheus, page Status > Target health: is the gateway scraped?")
		}
		j.evidence[q.unitName] = significant(value)
		j.evidence[q.name+"Query"] = q.query
	}
	return j.versionKnown(ctx)
}

// versionKnown waits until Prometheus knows the promoted version, and no other, from
// the model server and from the function's answers.
func (j *job) versionKnown(ctx context.Context) error {
	w := j.await(2*time.Minute, "Prometheus to know model version "+j.version,
		"Open Prometheus, page Status > Target health: are model-server and classify scraped?")
	return w.until(ctx, func(ctx context.Context) (bool, string, error) {
		server, err := j.prom.at(ctx, versionSeries, time.Time{})
		if err != nil {
			return false, "", err
		}
		function, seen, err := j.prom.sum(ctx, "max("+seenSeries+")", time.Time{})
		if err != nil {
			return false, "", err
		}
		var versions []string
		for _, s := range server {
			versions = append(versions, s.Labels["version"])
		}
		answered := fmt.Sprintf("%.0f", function)
		j.evidence["modelVersion"] = versions
		j.evidence["modelVersionQuery"] = versionSeries
		j.evidence["functionModelVersion"] = answered
		if len(versions) == 1 {
			j.evidence["modelVersion"] = versions[0]
		}
		done := len(versions) == 1 && versions[0] == j.version && seen && answered == j.version
		return done, fmt.Sprintf("versions %v served, version %s answered", versions, answered), nil
	})
}

// drive sends calls after one scrape of everything involved and waits for the next.
func (j *job) drive(ctx context.Context) error {
	examples, err := j.mlflow.heldOut(ctx, j.runID)
	if err != nil {
		return err
	}
	j.say("waiting for Prometheus to scrape the function")
	if j.traffic.before, err = j.scrapedSince(ctx, time.Now()); err != nil {
		return err
	}
	examples = examples[:min(measuredCalls, len(examples))]
	s, err := j.sendAll(ctx, examples)
	if err != nil {
		return err
	}
	j.say("waiting for Prometheus to scrape the function again")
	if j.traffic.after, err = j.scrapedSince(ctx, time.Now()); err != nil {
		return err
	}
	j.traffic.calls = s.total
	j.evidence["callsSent"] = s.total
	return nil
}

// scrapedSince waits until the gateway, the model server and the energy exporter
// were all scraped after start; it returns the moment from which Prometheus shows it.
func (j *job) scrapedSince(ctx context.Context, start time.Time) (time.Time, error) {
	for _, series := range []string{callSeries, versionSeries, joules(modelPods), joules(functionPods)} {
		if err := j.scraped(ctx, series, start); err != nil {
			return time.Time{}, err
		}
	}
	return time.Now(), nil
}

func (j *job) scraped(ctx context.Context, series string, start time.Time) error {
	w := j.await(2*time.Minute, "Prometheus to scrape "+series,
		"Open Prometheus, page Status > Target health, and mend the target that is down.")
	return w.until(ctx, func(ctx context.Context) (bool, string, error) {
		when, ok, err := j.prom.scraped(ctx, series)
		if !ok {
			return false, "no such series", err
		}
		return when.After(start), "the last scrape " + time.Since(when).Round(time.Second).String() + " ago", err
	})
}

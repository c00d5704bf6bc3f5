package capstone

import (
	"context"
	"fmt"
	"time"
)

// Selectors of pods in the energy exporter's series.
const (
	functionPods = `pod_namespace="openfaas-fn",pod_name=~"classify-.+"`
	modelPods    = `pod_namespace="digits",pod_name=~"model-server-.+"`
	gatewayPods  = `pod_namespace="openfaas",pod_name=~"gateway-.+"`
)

const (
	joulesPerKilowattHour = 3.6e6
	secondsPerDay         = 86400
)

// joules selects the energy counters of pods. Zones of a processor overlap, so only
// the package's is read.
func joules(pods string) string {
	return `kepler_pod_cpu_joules_total{zone="package",` + pods + `}`
}

func watts(pods string) string {
	return `kepler_pod_cpu_watts{zone="package",` + pods + `}`
}

// grid is what turns joules into grams.
type grid struct {
	gramsPerKilowattHour float64
	zone, year, method   string
}

func (g grid) grams(joules float64) float64 {
	return joules / joulesPerKilowattHour * g.gramsPerKilowattHour
}

// readEnergy reads the energy of the training and of one call, and compares the
// idle function with none at all.
func readEnergy(ctx context.Context, j *job) error {
	g, err := j.readGrid(ctx)
	if err != nil {
		return err
	}
	if err := j.trainingEnergy(ctx, g); err != nil {
		return err
	}
	if err := j.callEnergy(ctx, g); err != nil {
		return err
	}
	return j.idleEnergy(ctx, g)
}

// readGrid reads the method of measurement and the carbon intensity of the grid.
func (j *job) readGrid(ctx context.Context) (grid, error) {
	methods, err := j.prom.at(ctx, "labbox_energy_method == 1", time.Time{})
	if err != nil {
		return grid{}, err
	}
	intensity, err := j.prom.at(ctx, "labbox_grid_intensity_grams_per_kwh", time.Time{})
	if err != nil {
		return grid{}, err
	}
	if len(methods) == 0 || len(intensity) == 0 {
		return grid{}, problem("read the energy exporter's method and grid intensity from Prometheus",
			fmt.Sprintf("%d and %d series", len(methods), len(intensity)), "one of each",
			"Is the energy exporter scraped? Open Prometheus, page Status > Target health.")
	}
	g := grid{
		gramsPerKilowattHour: intensity[0].Value,
		zone:                 intensity[0].Labels["zone"], year: intensity[0].Labels["year"],
		method: methods[0].Labels["method"],
	}
	j.evidence["method"] = g.method
	j.evidence["measured"] = g.method == "rapl"
	j.evidence["gridGramsPerKilowattHour"] = g.gramsPerKilowattHour
	j.evidence["gridZone"] = g.zone
	j.evidence["gridYear"] = g.year
	return g, nil
}

// trainingEnergy reads the counter of the pod that trained the champion. It is kept
// as metrics of the run, for Prometheus forgets and the registry does not.
func (j *job) trainingEnergy(ctx context.Context, g grid) error {
	j.say("reading the energy of the training")
	r, err := j.mlflow.run(ctx, j.runID)
	if err != nil {
		return err
	}
	pod := joules(fmt.Sprintf(`pod_namespace="%s",pod_name="%s"`, mlSpace, j.pod))
	used, known := r.metric("training_joules")
	if !known {
		if used, known, err = j.prom.sum(ctx, "max(max_over_time("+pod+"[1d]))", time.Time{}); err != nil {
			return err
		}
		if !known || used <= 0 {
			return problem("read the energy of training pod "+j.pod, fmt.Sprintf("%v (any series: %t)", used, known),
				"joules above 0", "Is the energy exporter running? Then: labbox capstone reset, labbox capstone run")
		}
		kept := map[string]float64{"training_joules": used, "training_grams_co2e": g.grams(used)}
		if err := j.mlflow.logMetrics(ctx, j.runID, time.Now().UnixMilli(), kept); err != nil {
			return fmt.Errorf("note the energy with the run: %w", err)
		}
	}
	cpu, _ := r.metric("cpu_seconds")
	j.evidence["trainingPod"] = j.pod
	j.evidence["trainingJoules"] = significant(used)
	j.evidence["trainingGramsCO2e"] = significant(g.grams(used))
	j.evidence["trainingCPUSeconds"] = round(cpu, 2)
	j.evidence["trainingQuery"] = pod
	return nil
}

// callEnergy divides what function, model server and gateway used during the calls
// of the metrics step by their number.
func (j *job) callEnergy(ctx context.Context, g grid) error {
	j.say("reading the energy of a call")
	total := 0.0
	parts := []struct{ name, pods string }{{"Function", functionPods}, {"ModelServer", modelPods}, {"Gateway", gatewayPods}}
	for _, p := range parts {
		used, err := j.prom.growth(ctx, joules(p.pods), j.traffic.before, j.traffic.after)
		if err != nil {
			return err
		}
		used /= float64(j.traffic.calls)
		j.evidence["callJoules"+p.name] = significant(used)
		total += used
	}
	if total <= 0 {
		return problem("read the energy of a call", "no growth of the energy counters over "+fmt.Sprint(j.traffic.calls)+" calls",
			"joules above 0", "Is the energy exporter scraped? Open Prometheus, page Status > Target health.")
	}
	j.evidence["callJoules"] = significant(total)
	j.evidence["callGramsCO2e"] = significant(g.grams(total))
	j.evidence["callsMeasured"] = j.traffic.calls
	return nil
}

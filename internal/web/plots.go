package web

// Plot is a question to Prometheus that the dashboard may ask, and no other.
type Plot struct {
	// ID is its name in the API and in the catalogue of texts (plot.<ID>.title).
	ID string
	// Query is PromQL.
	Query string
	// Legend is the label that names a series; empty for a single one.
	Legend string
	// Unit is one of cores, bytes, perSecond, seconds, watts, gramsPerHour, replicas.
	Unit string
	// Stacked plots add up to a whole.
	Stacked bool
}

// Plots are the declared questions, in the order of the page.
func Plots() []Plot {
	return []Plot{
		{
			ID: "cpu", Unit: "cores", Legend: "namespace", Stacked: true,
			Query: `sum by (namespace) (rate(container_cpu_usage_seconds_total{container!="",container!="POD"}[1m]))`,
		},
		{
			ID: "memory", Unit: "bytes", Legend: "namespace", Stacked: true,
			Query: `sum by (namespace) (container_memory_working_set_bytes{container!="",container!="POD"})`,
		},
		{
			ID: "requests", Unit: "perSecond", Legend: "function_name", Stacked: true,
			Query: `sum by (function_name) (rate(gateway_function_invocation_total[1m]))`,
		},
		{
			ID: "latency", Unit: "seconds", Legend: "function_name",
			Query: `histogram_quantile(0.95, sum by (function_name, le) (rate(gateway_functions_seconds_bucket[1m])))`,
		},
		{
			ID: "power", Unit: "watts", Legend: "pod_namespace", Stacked: true,
			Query: `sum by (pod_namespace) (kepler_pod_cpu_watts{zone="package"})`,
		},
		{
			ID: "carbon", Unit: "gramsPerHour", Legend: "pod_namespace", Stacked: true,
			Query: `sum by (pod_namespace) (rate(labbox_pod_carbon_grams_total[1m])) * 3600`,
		},
		{
			ID: "applications", Unit: "replicas", Legend: "sync_status", Stacked: true,
			Query: `count by (sync_status) (argocd_app_info)`,
		},
		{
			ID: "cold", Unit: "seconds", Legend: "function_name",
			Query: `sum by (function_name) (rate(labbox_gateway_cold_start_seconds_sum[5m])) / sum by (function_name) (rate(labbox_gateway_cold_start_seconds_count[5m]) > 0)`,
		},
	}
}

func plotByID(id string) (Plot, bool) {
	for _, p := range Plots() {
		if p.ID == id {
			return p, true
		}
	}
	return Plot{}, false
}

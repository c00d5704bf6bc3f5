package energy

import (
	"runtime"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
)

// Collector shows a Ledger to Prometheus: Kepler's names and labels where Kepler has
// them, labbox_ for the rest. Kepler's series carry no method; labbox_energy_method
// says it for all of them, and each series of ours carries it.
type Collector struct {
	ledger *Ledger
	facts  Facts
	node   Node
}

// Node is the machine whose energy a Collector shows, and the program that does.
type Node struct {
	Name    string
	CPUs    []Processor
	Version string
}

// NewCollector returns a Collector for a node.
func NewCollector(l *Ledger, f Facts, n Node) *Collector {
	return &Collector{ledger: l, facts: f, node: n}
}

// Describe sends nothing: the series come and go with the pods.
func (c *Collector) Describe(chan<- *prometheus.Desc) {}

// metric is one series to be sent.
type metric struct {
	name, help string
	kind       prometheus.ValueType
	value      float64
	labels     []string // name, value, name, value...
}

const (
	gauge = prometheus.GaugeValue
	count = prometheus.CounterValue
)

// Collect implements prometheus.Collector.
func (c *Collector) Collect(out chan<- prometheus.Metric) {
	c.ledger.mu.RLock()
	defer c.ledger.mu.RUnlock()
	send := func(m metric) {
		var names, values []string
		for i := 0; i+1 < len(m.labels); i += 2 {
			names = append(names, m.labels[i])
			values = append(values, m.labels[i+1])
		}
		desc := prometheus.NewDesc(m.name, m.help, names, prometheus.Labels{"node_name": c.node.Name})
		if m.name == "kepler_node_cpu_info" || m.name == "labbox_build_info" {
			desc = prometheus.NewDesc(m.name, m.help, names, nil)
		}
		out <- prometheus.MustNewConstMetric(desc, m.kind, m.value, values...)
	}
	c.collectNode(send)
	for _, p := range c.ledger.pods {
		c.collectPod(send, p)
		for _, k := range p.Containers {
			collectContainer(send, p, k)
		}
	}
	for key, job := range c.ledger.jobs {
		for zone, z := range job.Zones {
			send(metric{"labbox_job_cpu_joules_total", "Active CPU energy of all pods of a Job.", count, z.Joules,
				[]string{"job_namespace", key.Namespace, "job_name", key.Name, "zone", zone, "method", c.facts.Method}})
		}
		send(metric{"labbox_job_cpu_seconds_total", "CPU time of all pods of a Job.", count, job.CPU,
			[]string{"job_namespace", key.Namespace, "job_name", key.Name}})
	}
	c.collectFacts(send)
}

func (c *Collector) collectNode(send func(metric)) {
	for zone, z := range c.ledger.zones {
		labels := []string{"zone", zone, "path", z.Path}
		for _, part := range []struct {
			name, words string
			counter     Counter
		}{{"", "", z.Total}, {"active_", " at work", z.Active}, {"idle_", " idle", z.Idle}} {
			send(metric{"kepler_node_cpu_" + part.name + "joules_total", "Energy of the node's CPU" + part.words + ".", count, part.counter.Joules, labels})
			send(metric{"kepler_node_cpu_" + part.name + "watts", "Power of the node's CPU" + part.words + ".", gauge, part.counter.Watts, labels})
		}
	}
	send(metric{"kepler_node_cpu_usage_ratio", "Part of the node's CPU time at work, 0 to 1.", gauge, c.ledger.ratio, nil})
	for _, p := range c.node.CPUs {
		send(metric{"kepler_node_cpu_info", "A logical CPU of the node; the value is 1.", gauge, 1, []string{
			"processor", p.ID, "vendor_id", p.Vendor, "model_name", p.Name, "physical_id", p.PhysicalID, "core_id", p.CoreID}})
	}
}

func (c *Collector) collectPod(send func(metric), p *PodRecord) {
	who := []string{"pod_id", p.Info.UID, "pod_name", p.Info.Name, "pod_namespace", p.Info.Namespace, "state", p.State}
	with := func(more ...string) []string { return append(append([]string{}, who...), more...) }
	for zone, z := range p.Zones {
		send(metric{"kepler_pod_cpu_joules_total", "Active CPU energy of a pod.", count, z.Joules, with("zone", zone)})
		send(metric{"kepler_pod_cpu_watts", "Active CPU power of a pod.", gauge, z.Watts, with("zone", zone)})
	}
	if z, ok := p.Zones[c.ledger.primary]; ok {
		f := c.facts
		send(metric{"labbox_pod_carbon_grams_total", "Operational carbon of a pod's active CPU energy, gCO2e.", count, Grams(z.Joules, f.Intensity()),
			with("grid_zone", f.Zone, "year", strconv.Itoa(f.Grid.Year), "method", f.Method)})
	}
	send(metric{"labbox_pod_cpu_seconds_total", "CPU time of a pod since the exporter knows it.", count, p.CPU, who})
	send(metric{"labbox_pod_reserved_joules_total", "Idle energy of CPUs that a pod reserves and does not use.", count, p.Reserved.Joules, with("method", c.facts.Method)})
	send(metric{"labbox_pod_reserved_watts", "Idle power of CPUs that a pod reserves and does not use.", gauge, p.Reserved.Watts, with("method", c.facts.Method)})
	send(metric{"labbox_pod_memory_joules_total", "Energy of a pod's memory in use, modelled.", count, p.Memory.Joules, with("method", MethodCCF)})
	send(metric{"labbox_pod_memory_watts", "Power of a pod's memory in use, modelled.", gauge, p.Memory.Watts, with("method", MethodCCF)})
}

func collectContainer(send func(metric), p *PodRecord, k *ContainerRecord) {
	who := []string{"container_id", k.ID, "container_name", k.Name, "runtime", k.Runtime, "state", p.State, "pod_id", p.Info.UID}
	for zone, z := range k.Zones {
		labels := append(append([]string{}, who...), "zone", zone)
		send(metric{"kepler_container_cpu_joules_total", "Active CPU energy of a container.", count, z.Joules, labels})
		send(metric{"kepler_container_cpu_watts", "Active CPU power of a container.", gauge, z.Watts, labels})
	}
	send(metric{"kepler_container_cpu_seconds_total", "CPU time of a container.", count, k.CPU, who})
}

func (c *Collector) collectFacts(send func(metric)) {
	f := c.facts
	send(metric{"labbox_energy_method", "How energy is found: rapl measures, ccf and teads model; the value is 1.", gauge, 1, []string{"method", f.Method}})
	if f.Method != MethodRAPL {
		for state, watts := range map[string]float64{"min": f.Model.Min, "max": f.Model.Max} {
			send(metric{"labbox_energy_model_watts", "Modelled power at no (min) and full (max) load, per vCPU (ccf) or processor (teads).", gauge, watts,
				[]string{"method", f.Method, "architecture", f.Model.Name, "load", state}})
		}
	}
	year := strconv.Itoa(f.Grid.Year)
	send(metric{"labbox_grid_intensity_grams_per_kwh", "Carbon intensity of the grid, gCO2e/kWh, location-based.", gauge, f.Intensity(), []string{"zone", f.Zone, "year", year}})
	if zone, ok := c.ledger.zones[c.ledger.primary]; ok {
		hour := NewSCI(Grams(zone.Total.Watts*3600, f.Intensity()), f.Embodied.Grams(3600, float64(len(c.node.CPUs))), 1)
		send(metric{"labbox_sci_grams_per_unit", "Software Carbon Intensity, gCO2e per unit; node_hour is the whole node at its present power.", gauge, hour.GramsPerUnit,
			[]string{"unit", "node_hour", "year", year, "method", f.Method}})
	}
	send(metric{"labbox_build_info", "The program and its version; the value is 1.", gauge, 1,
		[]string{"component", "energy-exporter", "version", c.node.Version, "goversion", runtime.Version()}})
}

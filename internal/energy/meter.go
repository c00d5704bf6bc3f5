package energy

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
)

// Usage is the node's CPU time within one interval.
type Usage struct {
	Seconds float64 // how long the interval was
	Active  float64 // CPU seconds at work
	Total   float64 // CPU seconds there were
}

// Ratio is the part of the CPU time that was at work, from 0 to 1.
func (u Usage) Ratio() float64 {
	if u.Total <= 0 {
		return 0
	}
	return min(max(u.Active/u.Total, 0), 1)
}

// ZoneEnergy is what a zone of the processor used within one interval. Zones may
// overlap: they are never to be added up.
type ZoneEnergy struct {
	Zone   string
	Path   string
	Joules float64
}

// The methods by which a node's energy is found.
const (
	MethodRAPL  = "rapl"  // counters of the processor: a measurement
	MethodCCF   = "ccf"   // watts by utilisation, by architecture: a model
	MethodTeads = "teads" // watts by utilisation, by thermal design power: a model
)

// Meter tells the node's energy within an interval.
type Meter interface {
	// Method is one of the Method constants.
	Method() string
	// Read returns the energy since the previous Read, at least one zone.
	Read(u Usage) ([]ZoneEnergy, error)
}

// model is a Meter that computes power from utilisation.
type model struct {
	method string
	watts  func(utilisation float64) float64
}

// NewCCFMeter models the node as cpus vCPUs with the coefficients c.
func NewCCFMeter(c Coefficients, cpus int) Meter {
	return &model{MethodCCF, func(u float64) float64 { return float64(cpus) * c.Watts(u) }}
}

// NewTeadsMeter models the node as one processor with the thermal design power tdp.
func NewTeadsMeter(tdp float64) Meter {
	return &model{MethodTeads, func(u float64) float64 { return TeadsWatts(tdp, u) }}
}

func (m *model) Method() string { return m.method }

func (m *model) Read(u Usage) ([]ZoneEnergy, error) {
	return []ZoneEnergy{{Zone: "package", Path: "model", Joules: m.watts(u.Ratio()) * u.Seconds}}, nil
}

// rapl is a Meter on the kernel's powercap counters.
type rapl struct {
	zones []*raplZone
}

type raplZone struct {
	name, path string
	last, max  uint64
}

// ErrNoRAPL says that the machine has no energy counters that can be read.
var ErrNoRAPL = errors.New("no RAPL counters")

// NewRAPLMeter reads the counters below <sys>/class/powercap, or returns ErrNoRAPL.
// Its first Read counts from now.
func NewRAPLMeter(sys string) (Meter, error) {
	dirs, _ := filepath.Glob(filepath.Join(sys, "class/powercap/intel-rapl:*")) // -mmio would count twice
	m := &rapl{}
	for _, dir := range dirs {
		name, err := os.ReadFile(filepath.Join(dir, "name"))
		if err != nil {
			continue
		}
		limit, err := readUint(filepath.Join(dir, "max_energy_range_uj"))
		if err != nil {
			continue
		}
		now, err := readUint(filepath.Join(dir, "energy_uj"))
		if err != nil {
			continue
		}
		m.zones = append(m.zones, &raplZone{name: zoneName(string(name)), path: dir, last: now, max: limit})
	}
	if len(m.zones) == 0 {
		return nil, ErrNoRAPL
	}
	sort.Slice(m.zones, func(i, j int) bool { return m.zones[i].path < m.zones[j].path })
	return m, nil
}

// zoneName drops the number of the socket: package-0 and package-1 are added up.
func zoneName(name string) string {
	name = strings.TrimSpace(name)
	if strings.HasPrefix(name, "package-") {
		return "package"
	}
	return name
}

func (m *rapl) Method() string { return MethodRAPL }

func (m *rapl) Read(Usage) ([]ZoneEnergy, error) {
	var out []ZoneEnergy
	index := map[string]int{}
	for _, z := range m.zones {
		now, err := readUint(filepath.Join(z.path, "energy_uj"))
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", z.name, err)
		}
		joules := float64(counterDelta(z.last, now, z.max)) / 1e6
		z.last = now
		i, seen := index[z.name]
		if !seen {
			index[z.name] = len(out)
			out = append(out, ZoneEnergy{Zone: z.name, Path: z.path, Joules: joules})
			continue
		}
		out[i].Joules += joules
		out[i].Path += "," + z.path
	}
	return out, nil
}

// counterDelta is how far a counter that wraps after limit has gone.
func counterDelta(last, now, limit uint64) uint64 {
	if now >= last {
		return now - last
	}
	if last > limit { // the counter was reset, not wrapped
		return now
	}
	return limit - last + now
}

func readUint(file string) (uint64, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return 0, err
	}
	return strconv.ParseUint(strings.TrimSpace(string(data)), 10, 64)
}

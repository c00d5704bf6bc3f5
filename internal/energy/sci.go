package energy

// Units: joules, seconds, grams of CO2 equivalent, kilowatt-hours.
const (
	joulesPerKWh = 3.6e6
	// memoryWattsPerGB is Cloud Carbon Footprint's average, per 10^9 bytes.
	memoryWattsPerGB = 0.392
)

// Grams is the operational carbon of joules at an intensity in gCO2e/kWh.
func Grams(joules, intensity float64) float64 { return joules / joulesPerKWh * intensity }

// MemoryWatts is the modelled power of memory in use.
func MemoryWatts(bytes float64) float64 { return bytes / 1e9 * memoryWattsPerGB }

// Embodied is a machine's carbon of making, and what it is shared by.
type Embodied struct {
	TotalKg       float64 `json:"totalKg"`
	VCPUs         float64 `json:"vcpus"`
	LifespanHours float64 `json:"lifespanHours"`
}

// DefaultEmbodied is a server of AWS' m5 family over four years, by Cloud Carbon
// Footprint.
func DefaultEmbodied() Embodied {
	return Embodied{TotalKg: 1610.79, VCPUs: 96, LifespanHours: 35040}
}

// Grams is the part of the making that vcpus reserved for seconds account for:
// TE · TiR/EL · RR/ToR.
func (e Embodied) Grams(seconds, vcpus float64) float64 {
	if e.VCPUs <= 0 || e.LifespanHours <= 0 {
		return 0
	}
	return e.TotalKg * 1000 * (seconds / 3600 / e.LifespanHours) * (vcpus / e.VCPUs)
}

// SCI is a Software Carbon Intensity (ISO/IEC 21031): (O + M) per R.
type SCI struct {
	OperationalGrams float64 `json:"operationalGrams"`
	EmbodiedGrams    float64 `json:"embodiedGrams"`
	Units            float64 `json:"units"`
	GramsPerUnit     float64 `json:"gramsPerUnit"`
}

// NewSCI computes the intensity for units of the functional unit R; with no units
// there is none, and GramsPerUnit is 0.
func NewSCI(operational, embodied, units float64) SCI {
	s := SCI{OperationalGrams: operational, EmbodiedGrams: embodied, Units: units}
	if units > 0 {
		s.GramsPerUnit = (operational + embodied) / units
	}
	return s
}

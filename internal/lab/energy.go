package lab

// Energy is what the energy exporter knows, as Prometheus has it. Watts are those of
// now, joules and grams those of the last fifteen minutes.
type Energy struct {
	// Method is how energy is found: rapl measures, others model.
	Method string
	// Grams is the carbon intensity of the grid, gCO2e/kWh, in Zone and Year.
	Grams      float64
	Zone, Year string
	// NodeWatts is the processor's power, ActiveWatts the part that is at work.
	NodeWatts, ActiveWatts float64
	// HourGrams is the Software Carbon Intensity of one hour of the machine, gCO2e; 0
	// while unknown.
	HourGrams float64
	// Components are those that use most, the hungriest first.
	Components []ComponentEnergy
}

// ComponentEnergy is the energy of the pods of one Deployment, Job and the like.
type ComponentEnergy struct {
	Namespace, Name string
	Watts, Joules   float64
}

// GramsOf is the carbon of joules, gCO2e.
func (e Energy) GramsOf(joules float64) float64 {
	const joulesPerKilowattHour = 3.6e6
	return joules / joulesPerKilowattHour * e.Grams
}

package energy

// Split divides the node's energy by its usage: the active part is the total times
// the usage ratio, idle is the rest.
func Split(joules float64, u Usage) (active, idle float64) {
	active = joules * u.Ratio()
	return active, joules - active
}

// Share divides active energy among workloads by their CPU time in the node's. What
// no workload used stays with the node: the parts never add up to more than active,
// even where the clocks of node and workloads disagree.
func Share(active, nodeCPU float64, cpu []float64) []float64 {
	parts := make([]float64, len(cpu))
	var sum float64
	for _, c := range cpu {
		sum += max(c, 0)
	}
	whole := max(nodeCPU, sum)
	if whole <= 0 {
		return parts
	}
	for i, c := range cpu {
		parts[i] = active * (max(c, 0) / whole)
	}
	return parts
}

// Reserve divides idle energy among workloads by the CPUs that they reserve and do
// not use, of all the node's idle CPUs; it never gives away more than there is.
func Reserve(idle, idleCPUs float64, unused []float64) []float64 {
	parts := make([]float64, len(unused))
	var sum float64
	for _, c := range unused {
		sum += max(c, 0)
	}
	whole := max(idleCPUs, sum)
	if whole <= 0 {
		return parts
	}
	for i, c := range unused {
		parts[i] = idle * (max(c, 0) / whole)
	}
	return parts
}

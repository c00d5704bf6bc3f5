// Package energy turns the CPU time of pods into watts, joules and grams of CO2e.
//
//	/proc/stat ──┐                       ┌──► /metrics (Kepler's names, and labbox_*)
//	cgroups ─────┼──► Sampler ──► Ledger ┤
//	RAPL/model ──┘  once a second        └──► /api/v1/energy
//
// The energy of the node comes from RAPL where its counters can be read, else from
// a model of watts by utilisation. The second is an estimate, not a measurement:
// every figure says by which method it was made.
//
// Attribution is Kepler's: the node's energy is split by its CPU usage into active
// and idle; a pod gets the part of the active energy that its CPU time has in the
// node's. Idle energy stays with the node. What a pod reserves without using it is
// told beside it, never inside it.
package energy

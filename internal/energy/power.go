package energy

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
)

//go:embed data/power.json
var powerData []byte

// Coefficients are watts per vCPU at no and at full load.
type Coefficients struct {
	Name string  `json:"name"`
	Min  float64 `json:"min"`
	Max  float64 `json:"max"`
	// Note says what to know about the figures.
	Note string `json:"note,omitempty"`
}

// Watts is the power of one vCPU at a utilisation from 0 to 1.
func (c Coefficients) Watts(utilisation float64) float64 {
	u := min(max(utilisation, 0), 1)
	return c.Min + u*(c.Max-c.Min)
}

// PowerTable maps processors to coefficients.
type PowerTable struct {
	Source        string         `json:"source"`
	Licence       string         `json:"licence"`
	Note          string         `json:"note"`
	Average       Coefficients   `json:"average"`
	Architectures []Architecture `json:"architectures"`
}

// Architecture is one line of a PowerTable and how to recognise it.
type Architecture struct {
	Coefficients
	Vendor string `json:"vendor"`
	Family int    `json:"family"`
	Models []int  `json:"models"`
	// MaxStepping tells apart what shares a model number; 0 means any.
	MaxStepping int `json:"maxStepping"`
}

// DefaultPowerTable returns the table that comes with the program.
func DefaultPowerTable() (PowerTable, error) {
	var t PowerTable
	if err := json.Unmarshal(powerData, &t); err != nil {
		return PowerTable{}, fmt.Errorf("read the table of power coefficients: %w", err)
	}
	return t, nil
}

// For returns the coefficients of the processor, or the average where the table
// does not know it.
func (t PowerTable) For(cpu Processor) Coefficients {
	for _, a := range t.Architectures {
		if a.Vendor == cpu.Vendor && a.Family == cpu.Family && slices.Contains(a.Models, cpu.Model) &&
			(a.MaxStepping == 0 || cpu.Stepping <= a.MaxStepping) {
			return a.Coefficients
		}
	}
	return t.Average
}

// teadsPoints are shares of the thermal design power at 0, 10, 50 and 100 % load.
func teadsPoints() [4][2]float64 {
	return [4][2]float64{{0, .12}, {.1, .32}, {.5, .75}, {1, 1.02}}
}

// TeadsWatts is the power of a whole processor with the given thermal design power
// (watts) at a utilisation from 0 to 1.
func TeadsWatts(tdp, utilisation float64) float64 {
	u := min(max(utilisation, 0), 1)
	points := teadsPoints()
	for i := 1; i < len(points); i++ {
		low, high := points[i-1], points[i]
		if u <= high[0] {
			return tdp * (low[1] + (u-low[0])/(high[0]-low[0])*(high[1]-low[1]))
		}
	}
	return tdp * points[len(points)-1][1]
}

package energy

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"sort"
	"strings"
)

//go:embed data/grid.json
var gridData []byte

// Grid is a table of carbon intensities, gCO2e/kWh, with where it comes from.
type Grid struct {
	Source  string             `json:"source"`
	Year    int                `json:"year"`
	Licence string             `json:"licence"`
	Unit    string             `json:"unit"`
	Zones   map[string]float64 `json:"zones"`
}

// LoadGrid reads the table from file, or the one that comes with the program where
// file is empty.
func LoadGrid(file string) (Grid, error) {
	data := gridData
	if file != "" {
		var err error
		if data, err = os.ReadFile(file); err != nil {
			return Grid{}, fmt.Errorf("read the grid's carbon intensities: %w", err)
		}
	}
	var g Grid
	if err := json.Unmarshal(data, &g); err != nil {
		return Grid{}, fmt.Errorf("read the grid's carbon intensities: %w", err)
	}
	for zone, v := range g.Zones {
		if v < 0 {
			return Grid{}, fmt.Errorf("read the grid's carbon intensities: zone %s is negative", zone)
		}
	}
	return g, nil
}

// Intensity returns the intensity of a zone; the error names the zones there are.
func (g Grid) Intensity(zone string) (float64, error) {
	if v, ok := g.Zones[zone]; ok {
		return v, nil
	}
	names := make([]string, 0, len(g.Zones))
	for name := range g.Zones {
		names = append(names, name)
	}
	sort.Strings(names)
	return 0, fmt.Errorf("no grid zone %q; there are %s", zone, strings.Join(names, ", "))
}

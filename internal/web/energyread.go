package web

import (
	"context"
	"net/http"

	"github.com/labbox/labbox/internal/lab"
)

// ReadEnergy asks Prometheus at url, which is without a trailing slash, for what the
// energy page shows. It fails with CodeNotReady while Prometheus does not answer.
func ReadEnergy(ctx context.Context, client *http.Client, url string) (lab.Energy, error) {
	figures, err := newPrometheus(client, url).energy(ctx)
	if err != nil {
		return lab.Energy{}, err
	}
	out := lab.Energy{
		Method: figures.Method, Grams: figures.Grams, Zone: figures.Zone, Year: figures.Year,
		NodeWatts: figures.NodeWatts, ActiveWatts: figures.ActiveWatts, HourGrams: figures.HourGrams,
	}
	for _, c := range figures.Components {
		out.Components = append(out.Components, lab.ComponentEnergy{Namespace: c.Namespace, Name: c.Name, Watts: c.total(), Joules: c.Joules})
	}
	return out, nil
}

package gateway

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/labbox/labbox/internal/faas/api"
	"github.com/labbox/labbox/internal/faas/store"
)

// alert scales the functions that an Alertmanager's message is about. One that cannot
// be scaled does not keep the others from it; the answer then names it.
func (s *Server) alert(w http.ResponseWriter, r *http.Request) error {
	var in api.Alerts
	if err := decodeLoose(w, r, &in); err != nil {
		return err
	}
	if in.Alerts == nil {
		return &store.Invalid{Message: "alerts is required"}
	}
	var faults []error
	for _, one := range in.Alerts {
		if one.Status == "" {
			one.Status = in.Status
		}
		if err := s.heed(r.Context(), one); err != nil {
			faults = append(faults, err)
		}
	}
	if len(faults) > 0 {
		return worst(faults)
	}
	return nil
}

// heed scales one function up a step, or back to its least.
func (s *Server) heed(ctx context.Context, alert api.Alert) error {
	if alert.Status != api.Firing && alert.Status != api.Resolved {
		return &store.Invalid{Message: fmt.Sprintf("status %.40q is neither %s nor %s", alert.Status, api.Firing, api.Resolved)}
	}
	name, namespace := alert.Labels["function_name"], ""
	if dot := strings.LastIndexByte(name, '.'); dot >= 0 {
		name, namespace = name[:dot], name[dot+1:]
	}
	key, err := s.key(namespace, name)
	if err != nil {
		return fmt.Errorf("label function_name: %w", err)
	}
	f, err := s.store.Get(ctx, key)
	if err != nil {
		return err
	}
	have := int32(min(f.Replicas, 1<<20))
	want := api.AfterAlert(f.Labels, have, alert.Status == api.Firing)
	if want == have {
		return nil
	}
	return s.store.Scale(ctx, key, int64(want))
}

// worst joins faults such that the status is that of the worst: Alertmanager tries
// again after a 5xx only.
func worst(faults []error) error {
	at := 0
	for i, err := range faults {
		if statusOf(err) > statusOf(faults[at]) {
			at = i
		}
	}
	first := faults[at]
	var rest []string
	for i, err := range faults {
		if i != at {
			rest = append(rest, err.Error())
		}
	}
	if len(rest) == 0 {
		return first
	}
	return fmt.Errorf("%w; %s", first, strings.Join(rest, "; "))
}

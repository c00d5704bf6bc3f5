package lambda

import (
	"maps"
	"net/http"
	"slices"
)

// answerOf is an event config as it is shown.
func (c *EventConfig) answerOf(name, qualifier string) map[string]any {
	if qualifier == "" {
		qualifier = latest
	}
	out := map[string]any{"FunctionArn": arn(name, qualifier), "LastModified": c.LastModified}
	if c.MaximumRetryAttempts != nil {
		out["MaximumRetryAttempts"] = *c.MaximumRetryAttempts
	}
	if c.MaximumEventAgeInSeconds != nil {
		out["MaximumEventAgeInSeconds"] = *c.MaximumEventAgeInSeconds
	}
	d := c.DestinationConfig
	if d == nil {
		d = &DestinationConfig{}
	}
	show := func(d *Destination) Destination {
		if d == nil {
			return Destination{}
		}
		return *d
	}
	out["DestinationConfig"] = map[string]Destination{"OnSuccess": show(d.OnSuccess), "OnFailure": show(d.OnFailure)}
	return out
}

func (c *EventConfig) check() error {
	if n := c.MaximumRetryAttempts; n != nil && (*n < 0 || *n > maxRetries) {
		return breach("maximumRetryAttempts", *n, "Member must have value from 0 to 2")
	}
	if n := c.MaximumEventAgeInSeconds; n != nil && (*n < 60 || *n > 21600) {
		return breach("maximumEventAgeInSeconds", *n, "Member must have value from 60 to 21600")
	}
	if c.DestinationConfig == nil {
		return nil
	}
	for _, d := range []*Destination{c.DestinationConfig.OnSuccess, c.DestinationConfig.OnFailure} {
		if d != nil && d.Destination != "" {
			if err := lambdaTarget(d.Destination); err != nil {
				return err
			}
		}
	}
	return nil
}

// putEventConfig replaces the config with PUT, and changes parts of it with POST.
func (s *Server) putEventConfig(w http.ResponseWriter, r *http.Request) error {
	t, err := targetOf(r)
	if err != nil {
		return err
	}
	var in EventConfig
	if err := decode(w, r, &in); err != nil {
		return err
	}
	if err := in.check(); err != nil {
		return err
	}
	var c *EventConfig
	_, err = s.state.change(r.Context(), t.name, func(f *Function) error {
		if _, err := f.resolve(t.qualifier); err != nil {
			return err
		}
		old := f.Events[t.qualifier]
		c = &EventConfig{}
		if r.Method == http.MethodPost {
			if old == nil {
				return notFound("The function %s doesn't have an EventInvokeConfig", arn(f.Name, t.qualifier))
			}
			c = old
		}
		if in.MaximumRetryAttempts != nil {
			c.MaximumRetryAttempts = in.MaximumRetryAttempts
		}
		if in.MaximumEventAgeInSeconds != nil {
			c.MaximumEventAgeInSeconds = in.MaximumEventAgeInSeconds
		}
		if in.DestinationConfig != nil {
			c.DestinationConfig = in.DestinationConfig
		}
		c.LastModified = float64(s.now().UnixMilli()) / 1000
		if f.Events == nil {
			f.Events = map[string]*EventConfig{}
		}
		f.Events[t.qualifier] = c
		return nil
	})
	if err != nil {
		return err
	}
	s.writeJSON(w, http.StatusOK, c.answerOf(t.name, t.qualifier))
	return nil
}

func (s *Server) getEventConfig(w http.ResponseWriter, r *http.Request) error {
	t, err := targetOf(r)
	if err != nil {
		return err
	}
	f, err := s.state.get(t.name)
	if err != nil {
		return err
	}
	c := f.Events[t.qualifier]
	if c == nil {
		return notFound("The function %s doesn't have an EventInvokeConfig", arn(f.Name, t.qualifier))
	}
	s.writeJSON(w, http.StatusOK, c.answerOf(t.name, t.qualifier))
	return nil
}

func (s *Server) deleteEventConfig(w http.ResponseWriter, r *http.Request) error {
	t, err := targetOf(r)
	if err != nil {
		return err
	}
	_, err = s.state.change(r.Context(), t.name, func(f *Function) error {
		if f.Events[t.qualifier] == nil {
			return notFound("The function %s doesn't have an EventInvokeConfig", arn(f.Name, t.qualifier))
		}
		delete(f.Events, t.qualifier)
		return nil
	})
	if err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (s *Server) listEventConfigs(w http.ResponseWriter, r *http.Request) error {
	f, err := s.named(r)
	if err != nil {
		return err
	}
	list := []map[string]any{}
	for _, q := range slices.Sorted(maps.Keys(f.Events)) {
		list = append(list, f.Events[q].answerOf(f.Name, q))
	}
	body, err := listed(r, "FunctionEventInvokeConfigs", list)
	return s.writePage(w, body, err)
}

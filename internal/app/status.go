package app

import (
	"context"
	"fmt"
	"time"

	"github.com/labbox/labbox/internal/lab"
)

// statusTimeout bounds the questions behind one Status.
const statusTimeout = 5 * time.Second

// status says how every part of the lab fares right now.
func (d *daemon) status(ctx context.Context) lab.Status {
	ctx, cancel := context.WithTimeout(ctx, statusTimeout)
	defer cancel()
	st := lab.Status{Phase: d.currentPhase(), Version: d.version, LastEvent: d.events.Last(), Components: []lab.Component{}}
	if d.superRun == nil {
		return st
	}
	st.Components = append(d.cluster.Components(ctx), d.workloads(ctx)...)
	st.Ready = st.Phase == lab.StateReady && len(unready(st.Components)) == 0
	return st
}

// unready names the parts of the lab itself that are not ready. What a learner runs
// in it is shown and does not count: a function that is meant to fail is no failure
// of the lab.
func unready(components []lab.Component) []string {
	var names []string
	for _, c := range components {
		own := c.Namespace == "kube-system" || trends()[c.Trend] != nil
		if own && !c.Ready {
			names = append(names, c.Name)
		}
	}
	return names
}

// workloads describes what runs in the cluster, with links and trends; while the
// API does not answer, it is one component that says so.
func (d *daemon) workloads(ctx context.Context) []lab.Component {
	found, err := d.cluster.Workloads(ctx)
	if err != nil {
		return []lab.Component{{Name: "workloads", Namespace: "kube-system", Message: fmt.Sprintf("not readable: %v", err)}}
	}
	components := make([]lab.Component, 0, len(found))
	for _, w := range found {
		c := lab.Component{Name: w.Name, Namespace: w.Namespace, Version: w.Version,
			Ready: w.Ready >= w.Desired, MemoryBytes: w.MemoryBytes, Message: w.Message}
		c.URL, c.Trend = d.face(w)
		components = append(components, c)
	}
	return append(components, d.missingReleases(found)...)
}

// face returns where a workload is opened in a browser and whose it is.
func (d *daemon) face(w lab.Workload) (url, trend string) {
	for _, f := range d.currentPlans().forwards {
		if f.Namespace == w.Namespace && f.Service == w.Name {
			url = d.forwardURL(f)
		}
	}
	for _, c := range d.currentPlans().charts {
		if c.Namespace == w.Namespace {
			trend = c.module
		}
	}
	return url, trend
}

// missingReleases names planned charts of whose namespace nothing runs yet, so
// that a lab is never "ready" with a part absent.
func (d *daemon) missingReleases(found []lab.Workload) []lab.Component {
	var missing []lab.Component
	for _, c := range d.currentPlans().charts {
		there := false
		for _, w := range found {
			there = there || w.Namespace == c.Namespace
		}
		if !there {
			missing = append(missing, lab.Component{Name: c.Release, Namespace: c.Namespace, Trend: c.module, Message: "not installed yet"})
		}
	}
	return missing
}

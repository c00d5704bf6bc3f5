package store

import (
	"strconv"
	"time"

	appsv1 "k8s.io/api/apps/v1"

	"github.com/labbox/labbox/internal/faas/api"
)

// annotationTimeout is in the table only: how long a call may take by the function's
// own account, in milliseconds.
const annotationTimeout = "labbox.dev/call-timeout"

// noteTimeout keeps what the table needs of the containers' variables.
func noteTimeout(d *appsv1.Deployment) {
	env := map[string]string{}
	for _, c := range d.Spec.Template.Spec.Containers {
		for _, e := range c.Env {
			env[e.Name] = e.Value
		}
	}
	t := api.CallTimeout(env)
	if t == 0 {
		return
	}
	if d.Spec.Template.Annotations == nil {
		d.Spec.Template.Annotations = map[string]string{}
	}
	d.Spec.Template.Annotations[annotationTimeout] = strconv.FormatInt(t.Milliseconds(), 10)
}

// CallTimeout returns how long a call may take by the function's own account: the
// longest of its watchdog's timeouts; 0 where it says nothing.
func (f Function) CallTimeout() time.Duration {
	text := f.Annotations[annotationTimeout]
	if text == "" {
		return 0
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0
	}
	return time.Duration(n) * time.Millisecond
}

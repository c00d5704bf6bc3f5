package api

import (
	"fmt"
	"strconv"
	"time"
)

// maxTimeout is the longest that a call may be meant to take.
const maxTimeout = 24 * time.Hour

// timeouts are the watchdog's variables that bound a call. They may come as
// annotations of the same names, too.
func timeouts() []string { return []string{"exec_timeout", "read_timeout", "write_timeout"} }

// Environment returns the variables of the function's containers: EnvVars, with the
// timeouts of the annotations where EnvVars has none, and without the process.
func (d *Deployment) Environment() map[string]string {
	out := make(map[string]string, len(d.EnvVars))
	for name, value := range d.EnvVars {
		out[name] = value
	}
	for _, name := range timeouts() {
		if v := d.Annotations[name]; v != "" && out[name] == "" {
			out[name] = v
		}
	}
	return out
}

// CallTimeout returns how long a call of a function with these variables may take by
// its own account; 0 where they say nothing.
func CallTimeout(env map[string]string) time.Duration {
	var longest time.Duration
	for _, name := range timeouts() {
		if d, err := ParseTimeout(env[name]); err == nil {
			longest = max(longest, d)
		}
	}
	return longest
}

// ParseTimeout reads "30" as seconds and "1m" as Go does.
func ParseTimeout(text string) (time.Duration, error) {
	if n, err := strconv.ParseUint(text, 10, 31); err == nil {
		return time.Duration(n) * time.Second, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		return 0, fmt.Errorf("%.40q is no time such as 30 (seconds) or 1m30s", text)
	}
	return d, nil
}

// validTimeouts finds what the watchdog would refuse when it starts.
func (d *Deployment) validTimeouts() []error {
	var faults []error
	env := d.Environment()
	for _, name := range append(timeouts(), "healthcheck_interval") {
		v, ok := env[name]
		if !ok || v == "" {
			continue
		}
		if t, err := ParseTimeout(v); err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", name, err))
		} else if t > maxTimeout {
			faults = append(faults, fmt.Errorf("%s: %s is longer than %s", name, t, maxTimeout))
		}
	}
	return faults
}

package gateway

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
)

func withEnv(d *appsv1.Deployment, env map[string]string) *appsv1.Deployment {
	c := corev1.Container{Name: d.Name}
	for k, v := range env {
		c.Env = append(c.Env, corev1.EnvVar{Name: k, Value: v})
	}
	d.Spec.Template.Spec.Containers = []corev1.Container{c}
	return d
}

// The gateway waits as long as a function says that its calls take, whichever way the
// call goes, and no shorter than it waits for all.
func TestFunctionsOwnTimeouts(t *testing.T) {
	t.Parallel()
	slow := func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		select {
		case <-time.After(700 * time.Millisecond): // longer than upstream_timeout
			_, _ = io.WriteString(w, "done")
		case <-r.Context().Done():
		}
	}
	tests := []struct {
		name   string
		env    map[string]string
		status int
	}{
		{"says nothing", nil, 504},
		{"longer, in seconds", map[string]string{"exec_timeout": "60"}, 200},
		{"longer, another of them", map[string]string{"write_timeout": "1m", "exec_timeout": "100ms"}, 200},
		{"cannot be read", map[string]string{"exec_timeout": "long"}, 504},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, func(c *Config) { c.UpstreamTimeout = 200 * time.Millisecond }, withEnv(function("f", 1), tt.env))
			f.ready(t, "f", slow)
			for way, body := range map[string]io.Reader{"whole": strings.NewReader("x"), "streamed": io.MultiReader(strings.NewReader("x"))} {
				r, _ := http.NewRequest("POST", f.url+"/function/f", body)
				if resp, text := send(t, r); resp.StatusCode != tt.status {
					t.Errorf("%s: %d %q, want %d", way, resp.StatusCode, text, tt.status)
				}
			}
		})
	}
}

// A function's own time ends, too.
func TestFunctionsOwnTimeoutEnds(t *testing.T) {
	t.Parallel()
	f := newFixture(t, func(c *Config) { c.UpstreamTimeout = 100 * time.Millisecond }, withEnv(function("f", 1), map[string]string{"exec_timeout": "10ms"}))
	f.ready(t, "f", func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	})
	for way, body := range map[string]io.Reader{"whole": strings.NewReader("x"), "streamed": io.MultiReader(strings.NewReader("x"))} {
		r, _ := http.NewRequest("POST", f.url+"/function/f", body)
		resp, text := send(t, r)
		if resp.StatusCode != 504 || !strings.Contains(text, "2.01s") {
			t.Errorf("%s: %d %q, want 504 after the function's time and a little more", way, resp.StatusCode, text)
		}
	}
}

package idptest

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"
)

// Cluster is a Kubernetes API that keeps objects by their path and knows no types.
type Cluster struct {
	URL string
	// Refuse, when set, answers a request itself and returns true.
	Refuse func(w http.ResponseWriter, r *http.Request) bool

	mu      sync.Mutex
	objects map[string]map[string]any
	calls   []string
}

// NewCluster starts an empty one that ends with the test.
func NewCluster(t *testing.T) *Cluster {
	t.Helper()
	c := &Cluster{objects: map[string]map[string]any{}}
	srv := httptest.NewServer(c)
	t.Cleanup(srv.Close)
	c.URL = srv.URL
	return c
}

// Put stores an object, given as JSON, at its path.
func (c *Cluster) Put(at, object string) {
	var m map[string]any
	if err := json.Unmarshal([]byte(object), &m); err != nil {
		panic(err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.objects[at] = m
}

// Object returns the object at a path, nil where there is none.
func (c *Cluster) Object(at string) map[string]any {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.objects[at]
}

// Calls returns "METHOD path" of every change so far.
func (c *Cluster) Calls() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.calls)
}

// ServeHTTP implements http.Handler.
func (c *Cluster) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if c.Refuse != nil && c.Refuse(w, r) {
		return
	}
	body, _ := io.ReadAll(r.Body)
	var in map[string]any
	_ = json.Unmarshal(body, &in)
	c.mu.Lock()
	defer c.mu.Unlock()
	at := r.URL.Path
	if r.Method != http.MethodGet {
		c.calls = append(c.calls, r.Method+" "+at)
	}
	have := c.objects[at]
	switch {
	case r.Method == http.MethodPost:
		name := path.Join(at, in["metadata"].(map[string]any)["name"].(string))
		if c.objects[name] != nil {
			fail(w, http.StatusConflict, "AlreadyExists", name+" already exists")
			return
		}
		c.objects[name] = in
		answer(w, http.StatusCreated, in)
	case r.Method == http.MethodPatch && strings.Contains(r.Header.Get("Content-Type"), "apply-patch"):
		c.objects[at] = in
		answer(w, http.StatusOK, in)
	case r.Method == http.MethodPatch && have != nil:
		merge(have, in)
		answer(w, http.StatusOK, have)
	case r.Method == http.MethodDelete && have != nil:
		for other := range c.objects {
			if other == at || strings.HasPrefix(other, at+"/") {
				delete(c.objects, other)
			}
		}
		answer(w, http.StatusOK, have)
	case r.Method == http.MethodGet && have != nil:
		answer(w, http.StatusOK, have)
	case r.Method == http.MethodGet && isCollection(at):
		c.list(w, r)
	default:
		fail(w, http.StatusNotFound, "NotFound", at+" not found")
	}
}

// isCollection tells a path of a resource from a path of an object.
func isCollection(at string) bool {
	last := path.Base(at)
	return strings.HasSuffix(last, "s") && !strings.Contains(last, "-")
}

func (c *Cluster) list(w http.ResponseWriter, r *http.Request) {
	items := []any{}
	selector := r.URL.Query().Get("labelSelector")
	var names []string
	for at := range c.objects {
		names = append(names, at)
	}
	slices.Sort(names)
	for _, at := range names {
		o := c.objects[at]
		allSpaces := strings.Contains(at, "/namespaces/") && path.Base(path.Dir(at)) == path.Base(r.URL.Path)
		if (path.Dir(at) == r.URL.Path || allSpaces && !strings.Contains(r.URL.Path, "/namespaces/")) && selects(o, selector) {
			items = append(items, o)
		}
	}
	answer(w, http.StatusOK, map[string]any{"items": items})
}

func selects(o map[string]any, selector string) bool {
	if selector == "" {
		return true
	}
	meta, _ := o["metadata"].(map[string]any)
	labels, _ := meta["labels"].(map[string]any)
	for part := range strings.SplitSeq(selector, ",") {
		key, value, valued := strings.Cut(part, "=")
		have, there := labels[key]
		if !there || valued && have != value {
			return false
		}
	}
	return true
}

func merge(into, from map[string]any) {
	for key, v := range from {
		inner, ok := v.(map[string]any)
		have, both := into[key].(map[string]any)
		switch {
		case v == nil:
			delete(into, key)
		case ok && both:
			merge(have, inner)
		default:
			into[key] = v
		}
	}
}

func fail(w http.ResponseWriter, status int, reason, message string) {
	answer(w, status, map[string]any{"kind": "Status", "reason": reason, "message": message, "code": status})
}

// Prometheus answers instant queries by the first key that the query contains.
type Prometheus struct {
	URL string

	mu      sync.Mutex
	answers map[string]string
}

// NewPrometheus starts one without series.
func NewPrometheus(t *testing.T) *Prometheus {
	t.Helper()
	p := &Prometheus{answers: map[string]string{}}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		defer p.mu.Unlock()
		_ = r.ParseForm()
		result := []any{}
		for part, value := range p.answers {
			if strings.Contains(r.Form.Get("query"), part) {
				result = append(result, map[string]any{"metric": map[string]string{"part": part}, "value": []any{1.0, value}})
				break
			}
		}
		answer(w, http.StatusOK, map[string]any{"status": "success", "data": map[string]any{"resultType": "vector", "result": result}})
	}))
	t.Cleanup(srv.Close)
	p.URL = srv.URL
	return p
}

// Set makes queries that contain part answer with one series of that value.
func (p *Prometheus) Set(part, value string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answers[part] = value
}

package web

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestGuardReads(t *testing.T) {
	t.Parallel()
	web := mustServer(t, func(o *Options) { o.Hosts = []string{"Lab.example:443"} }).Handler()
	for _, c := range []struct {
		name   string
		path   string
		header map[string]string
		status int
	}{
		{"by address", "/", nil, 200},
		{"by name", "/", map[string]string{"Host": "localhost:8800"}, 200},
		{"by name in capitals", "/", map[string]string{"Host": "LOCALHOST:8800"}, 200},
		{"by IPv6", "/", map[string]string{"Host": "[::1]:8800", "RemoteAddr": "[::1]:4000"}, 200},
		{"by a configured name", "/", map[string]string{"Host": "lab.example:443"}, 200},
		{"DNS rebinding", "/", map[string]string{"Host": "evil.example:8800"}, 421},
		{"DNS rebinding to the API", "/api/v1/status", map[string]string{"Host": "evil.example:8800"}, 421},
		{"DNS rebinding to the metrics", "/metrics", map[string]string{"Host": "evil.example:8800"}, 421},
		{"a name that begins like ours", "/", map[string]string{"Host": "127.0.0.1.evil.example:8800"}, 421},
		{"another port", "/", map[string]string{"Host": "127.0.0.1:8801"}, 421},
		{"no port", "/", map[string]string{"Host": "127.0.0.1"}, 421},
		{"no host", "/", map[string]string{"Host": ""}, 421},
		{"from another machine", "/", map[string]string{"RemoteAddr": "192.168.1.9:4000"}, 403},
		{"API from a page of another site", "/api/v1/events", map[string]string{"Sec-Fetch-Site": "cross-site"}, 403},
		{"API from another port of this machine", "/api/v1/status", map[string]string{"Sec-Fetch-Site": "same-site"}, 403},
		{"API from our page", "/api/v1/status", map[string]string{"Sec-Fetch-Site": "same-origin"}, 200},
		{"page by a link elsewhere", "/components", map[string]string{"Sec-Fetch-Site": "cross-site"}, 200},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if w := ask(t, call{web, "GET", c.path, nil, c.header}); w.Code != c.status {
				t.Fatalf("%d %.200s, want %d", w.Code, w.Body, c.status)
			}
		})
	}
}

func TestGuardWrites(t *testing.T) {
	t.Parallel()
	d := newDemo(t)
	d.ready(t)
	d.server.hosts["127.0.0.1:8800"] = true
	web, token := d.server.Handler(), d.server.token
	form := func(token string) io.Reader { return strings.NewReader(url.Values{"csrf": {token}}.Encode()) }
	const ours = "http://127.0.0.1:8800"
	for _, c := range []struct {
		name   string
		path   string
		body   io.Reader
		header map[string]string
		status int
	}{
		{"no token", "/capstone/run", form(""), nil, 403},
		{"wrong token", "/capstone/run", form("guess"), nil, 403},
		{"token, another origin", "/capstone/run", form(token), map[string]string{"Origin": "http://evil.example"}, 403},
		{"token, another port", "/capstone/run", form(token), map[string]string{"Origin": "http://127.0.0.1:9090"}, 403},
		{"token, https", "/capstone/run", form(token), map[string]string{"Origin": "https://127.0.0.1:8800"}, 403},
		{"token, null origin", "/capstone/run", form(token), map[string]string{"Origin": "null"}, 403},
		{"token, cross site", "/capstone/run", form(token), map[string]string{"Origin": ours, "Sec-Fetch-Site": "cross-site"}, 403},
		{"token, same site", "/capstone/run", form(token), map[string]string{"Origin": ours, "Sec-Fetch-Site": "same-site"}, 403},
		{"API without token", "/api/v1/capstone/run", nil, map[string]string{"Origin": ours}, 403},
		{"token in the address", "/capstone/run?csrf=" + token, nil, map[string]string{"Origin": ours}, 403},
		{"a body without end", "/capstone/run", strings.NewReader("csrf=" + strings.Repeat("x", 100_000)), nil, 413},
		{"reset without token", "/capstone/reset", form(""), map[string]string{"Origin": ours}, 403},
		{"the form of our page", "/capstone/run", form(token), map[string]string{"Origin": ours, "Sec-Fetch-Site": "same-origin"}, 303},
		{"the same while it runs", "/capstone/run", form(token), map[string]string{"Origin": ours, "Sec-Fetch-Site": "same-origin"}, 409},
		{"API with token", "/api/v1/capstone/reset", nil, map[string]string{"Origin": ours, "X-CSRF-Token": token}, 200},
	} {
		t.Run(c.name, func(t *testing.T) {
			header := map[string]string{"Content-Type": "application/x-www-form-urlencoded"}
			for name, value := range c.header {
				header[name] = value
			}
			if w := ask(t, call{web, "POST", c.path, c.body, header}); w.Code != c.status {
				t.Fatalf("%d %.200s, want %d", w.Code, w.Body, c.status)
			}
		})
	}
	if d.runs != 2 || d.resets != 1 {
		t.Errorf("attacks came through: %d runs, %d resets; want 2 and 1", d.runs, d.resets)
	}
}

func TestSecurityHeaders(t *testing.T) {
	t.Parallel()
	web := mustServer(t, nil).Handler()
	for _, path := range []string{"/", "/nothing", "/api/v1/status", "/metrics"} {
		h := ask(t, call{web, "GET", path, nil, nil}).Header()
		csp := h.Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"} {
			if !strings.Contains(csp, want) {
				t.Errorf("%s: policy %q lacks %q", path, csp, want)
			}
		}
		if strings.Contains(csp, "unsafe") || strings.Contains(csp, "http") || strings.Contains(csp, "*") {
			t.Errorf("%s: policy %q allows too much", path, csp)
		}
		if h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Cache-Control") != "no-store" || h.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s: headers %v", path, h)
		}
	}
}

func TestPreferencesGoNowhereElse(t *testing.T) {
	t.Parallel()
	web := mustServer(t, nil).Handler()
	for target, want := range map[string]string{
		"/capstone?lang=de&x=1":         "/capstone?x=1",
		"//evil.example/?lang=de":       "/evil.example/",
		"/%5Cevil.example?theme=dark":   "/%5Cevil.example",
		"/components/a%2Fb?theme=light": "/components/a%2Fb",
	} {
		w := ask(t, call{web, "GET", "http://127.0.0.1:8800" + target, nil, nil})
		if location := w.Header().Get("Location"); w.Code == http.StatusSeeOther && location != want {
			t.Errorf("%s goes to %q, want %q", target, location, want)
		}
	}
	w := ask(t, call{web, "GET", "/?lang=xx&theme=%3Cb%3E", nil, nil})
	if len(w.Result().Cookies()) != 0 {
		t.Errorf("stored %v", w.Result().Cookies())
	}
}

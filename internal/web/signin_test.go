package web

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"
)

const (
	abroadHost = "192.0.2.7:8843"
	abroadURL  = "https://" + abroadHost
	ownersWord = "correct-horse-battery-staple"
)

// mustAbroad returns a server and its handler for the network.
func mustAbroad(t *testing.T) (*Server, http.Handler) {
	t.Helper()
	s := mustServer(t, func(o *Options) { o.Password = ownersWord })
	return s, s.RemoteHandler([]string{abroadHost})
}

// fromAbroad is a request of a browser on another machine; more is laid over it.
func fromAbroad(more map[string]string) map[string]string {
	h := map[string]string{"Host": abroadHost, "RemoteAddr": "192.0.2.99:4000", "Origin": abroadURL, "Content-Type": "application/x-www-form-urlencoded"}
	for name, value := range more {
		h[name] = value
	}
	return h
}

func fields(pairs ...string) io.Reader {
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return strings.NewReader(v.Encode())
}

// mustSignIn returns the Cookie header of a browser that has signed in.
func mustSignIn(t *testing.T, h http.Handler) string {
	t.Helper()
	w := ask(t, call{h, "POST", "/signin", fields("password", ownersWord), fromAbroad(nil)})
	if w.Code != http.StatusSeeOther {
		t.Fatalf("sign-in: %d %.200s", w.Code, w.Body)
	}
	return cookieHeader(w)
}

func cookieHeader(w *httptest.ResponseRecorder) string {
	var out []string
	for _, c := range w.Result().Cookies() {
		out = append(out, c.Name+"="+c.Value)
	}
	return strings.Join(out, "; ")
}

// Nothing but the way in is shown to who is outside.
func TestAbroadIsLocked(t *testing.T) {
	t.Parallel()
	s, h := mustAbroad(t)
	for _, c := range []struct {
		name, method, path string
		header             map[string]string
		status             int
	}{
		{"home", "GET", "/", nil, 303},
		{"page", "GET", "/components", nil, 303},
		{"terminal", "GET", "/terminal", nil, 303},
		{"web socket", "GET", "/terminal/socket", map[string]string{"Upgrade": "websocket"}, 401},
		{"API", "GET", "/api/v1/status", nil, 401},
		{"events", "GET", "/api/v1/events", nil, 401},
		{"metrics", "GET", "/metrics", nil, 303},
		{"a write", "POST", "/capstone/run", nil, 401},
		{"a write with the token of loopback", "POST", "/capstone/run", map[string]string{"X-CSRF-Token": s.token}, 401},
		{"a made-up session", "GET", "/api/v1/status", map[string]string{"Cookie": cookieSession + "=guess"}, 401},
		{"an empty session", "GET", "/api/v1/status", map[string]string{"Cookie": cookieSession + "="}, 401},
		{"a path that looks open", "GET", "/signin/../components", nil, 303},
		{"DNS rebinding", "GET", "/", map[string]string{"Host": "evil.example:8843"}, 421},
		{"loopback's name", "GET", "/", map[string]string{"Host": "127.0.0.1:8800"}, 421},
		{"sign-in page", "GET", "/signin", nil, 200},
		{"style", "GET", s.assets.url("css/base.css"), nil, 200},
		{"health", "GET", "/healthz", nil, 200},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := ask(t, call{h, c.method, c.path, nil, fromAbroad(c.header)})
			if w.Code != c.status {
				t.Fatalf("%d %.200s, want %d", w.Code, w.Body, c.status)
			}
			if strings.Contains(w.Body.String(), s.token) {
				t.Error("the token is shown to who is outside")
			}
		})
	}
}

func TestSignIn(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, password string
		header         map[string]string
		status         int
	}{
		{"right", ownersWord, nil, 303},
		{"wrong", "guess", nil, 403},
		{"none", "", nil, 403},
		{"from a page of another site", ownersWord, map[string]string{"Origin": "https://evil.example"}, 403},
		{"from no page", ownersWord, map[string]string{"Origin": ""}, 403},
		{"over plain HTTP", ownersWord, map[string]string{"Origin": "http://" + abroadHost}, 403},
		{"by a frame", ownersWord, map[string]string{"Sec-Fetch-Site": "cross-site"}, 403},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, h := mustAbroad(t)
			w := ask(t, call{h, "POST", "/signin", fields("password", c.password), fromAbroad(c.header)})
			if w.Code != c.status || (cookieHeader(w) != "") != (c.status == 303) {
				t.Fatalf("%d, cookies %q; want %d", w.Code, cookieHeader(w), c.status)
			}
			for _, cookie := range w.Result().Cookies() {
				if !cookie.HttpOnly || !cookie.Secure || cookie.SameSite != http.SameSiteStrictMode {
					t.Errorf("the cookie can be stolen: %v", cookie)
				}
			}
		})
	}
}

// Without a password set, none opens, not even an empty one.
func TestNoPasswordIsNoKey(t *testing.T) {
	t.Parallel()
	h := mustServer(t, nil).RemoteHandler([]string{abroadHost})
	if w := ask(t, call{h, "POST", "/signin", fields("password", ""), fromAbroad(nil)}); w.Code != http.StatusForbidden {
		t.Fatalf("%d, want 403", w.Code)
	}
}

// A session opens, needs its own token to write, and ends.
func TestSession(t *testing.T) {
	t.Parallel()
	s, h := mustAbroad(t)
	cookie := mustSignIn(t, h)
	with := func(more map[string]string) map[string]string {
		all := fromAbroad(more)
		all["Cookie"] = cookie
		return all
	}
	if w := ask(t, call{h, "GET", "/api/v1/status", nil, with(nil)}); w.Code != 200 {
		t.Fatalf("the API is closed to the owner: %d %.200s", w.Code, w.Body)
	}
	r := httptest.NewRequest("GET", "/", nil)
	r.Header.Set("Cookie", cookie)
	own := s.tokenFor(r)
	if home := ask(t, call{h, "GET", "/", nil, with(nil)}).Body.String(); !strings.Contains(home, own) || strings.Contains(home, s.token) {
		t.Error("the page does not carry the session's own token, or another one")
	}
	for _, c := range []struct {
		token  string
		status int
	}{{"", 403}, {s.token, 403}, {own, 303}} {
		if w := ask(t, call{h, "POST", "/signout", fields("csrf", c.token), with(nil)}); w.Code != c.status {
			t.Errorf("sign-out with token %q: %d, want %d", c.token, w.Code, c.status)
		}
	}
	if w := ask(t, call{h, "GET", "/api/v1/status", nil, with(nil)}); w.Code != http.StatusUnauthorized {
		t.Errorf("the session goes on after the sign-out: %d", w.Code)
	}
}

// Guessing is slowed down for the guesser, and what was right is not let in either.
func TestGuessing(t *testing.T) {
	t.Parallel()
	_, h := mustAbroad(t)
	for i := range attemptsAtOnce {
		if w := ask(t, call{h, "POST", "/signin", fields("password", "guess"), fromAbroad(nil)}); w.Code != http.StatusForbidden {
			t.Fatalf("guess %d: %d, want 403", i, w.Code)
		}
	}
	w := ask(t, call{h, "POST", "/signin", fields("password", ownersWord), fromAbroad(nil)})
	if w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") == "" || cookieHeader(w) != "" {
		t.Errorf("after many guesses: %d, %v", w.Code, w.Header())
	}
	if w := ask(t, call{h, "POST", "/signin", fields("password", ownersWord), fromAbroad(map[string]string{"RemoteAddr": "192.0.2.100:4000"})}); w.Code != http.StatusSeeOther {
		t.Errorf("the owner, elsewhere, is kept out: %d", w.Code)
	}
}

// Many addresses together are slowed down, too.
func TestGuessingFromEverywhere(t *testing.T) {
	t.Parallel()
	a := newAttempts()
	allowed := 0
	for i := range 10 * attemptsAtOnceAll {
		if a.allow("2001:db8::" + string(rune('a'+i%26)) + string(rune('a'+i/26))) {
			allowed++
		}
	}
	if allowed < attemptsAtOnceAll || allowed > attemptsAtOnceAll+2 {
		t.Errorf("%d guesses at once, want %d", allowed, attemptsAtOnceAll)
	}
}

// A ticket works once, and by a click only.
func TestTicket(t *testing.T) {
	t.Parallel()
	s := mustServer(t, func(o *Options) { o.Password = ownersWord })
	web, path := s.Handler(), pathSignIn+"/"+s.tickets.issue()
	for range 2 { // looking uses nothing up
		if w := ask(t, call{web, "GET", path, nil, nil}); w.Code != 200 || cookieHeader(w) != "" {
			t.Fatalf("look at the link: %d, %q", w.Code, cookieHeader(w))
		}
	}
	form := map[string]string{"Content-Type": "application/x-www-form-urlencoded", "Origin": "http://127.0.0.1:8800"}
	for _, status := range []int{303, 403} {
		if w := ask(t, call{web, "POST", path, fields("csrf", s.token), form}); w.Code != status {
			t.Errorf("%d, want %d", w.Code, status)
		}
	}
}

func TestOwnerOnly(t *testing.T) {
	t.Parallel()
	s := mustServer(t, func(o *Options) { o.Password = ownersWord })
	e := s.newEcho()
	e.GET("/shell", func(c echo.Context) error { return c.String(http.StatusOK, "$ ") }, s.ownerOnly)
	if w := ask(t, call{e, "GET", "/shell", nil, nil}); w.Code != http.StatusUnauthorized {
		t.Errorf("who has not signed in: %d", w.Code)
	}
	if w := ask(t, call{e, "GET", "/shell", nil, map[string]string{"Cookie": cookieSession + "=" + s.sessions.issue()}}); w.Code != 200 {
		t.Errorf("the owner: %d", w.Code)
	}
}

func TestSecretsEnd(t *testing.T) {
	t.Parallel()
	now := time.Now()
	s := newSecrets(time.Hour, 10*time.Minute)
	s.now = func() time.Time { return now }
	word := s.issue()
	for range 11 { // used, it lives its whole life
		now = now.Add(5 * time.Minute)
		if !s.valid(word) {
			t.Fatal("a session in use has ended")
		}
	}
	now = now.Add(6 * time.Minute)
	if s.valid(word) {
		t.Error("a session outlives its life")
	}
	idle := s.issue()
	now = now.Add(11 * time.Minute)
	if s.valid(idle) {
		t.Error("a session nobody uses goes on")
	}
	first := s.issue()
	now = now.Add(time.Second)
	for range maxSecrets {
		s.issue()
	}
	if s.valid(first) || len(s.by) != maxSecrets {
		t.Errorf("%d secrets, want %d and the oldest gone", len(s.by), maxSecrets)
	}
}

func TestLocalPath(t *testing.T) {
	t.Parallel()
	for next, want := range map[string]string{
		"/lessons?x=1": "/lessons?x=1", "": "/", "//evil.example": "/", "https://evil.example": "/", `/\evil.example`: "/", "javascript:alert(1)": "/", "/\t/evil": "/",
	} {
		if got := localPath(next); got != want {
			t.Errorf("%q goes to %q, want %q", next, got, want)
		}
	}
}

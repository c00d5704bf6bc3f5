package web

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"
)

// door is one way to the dashboard: loopback, where every program of the machine may
// read, or the network, where nobody may before he has signed in.
type door struct {
	// hosts are the values of the Host header that are ours.
	hosts map[string]bool
	// remote doors are locked for who has not signed in, and reached over TLS alone.
	remote bool
}

// scheme is what browsers reach the door by.
func (d *door) scheme() string {
	if d.remote {
		return "https"
	}
	return "http"
}

// RemoteHandler is for a TLS listener beyond loopback. hosts are the values of the
// Host header that are accepted, with port. Everything but the sign-in itself needs
// a session; Options.Password must be set.
func (s *Server) RemoteHandler(hosts []string) http.Handler {
	known := map[string]bool{}
	for _, h := range hosts {
		known[strings.ToLower(h)] = true
	}
	return s.enter(&door{hosts: known, remote: true})
}

// enter builds the handler behind a door.
func (s *Server) enter(d *door) http.Handler {
	e := s.newEcho()
	e.Use(securityHeaders, s.guard(d))
	s.routeSignIn(e, d)
	s.routePages(e)
	s.routeAPI(e.Group("/api/v1"))
	s.routeTerminal(e)
	return e
}

// openToAll says what a remote door shows to everybody.
func openToAll(path string) bool {
	ticket, isTicket := strings.CutPrefix(path, pathSignIn+"/")
	return path == pathSignIn || isTicket && !strings.Contains(ticket, "/") || strings.HasPrefix(path, "/assets/") || path == "/healthz"
}

// keyOutside marks, in an echo.Context, a request that came in without a session
// through a remote door.
const keyOutside = "outside"

// pageToken is the token that a page carries: none for who is still outside.
func (s *Server) pageToken(c echo.Context) string {
	if outside, _ := c.Get(keyOutside).(bool); outside {
		return ""
	}
	return s.tokenFor(c.Request())
}

// locked leads who has not signed in to where he can.
func (s *Server) locked(c echo.Context) error {
	r := c.Request()
	if strings.HasPrefix(r.URL.Path, "/api/") || isUnsafe(r.Method) || r.Header.Get("Upgrade") != "" {
		return notSignedIn()
	}
	return c.Redirect(http.StatusSeeOther, pathSignIn+"?next="+url.QueryEscape(localPath(r.URL.RequestURI())))
}

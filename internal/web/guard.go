package web

import (
	"crypto/subtle"
	"fmt"
	"net"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/labbox/labbox/internal/lab"
)

// policy allows what the pages themselves bring, and nothing from elsewhere: no
// inline script or style, no frame around us, no request to another host.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; " +
	"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

func securityHeaders(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		h := c.Response().Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		// "no-referrer" would make browsers send "Origin: null" with our own forms.
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		return next(c)
	}
}

// allowedHosts are the names under which a browser on this machine reaches addr. A
// name an attacker's DNS points at loopback is not among them.
func allowedHosts(addr string, more []string) (map[string]bool, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fmt.Errorf("read dashboard address: %w", err)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, lab.Errorf(lab.CodeConfig, "give a loopback address such as 127.0.0.1:8800",
			"the dashboard is for this machine only, but its address is %s", addr)
	}
	hosts := map[string]bool{}
	for _, name := range []string{host, "localhost", "127.0.0.1", "::1"} {
		hosts[net.JoinHostPort(name, port)] = true
	}
	for _, name := range more {
		hosts[strings.ToLower(name)] = true
	}
	return hosts, nil
}

// guard refuses requests that do not come through the door as they should.
func (s *Server) guard(d *door) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			r := c.Request()
			if err := s.checkHost(d, r); err != nil {
				return err
			}
			inside := !d.remote || s.signedIn(c)
			c.Set(keyOutside, !inside)
			if !inside && !openToAll(r.URL.Path) {
				return s.locked(c)
			}
			if isUnsafe(r.Method) {
				if err := s.checkOrigin(d, r, inside); err != nil {
					return err
				}
				return next(c)
			}
			site := r.Header.Get("Sec-Fetch-Site")
			if strings.HasPrefix(r.URL.Path, "/api/") && (site == "cross-site" || site == "same-site") {
				return refusal("the API was asked by a page of another origin")
			}
			return next(c)
		}
	}
}

func (s *Server) checkHost(d *door, r *http.Request) error {
	if ip := net.ParseIP(remoteHost(r)); !d.remote && (ip == nil || !ip.IsLoopback()) {
		return refusal("the request did not come from this machine")
	}
	if !d.hosts[strings.ToLower(r.Host)] {
		return &httpError{status: http.StatusMisdirectedRequest, err: lab.Errorf("host",
			"open http://"+s.opt.Addr+"/; through an SSH tunnel, use the same port at both ends",
			"the Host header %q is not one of this dashboard", r.Host)}
	}
	return nil
}

// checkOrigin defends unsafe requests thrice: by what the browser says of the
// sender, by the origin, and by the token. Programs without a token use the socket.
// Who is still outside can only sign in; he has no token, so he must say his origin.
func (s *Server) checkOrigin(d *door, r *http.Request, inside bool) error {
	if !sameOrigin(r, d.scheme(), !inside) {
		return refusal("the request was sent by a page of another origin")
	}
	if !inside {
		return nil
	}
	token := r.Header.Get("X-CSRF-Token")
	if token == "" {
		token = r.PostFormValue("csrf")
	}
	if !s.hasToken(r, token) {
		return refusal("the request lacks the token of the page")
	}
	return nil
}

// sameOrigin says whether a page of ours sent r, by what the browser says of the sender
// and by the origin; without an origin it is so unless it must be said.
func sameOrigin(r *http.Request, scheme string, mustSay bool) bool {
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" {
		return false
	}
	origin := r.Header.Get("Origin")
	return origin == "" && !mustSay || strings.EqualFold(origin, scheme+"://"+r.Host)
}

// hasToken says whether token is the one that the pages of this browser carry.
func (s *Server) hasToken(r *http.Request, token string) bool {
	return subtle.ConstantTimeCompare([]byte(token), []byte(s.tokenFor(r))) == 1
}

func isUnsafe(method string) bool {
	return method != http.MethodGet && method != http.MethodHead && method != http.MethodOptions
}

func refusal(message string) error {
	return &httpError{status: http.StatusForbidden,
		err: &lab.Error{Code: "forbidden", Message: message, Hint: "reload the page, or use the command line"}}
}

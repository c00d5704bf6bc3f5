package web

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/labbox/labbox/internal/lab"
)

const (
	cookieSession = "labbox_session"
	pathSignIn    = "/signin"
	pathSignOut   = "/signout"
)

// routeSignIn registers the way in. A ticket is a link that works once, made by who
// can open the admin socket: "labbox open".
func (s *Server) routeSignIn(e *echo.Echo, d *door) {
	e.GET(pathSignIn, s.pageSignIn, preferences)
	e.POST(pathSignIn, s.formSignIn(d))
	e.GET(pathSignIn+"/:ticket", s.pageTicket)
	e.POST(pathSignIn+"/:ticket", s.formTicket(d))
	e.POST(pathSignOut, s.formSignOut(d))
}

// signInView is what the page of the sign-in shows.
type signInView struct {
	Next, Ticket, Problem string
	SignedIn              bool
}

func (s *Server) pageSignIn(c echo.Context) error {
	return s.renderSignIn(c, http.StatusOK, signInView{Next: localPath(c.QueryParam("next")), SignedIn: s.signedIn(c)})
}

// pageTicket asks for a click: programs that look at links beforehand would use the
// ticket up.
func (s *Server) pageTicket(c echo.Context) error {
	return s.renderSignIn(c, http.StatusOK, signInView{Ticket: c.Param("ticket"), Next: localPath(c.QueryParam("next"))})
}

func (s *Server) renderSignIn(c echo.Context, status int, v signInView) error {
	now, err := s.track.load(c.Request().Context())
	if err != nil {
		return err
	}
	return s.render(c, content{status, "signin", now, v})
}

// formSignIn trades the password for a session.
func (s *Server) formSignIn(d *door) echo.HandlerFunc {
	return func(c echo.Context) error {
		if !s.attempts.allow(remoteHost(c.Request())) {
			c.Response().Header().Set("Retry-After", strconv.Itoa(int(attemptsEvery.Seconds())))
			return s.renderSignIn(c, http.StatusTooManyRequests, signInView{Problem: "slow", Next: localPath(c.FormValue("next"))})
		}
		given := sha256.Sum256([]byte(c.FormValue("password")))
		want := sha256.Sum256([]byte(s.opt.Password))
		if s.opt.Password == "" || subtle.ConstantTimeCompare(given[:], want[:]) != 1 {
			s.opt.Log.Warn("sign-in refused", "from", remoteHost(c.Request()))
			return s.renderSignIn(c, http.StatusForbidden, signInView{Problem: "wrong", Next: localPath(c.FormValue("next"))})
		}
		return s.admit(c, d)
	}
}

// formTicket trades a ticket for a session.
func (s *Server) formTicket(d *door) echo.HandlerFunc {
	return func(c echo.Context) error {
		if !s.attempts.allow(remoteHost(c.Request())) || !s.tickets.take(c.Param("ticket")) {
			return s.renderSignIn(c, http.StatusForbidden, signInView{Problem: "ticket"})
		}
		return s.admit(c, d)
	}
}

func (s *Server) admit(c echo.Context, d *door) error {
	c.SetCookie(sessionCookie(s.sessions.issue(), d.remote, int(sessionLife.Seconds())))
	return c.Redirect(http.StatusSeeOther, localPath(c.FormValue("next")))
}

func (s *Server) formSignOut(d *door) echo.HandlerFunc {
	return func(c echo.Context) error {
		s.sessions.end(sessionOf(c.Request()))
		c.SetCookie(sessionCookie("", d.remote, -1))
		return c.Redirect(http.StatusSeeOther, pathSignIn)
	}
}

// apiTicket makes a link that signs a browser in once; see "labbox open".
func (s *Server) apiTicket(c echo.Context) error {
	return c.JSON(http.StatusOK, map[string]string{"path": pathSignIn + "/" + s.tickets.issue()})
}

// signedIn says whether the request comes from a browser of the owner's.
func (s *Server) signedIn(c echo.Context) bool { return s.sessions.valid(sessionOf(c.Request())) }

// ownerOnly refuses who has not signed in, on loopback too.
func (s *Server) ownerOnly(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if s.signedIn(c) {
			return next(c)
		}
		return notSignedIn()
	}
}

func notSignedIn() error {
	return &httpError{status: http.StatusUnauthorized, err: &lab.Error{Code: "sign-in",
		Message: "this is for the owner of the lab", Hint: "sign in: labbox open prints a link that does it, labbox credentials dashboard the password"}}
}

// tokenFor is what must come with unsafe requests of this browser.
func (s *Server) tokenFor(r *http.Request) string {
	word := sessionOf(r)
	if !s.sessions.valid(word) {
		return s.token
	}
	mac := hmac.New(sha256.New, []byte(s.token))
	mac.Write([]byte(word))
	return hex.EncodeToString(mac.Sum(nil))
}

func sessionOf(r *http.Request) string {
	if cookie, err := r.Cookie(cookieSession); err == nil {
		return cookie.Value
	}
	return ""
}

func sessionCookie(value string, secure bool, age int) *http.Cookie {
	return &http.Cookie{Name: cookieSession, Value: value, Path: "/", MaxAge: age, HttpOnly: true, Secure: secure, SameSite: http.SameSiteStrictMode}
}

// localPath returns where to go on, which is never another site.
func localPath(next string) string {
	u, err := url.Parse(next)
	if err != nil || u.Scheme != "" || u.Host != "" || !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.ContainsAny(next, "\\\r\n\t") {
		return "/"
	}
	return next
}

func remoteHost(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

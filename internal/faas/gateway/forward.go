package gateway

import (
	"io"
	"net"
	"net/http"
	"strings"
)

// forward does for a whole request what httputil.ReverseProxy does for all, at a
// third of the cost: most calls are whole, and calls are what the gateway is for.
func (s *Server) forward(w http.ResponseWriter, r *http.Request, c *call) {
	c.says = c.forwarding(r)
	c.interim = func(status int, h http.Header) {
		own := w.Header()
		for name, values := range h {
			own[name] = values
		}
		w.WriteHeader(status)
		for name := range h {
			delete(own, name)
		}
	}
	resp, err := s.calls.do(c, r)
	if err != nil {
		s.failed(w, r, c, err)
		return
	}
	defer func() { _ = resp.Body.Close() }()
	c.status = resp.StatusCode
	h := w.Header()
	copyEndToEnd(h, resp.Header)
	s.complete(c, resp.StatusCode, h)
	announced := len(resp.Trailer)
	for name := range resp.Trailer {
		h.Add("Trailer", name)
	}
	w.WriteHeader(resp.StatusCode)
	if err := s.copyAnswer(w, resp); err != nil {
		panic(http.ErrAbortHandler) // the status is out: only a broken connection tells
	}
	sendTrailers(w, resp.Trailer, announced)
}

// copyAnswer copies the body: at once what comes without a length, as streams do.
func (s *Server) copyAnswer(w http.ResponseWriter, resp *http.Response) error {
	if resp.Body == http.NoBody || resp.ContentLength == 0 {
		return nil
	}
	buffer := s.buffers.Get()
	defer s.buffers.Put(buffer)
	stream := resp.ContentLength < 0 || strings.HasPrefix(resp.Header.Get("Content-Type"), "text/event-stream")
	for {
		n, err := resp.Body.Read(buffer)
		if n > 0 {
			if _, err := w.Write(buffer[:n]); err != nil {
				return err
			}
			if stream {
				if err := http.NewResponseController(w).Flush(); err != nil {
					return err
				}
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func sendTrailers(w http.ResponseWriter, trailer http.Header, announced int) {
	if len(trailer) == 0 {
		return
	}
	_ = http.NewResponseController(w).Flush() // a body without bytes gets its chunked end too
	for name, values := range trailer {
		if len(trailer) != announced {
			name = http.TrailerPrefix + name
		}
		w.Header()[name] = values
	}
}

// forwarding returns what a function is told of r by the gateway, whatever the client
// says of it.
func (c *call) forwarding(r *http.Request) []field {
	proto := "http"
	if r.TLS != nil {
		proto = "https"
	}
	says := []field{{"X-Call-Id", c.id}, {"X-Start-Time", c.start}, {"X-Forwarded-Host", r.Host}, {"X-Forwarded-Proto", proto}, {"Forwarded", ""}}
	if host, _, err := net.SplitHostPort(r.RemoteAddr); err == nil {
		if prior := r.Header["X-Forwarded-For"]; len(prior) > 0 {
			host = strings.Join(prior, ", ") + ", " + host
		}
		says = append(says, field{"X-Forwarded-For", host})
	}
	return says
}

// copyEndToEnd copies the fields that are not for one connection only. The values are
// shared.
func copyEndToEnd(dst, src http.Header) {
	connection := src["Connection"]
	for name, values := range src {
		if endToEnd(name, connection) {
			dst[name] = values
		}
	}
}

// endToEnd says whether a field is for more than one connection; connection are the
// values of that field in the same header (RFC 9110, 7.6.1).
func endToEnd(name string, connection []string) bool {
	switch name {
	case "Connection", "Proxy-Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization",
		"Te", "Trailer", "Transfer-Encoding", "Upgrade":
		return false
	}
	return !listed(connection, name)
}

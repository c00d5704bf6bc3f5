package gateway

import (
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// forward does for a whole request what httputil.ReverseProxy does for all, at a
// third of the cost: most calls are whole, and calls are what the gateway is for.
func (s *Server) forward(w http.ResponseWriter, r *http.Request, c *call) {
	out := r.WithContext(r.Context())
	out.URL = &url.URL{Scheme: "http", Host: c.key.Name, Path: c.path.Path, RawPath: c.path.RawPath, RawQuery: c.path.RawQuery, ForceQuery: c.path.ForceQuery}
	out.Header = forwarded(r)
	c.mark(out.Header)
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
	resp, err := s.calls.do(c, out)
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
	rc := http.NewResponseController(w)
	for {
		n, err := resp.Body.Read(buffer)
		if n > 0 {
			if _, err := w.Write(buffer[:n]); err != nil {
				return err
			}
			if stream {
				if err := rc.Flush(); err != nil {
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

// forwarded returns the header that the function gets.
func forwarded(r *http.Request) http.Header {
	h := make(http.Header, len(r.Header)+6)
	copyEndToEnd(h, r.Header)
	delete(h, "Forwarded")
	if host, _, err := net.SplitHostPort(r.RemoteAddr); err == nil {
		if prior := r.Header["X-Forwarded-For"]; len(prior) > 0 {
			host = strings.Join(prior, ", ") + ", " + host
		}
		h["X-Forwarded-For"] = []string{host}
	}
	h["X-Forwarded-Host"] = []string{r.Host}
	h["X-Forwarded-Proto"] = []string{"http"}
	if r.TLS != nil {
		h["X-Forwarded-Proto"] = []string{"https"}
	}
	return h
}

// copyEndToEnd copies the fields that are not for one connection only. The values are
// shared.
func copyEndToEnd(dst, src http.Header) {
	for name, values := range src {
		switch name {
		case "Connection", "Proxy-Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization",
			"Te", "Trailer", "Transfer-Encoding", "Upgrade":
		default:
			dst[name] = values
		}
	}
	for _, list := range src["Connection"] {
		for name := range strings.SplitSeq(list, ",") {
			if name = strings.TrimSpace(name); name != "" {
				dst.Del(name)
			}
		}
	}
}

package gateway

import (
	"io"
	"net"
	"net/http"
	"net/textproto"
	"strconv"
	"strings"
	"time"
)

// frontPiece is how much of an answer is collected before it is sent.
const frontPiece = 8 << 10

// responder is the http.ResponseWriter of a plain call. An answer that is short or has a
// length leaves in one write; any other in chunks.
type responder struct {
	conn    net.Conn
	to      io.Writer     // the same connection, for what is short
	timeout time.Duration // of each write; 0: none
	until   deadline

	header  http.Header
	status  int
	bare    bool  // by its status there is no body
	head    bool  // the body is not sent, because of HEAD
	length  int64 // announced; -1: unknown
	written int64
	begun   bool // the head is out
	chunked bool
	last    bool   // nothing may come after it over this connection
	body    []byte // to be sent
	out     []byte // kept for its memory
	err     error
}

// begin makes it the answer to r.
func (w *responder) begin(r *http.Request) {
	if w.header == nil {
		w.header = http.Header{}
	}
	clear(w.header)
	*w = responder{conn: w.conn, to: w.to, timeout: w.timeout, until: w.until, header: w.header, length: -1,
		head: r.Method == http.MethodHead, body: w.body[:0], out: w.out[:0]}
}

// Header implements http.ResponseWriter.
func (w *responder) Header() http.Header { return w.header }

// WriteHeader implements http.ResponseWriter. An interim status is sent at once.
func (w *responder) WriteHeader(status int) {
	if w.status != 0 {
		return
	}
	if status >= 100 && status < 200 {
		w.send(append(w.appendFields(appendStatus(nil, status)), "\r\n"...))
		return
	}
	w.status = status
	w.bare = status == http.StatusNoContent || status == http.StatusNotModified
	if n, err := strconv.ParseInt(w.header.Get("Content-Length"), 10, 64); err == nil && n >= 0 {
		w.length = n
	}
	w.last = w.last || strings.EqualFold(w.header.Get("Connection"), "close")
}

// Write implements http.ResponseWriter.
func (w *responder) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	if w.bare {
		return 0, http.ErrBodyNotAllowed
	}
	if w.written += int64(len(p)); w.length >= 0 && w.written > w.length {
		return 0, http.ErrContentLength
	}
	if w.head {
		return len(p), nil
	}
	if len(w.body)+len(p) < frontPiece {
		w.body = append(w.body, p...)
	} else {
		w.push(p, false)
	}
	return len(p), w.err
}

// FlushError is what http.ResponseController calls.
func (w *responder) FlushError() error {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	w.push(nil, false)
	return w.err
}

// finish sends what is left; false when the connection must end.
func (w *responder) finish(closing bool) bool {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	w.last = w.last || closing
	w.push(nil, true)
	whole := w.length < 0 || w.length == w.written || w.bare || w.head
	return w.err == nil && !w.last && whole
}

// push sends the head, if it is not out, the body so far, and p, in one write.
func (w *responder) push(p []byte, end bool) {
	b := w.out[:0]
	if !w.begun {
		b = w.appendHead(b, end)
	}
	var after []byte
	if size := len(w.body) + len(p); w.chunked && size > 0 {
		b = append(strconv.AppendInt(b, int64(size), 16), "\r\n"...)
		after = append(after, "\r\n"...)
	}
	if w.chunked && end {
		after = w.appendTrailers(append(after, "0\r\n"...))
	}
	b = append(b, w.body...)
	w.out, w.body = b, w.body[:0]
	if len(p) == 0 {
		w.send(append(b, after...))
		return
	}
	if w.err == nil {
		w.extend()
		all := net.Buffers{b, p, after}
		_, w.err = all.WriteTo(w.conn)
	}
}

func (w *responder) send(b []byte) {
	if len(b) == 0 || w.err != nil {
		return
	}
	w.extend()
	_, w.err = w.to.Write(b)
}

// extend gives the client time for the next write.
func (w *responder) extend() {
	if w.timeout > 0 {
		_ = w.until.arm(w.timeout, w.conn.SetWriteDeadline)
	}
}

// appendHead appends the head. When the body has ended its length is known.
func (w *responder) appendHead(b []byte, end bool) []byte {
	w.begun = true
	b = w.appendFields(appendStatus(b, w.status))
	switch {
	case w.bare:
	case w.length >= 0:
		b = appendLength(b, w.length)
	case end && len(w.header["Trailer"]) == 0 && (!w.head || w.written > 0 && w.written <= frontPiece):
		b = appendLength(b, w.written)
	case w.head: // what a body would be like is not known
	default:
		w.chunked = true
		b = append(b, "Transfer-Encoding: chunked\r\n"...)
	}
	if _, ok := w.header["Date"]; !ok {
		b = append(time.Now().UTC().AppendFormat(append(b, "Date: "...), http.TimeFormat), "\r\n"...)
	}
	if w.last {
		b = append(b, "Connection: close\r\n"...)
	}
	return append(b, "\r\n"...)
}

func appendLength(b []byte, n int64) []byte {
	return append(strconv.AppendInt(append(b, "Content-Length: "...), n, 10), "\r\n"...)
}

func appendStatus(b []byte, status int) []byte {
	b = strconv.AppendInt(append(b, "HTTP/1.1 "...), int64(status), 10)
	return append(append(append(b, ' '), http.StatusText(status)...), "\r\n"...)
}

// appendFields appends the header's fields that are not about the message itself.
func (w *responder) appendFields(b []byte) []byte {
	trailers := w.header["Trailer"]
	for name, values := range w.header {
		switch name {
		case "Content-Length", "Transfer-Encoding", "Connection":
			continue // ours to say
		}
		if strings.HasPrefix(name, http.TrailerPrefix) || trailers != nil && listed(trailers, name) {
			continue // they come last
		}
		b = appendField(b, name, values...)
	}
	return b
}

// appendTrailers appends the fields after the last chunk, announced or not.
func (w *responder) appendTrailers(b []byte) []byte {
	trailers := w.header["Trailer"]
	for name, values := range w.header {
		late, unannounced := strings.CutPrefix(name, http.TrailerPrefix)
		if unannounced || listed(trailers, name) {
			b = appendField(b, late, values...)
		}
	}
	return append(b, "\r\n"...)
}

// listed says whether the comma-separated lists have the name of a field.
func listed(lists []string, name string) bool {
	for _, list := range lists {
		for one := range strings.SplitSeq(list, ",") {
			if textproto.CanonicalMIMEHeaderKey(strings.TrimSpace(one)) == name {
				return true
			}
		}
	}
	return false
}

// appendField appends a field, a line for each value; a name that is none is left out.
func appendField(b []byte, name string, values ...string) []byte {
	for i := range len(name) {
		switch name[i] {
		case '\r', '\n', ':', ' ':
			return b
		}
	}
	for _, v := range values {
		b = append(append(b, name...), ": "...)
		start := len(b)
		b = append(b, v...)
		for i := start; i < len(b); i++ {
			if b[i] == '\r' || b[i] == '\n' {
				b[i] = ' '
			}
		}
		b = append(b, "\r\n"...)
	}
	return b
}

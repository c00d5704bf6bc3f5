package gateway

import (
	"bytes"
	"strconv"
)

var (
	endOfHead = []byte("\r\n\r\n")
	lineEnd   = []byte("\r\n")
	version11 = []byte(" HTTP/1.1")
	callPath  = []byte(" /function/")
)

// plain says whether read is one request for a function, HTTP/1.1, with its whole body,
// and asks nothing of the connection: no upgrade, no expectation, no transfer coding, no
// end. What looks unusual in any way is not plain: it is for http.Server to judge.
func plain(read []byte) bool {
	end := bytes.Index(read, endOfHead)
	if end < 0 {
		return false
	}
	line, fields, _ := bytes.Cut(read[:end], lineEnd)
	method, rest, ok := bytes.Cut(line, callPath)
	if !ok || len(method) == 0 || !token(method) || !bytes.HasSuffix(rest, version11) || bytes.Equal(method, []byte("CONNECT")) {
		return false
	}
	hosts, lengths, body := 0, 0, 0
	for len(fields) > 0 {
		line, fields, _ = bytes.Cut(fields, lineEnd)
		name, value, ok := bytes.Cut(line, []byte(":"))
		if !ok || !token(name) || !printable(value) {
			return false
		}
		switch {
		case is(name, "host"):
			hosts++
		case is(name, "content-length"):
			n, err := strconv.ParseUint(string(bytes.TrimSpace(value)), 10, 31)
			if err != nil {
				return false
			}
			lengths, body = lengths+1, int(n)
		case is(name, "connection"):
			if !is(bytes.TrimSpace(value), "keep-alive") {
				return false
			}
		case is(name, "expect"), is(name, "upgrade"), is(name, "transfer-encoding"), is(name, "te"),
			is(name, "trailer"), is(name, "keep-alive"), is(name, "proxy-connection"):
			return false
		}
	}
	return hosts == 1 && lengths <= 1 && len(read)-end-len(endOfHead) == body
}

func is(name []byte, lower string) bool {
	return len(name) == len(lower) && bytes.EqualFold(name, []byte(lower))
}

// token says whether b is a token (RFC 9110, 5.6.2) of letters, digits and the signs that
// occur in names.
func token(b []byte) bool {
	for _, c := range b {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-', c == '_':
		default:
			return false
		}
	}
	return len(b) > 0
}

// printable says whether b has no control characters.
func printable(b []byte) bool {
	for _, c := range b {
		if c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}

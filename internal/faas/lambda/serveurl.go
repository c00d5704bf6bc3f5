package lambda

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/labbox/labbox/internal/faas/lambda/runtime"
)

// preludeType is how a function streams status and headers before the body.
const preludeType = "application/vnd.awslambda.http-integration-response"

// serveURL serves a function URL; path is escaped.
func (s *Server) serveURL(w http.ResponseWriter, r *http.Request, id, path string) {
	u, ok := s.findURL(id)
	if !ok {
		s.writeJSON(w, http.StatusForbidden, map[string]string{"Message": "Forbidden"})
		return
	}
	if u.url.Cors.answer(w, r) {
		return
	}
	if u.url.AuthType == authIAM {
		err := s.checkIAM(r)
		if err != nil {
			s.writeJSON(w, http.StatusForbidden, map[string]string{"Message": "Forbidden"})
			return
		}
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxSync))
	if err != nil {
		s.writeJSON(w, http.StatusRequestEntityTooLarge, map[string]string{"Message": "Request Entity Too Large"})
		return
	}
	i, err := s.prepare(u.target, nil, r.Header)
	if err == nil {
		i.ClientContext = ""
		i.Event, err = s.urlEvent(r, u.url, i.ID, httpPart{path, body})
	}
	if err != nil {
		s.urlFailed(w, r, err)
		return
	}
	w.Header().Set("x-amzn-RequestId", i.ID)
	w.Header().Set("X-Amzn-Trace-Id", i.Trace)
	if u.url.InvokeMode == modeStream {
		s.streamURL(w, r, i)
		return
	}
	out, err := s.run(r.Context(), i, nil)
	if err != nil {
		s.urlFailed(w, r, err)
		return
	}
	answerURL(w, out)
}

// checkIAM demands a signature: the lab's if it checks any, else one at all.
func (s *Server) checkIAM(r *http.Request) error {
	if s.config.SigV4 {
		return s.checkSignature(r, "lambda")
	}
	_, err := readScope(r.Header.Get("Authorization"))
	return err
}

// urlFailed answers for the platform.
func (s *Server) urlFailed(w http.ResponseWriter, r *http.Request, err error) {
	var e *Error
	status, text := http.StatusBadGateway, "Internal Server Error"
	switch {
	case errors.As(err, &e) && e.Status == http.StatusTooManyRequests:
		status, text = http.StatusTooManyRequests, "Too Many Requests"
	case errors.As(err, &e) && e.Status == http.StatusNotFound:
		status, text = http.StatusForbidden, "Forbidden"
	default:
		s.log.Warn("a function URL failed", "host", r.Host, "error", err)
	}
	s.writeJSON(w, status, map[string]string{"Message": text})
}

type httpPart struct {
	path string // escaped
	body []byte
}

// urlEvent is the request as an event of version 2.0.
func (s *Server) urlEvent(r *http.Request, u *URL, requestID string, part httpPart) ([]byte, error) {
	headers, cookies := map[string]string{"host": r.Host}, []string{}
	for name, values := range r.Header {
		if name == "Cookie" {
			for _, v := range values {
				for _, c := range strings.Split(v, ";") {
					cookies = append(cookies, strings.TrimSpace(c))
				}
			}
			continue
		}
		headers[strings.ToLower(name)] = strings.Join(values, ",")
	}
	source, _, _ := net.SplitHostPort(r.RemoteAddr)
	path, err := url.PathUnescape(part.path)
	if err != nil {
		path = part.path
	}
	now := s.now()
	domain, _, _ := strings.Cut(r.Host, ":")
	event := map[string]any{
		"version": "2.0", "routeKey": "$default", "rawPath": part.path, "rawQueryString": r.URL.RawQuery, "headers": headers,
		"requestContext": map[string]any{
			"accountId": "anonymous", "apiId": u.ID, "domainName": domain, "domainPrefix": u.ID, "requestId": requestID,
			"http":     map[string]string{"method": r.Method, "path": path, "protocol": r.Proto, "sourceIp": source, "userAgent": r.UserAgent()},
			"routeKey": "$default", "stage": "$default", "time": stamp(now), "timeEpoch": now.UnixMilli(),
		},
		"isBase64Encoded": false,
	}
	if u.AuthType == authIAM {
		event["requestContext"].(map[string]any)["accountId"] = Account
	}
	if len(cookies) > 0 {
		event["cookies"] = cookies
	}
	if q := r.URL.Query(); len(q) > 0 {
		flat := map[string]string{}
		for k, values := range q {
			flat[k] = strings.Join(values, ",")
		}
		event["queryStringParameters"] = flat
	}
	if len(part.body) > 0 {
		if textual(r.Header.Get("Content-Type")) && utf8.Valid(part.body) {
			event["body"] = string(part.body)
		} else {
			event["body"], event["isBase64Encoded"] = base64.StdEncoding.EncodeToString(part.body), true
		}
	}
	return json.Marshal(event)
}

// textual says whether a body of that type is passed on as text.
func textual(contentType string) bool {
	kind, _, _ := strings.Cut(strings.ToLower(contentType), ";")
	kind = strings.TrimSpace(kind)
	return strings.HasPrefix(kind, "text/") || strings.HasSuffix(kind, "+json") || strings.HasSuffix(kind, "+xml") ||
		slices.Contains([]string{"application/json", "application/javascript", "application/xml", "application/x-www-form-urlencoded"}, kind)
}

// reply is what a function may answer a URL with.
type reply struct {
	StatusCode      int            `json:"statusCode"`
	Headers         map[string]any `json:"headers"`
	Cookies         []string       `json:"cookies"`
	Body            string         `json:"body"`
	IsBase64Encoded bool           `json:"isBase64Encoded"`
}

// answerURL turns a function's result into an HTTP answer: an object with a
// statusCode says it all, anything else is the body.
func answerURL(w http.ResponseWriter, out *outcome) {
	h := w.Header()
	if out.failed {
		h.Set("Content-Type", "application/json")
		h.Set("X-Amz-Function-Error", "Unhandled")
		w.WriteHeader(http.StatusBadGateway)
		_, _ = io.WriteString(w, "Internal Server Error")
		return
	}
	var shape struct {
		StatusCode *json.Number `json:"statusCode"`
	}
	if json.Unmarshal(out.payload, &shape) != nil || shape.StatusCode == nil {
		h.Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusOK)
		_, _ = w.Write(plain(out.payload))
		return
	}
	var re reply
	err := json.Unmarshal(out.payload, &re)
	body := []byte(re.Body)
	if err == nil && re.IsBase64Encoded {
		body, err = base64.StdEncoding.DecodeString(re.Body)
	}
	if err != nil || !re.head(w) {
		h.Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadGateway)
		_, _ = io.WriteString(w, "Internal Server Error")
		return
	}
	_, _ = w.Write(body)
}

// plain is a JSON string without its quotes, and anything else as it is.
func plain(payload []byte) []byte {
	var text string
	if json.Unmarshal(payload, &text) == nil {
		return []byte(text)
	}
	return payload
}

// head writes status and headers; false when there is no such status.
func (re *reply) head(w http.ResponseWriter) bool {
	if re.StatusCode < 200 || re.StatusCode > 599 {
		return false
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	for name, value := range re.Headers {
		if text, ok := value.(string); ok {
			h.Set(name, text)
		} else if raw, err := json.Marshal(value); err == nil {
			h.Set(name, string(raw))
		}
	}
	for _, c := range re.Cookies {
		h.Add("Set-Cookie", c)
	}
	w.WriteHeader(re.StatusCode)
	return true
}

// streamURL passes an answer on while it comes.
func (s *Server) streamURL(w http.ResponseWriter, r *http.Request, i *invocation) {
	begun := false
	out, err := s.run(r.Context(), i, func(a *runtime.Answer) error {
		begun = true
		return pass(w, a)
	})
	switch {
	case begun && (err != nil || out.failed):
		panic(http.ErrAbortHandler) // the client sees that it is not all
	case begun:
	case err != nil:
		s.urlFailed(w, r, err)
	default:
		answerURL(w, out)
	}
}

// pass writes a streamed answer; a prelude becomes status and headers.
func pass(w http.ResponseWriter, a *runtime.Answer) error {
	body := bufio.NewReader(a)
	if a.ContentType == preludeType {
		text, err := readPrelude(body)
		if err != nil {
			return err
		}
		re := reply{StatusCode: http.StatusOK}
		if err := json.Unmarshal(text, &re); err != nil || !re.head(w) {
			return errors.New("the function's prelude is not valid")
		}
	} else {
		kind := a.ContentType
		if kind == "" {
			kind = "application/octet-stream"
		}
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(http.StatusOK)
	}
	rc := http.NewResponseController(w)
	buffer := make([]byte, 32<<10)
	for {
		n, err := body.Read(buffer)
		if n > 0 {
			_, _ = w.Write(buffer[:n])
			_ = rc.Flush()
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// readPrelude reads up to eight zero bytes.
func readPrelude(body *bufio.Reader) ([]byte, error) {
	var text []byte
	end := make([]byte, 8)
	for len(text) < 64<<10 {
		b, err := body.ReadByte()
		if err != nil {
			return nil, err
		}
		text = append(text, b)
		if bytes.HasSuffix(text, end) {
			return text[:len(text)-8], nil
		}
	}
	return nil, errors.New("the function's prelude does not end")
}

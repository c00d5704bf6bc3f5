package web

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"

	"github.com/labbox/labbox/internal/lab"
)

const (
	// invokeBody is the largest body that can be sent from the browser, invokeAnswer
	// what is shown of an answer.
	invokeBody   = 1 << 20
	invokeAnswer = 64 << 10
	// invokePatience is how long an answer is waited for: a little less than the gateway
	// itself waits for a function.
	invokePatience = 55 * time.Second
	// codeTimeout is the code of an answer that did not come in time.
	codeTimeout lab.Code = "timeout"
	// dumped is how many bytes of a binary answer are shown.
	dumped = 512
	// headersShown and headerLength bound what is shown of an answer's headers.
	headersShown = 60
	headerLength = 1000
)

// limitBodies bounds what a request may send: little, but where a function is called or
// the learner writes; a form makes three bytes or six of a letter.
// A body of a megabyte may grow twofold as JSON or with a form around it.
func limitBodies() echo.MiddlewareFunc {
	usual, words, large := middleware.BodyLimit("64K"), middleware.BodyLimit("400K"), middleware.BodyLimit("2112K")
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		usual, words, large := usual(next), words(next), large(next)
		return func(c echo.Context) error {
			if strings.HasSuffix(c.Path(), "/:namespace/:name/invoke") {
				return large(c)
			}
			if strings.HasSuffix(c.Path(), "/note") || strings.HasPrefix(c.Path(), "/review/") {
				return words(c)
			}
			return usual(c)
		}
	}
}

// invokeMethods are what the form offers, the usual one first.
func invokeMethods() []string {
	return []string{
		http.MethodPost, http.MethodGet, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodHead, http.MethodOptions,
	}
}

// invocation is a call from the browser: what was filled in, and what came of it.
type invocation struct {
	Method, Path, Type, Body string
	Answer                   *answerView
	// Failure is why there is no answer.
	Failure *lab.Error
	// TimedOut after so many Seconds.
	TimedOut bool
	Seconds  float64
}

func blankInvocation() invocation {
	return invocation{Method: http.MethodPost, Path: "/", Type: "application/json"}
}

// answerView is an answer as it is shown: nothing in it is trusted.
type answerView struct {
	Status  int
	Text    string
	Seconds float64
	Headers []headerLine
	// Body is text; of a binary answer it is a dump of the beginning.
	Body      string
	Binary    bool
	Bytes     int64
	Truncated bool
}

// headerLine is one header of an answer.
type headerLine struct{ Name, Value string }

// Mood is how the status is coloured.
func (a answerView) Mood() string {
	switch {
	case a.Status >= 400:
		return "failed"
	case a.Status >= 300:
		return "running"
	}
	return "ready"
}

func viewAnswer(a FunctionAnswer) *answerView {
	v := &answerView{Status: a.Status, Text: http.StatusText(a.Status), Seconds: a.Seconds, Bytes: int64(len(a.Body)), Truncated: a.Truncated}
	for _, name := range slices.Sorted(maps.Keys(a.Header)) {
		for _, value := range a.Header[name] {
			if len(v.Headers) < headersShown {
				v.Headers = append(v.Headers, headerLine{name, strings.ToValidUTF8(clip(value, headerLength), "�")})
			}
		}
	}
	if text, ok := readable(a.Body, a.Truncated); ok {
		v.Body = text
	} else {
		v.Binary, v.Body = true, hex.Dump(a.Body[:min(len(a.Body), dumped)])
	}
	return v
}

// readable returns body where it is text. The end of one that was cut may be part of
// a letter.
func readable(body []byte, cut bool) (string, bool) {
	for i := 0; cut && i < utf8.UTFMax && len(body) > 0; i++ {
		if r, size := utf8.DecodeLastRune(body); r != utf8.RuneError || size != 1 {
			break
		}
		body = body[:len(body)-1]
	}
	if !utf8.Valid(body) || slices.Contains(body, 0) {
		return "", false
	}
	return string(body), true
}

func clip(text string, length int) string {
	if len(text) > length {
		return text[:length] + "…"
	}
	return text
}

// invoke calls a function on behalf of a viewer.
func (s *Server) invoke(ctx context.Context, call FunctionCall) (FunctionAnswer, error) {
	if err := checkCall(&call); err != nil {
		return FunctionAnswer{}, err
	}
	if _, err := s.functions.find(ctx, call.ID); err != nil {
		return FunctionAnswer{}, err
	}
	call.Limit = invokeAnswer
	patience := s.invokePatience
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	answer, err := s.functions.Functions.Invoke(ctx, call)
	s.functions.changed() // it may have been woken
	if err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return FunctionAnswer{}, &httpError{status: http.StatusGatewayTimeout, err: lab.Errorf(codeTimeout,
			"its log may say why; what takes longer is for an asynchronous call", "the function did not answer within %s", patience)}
	}
	return answer, err
}

// checkCall completes a call and refuses one that cannot be meant.
func checkCall(call *FunctionCall) error {
	call.Method = orDefault(call.Method, http.MethodPost)
	call.Path = orDefault(call.Path, "/")
	if !slices.Contains(invokeMethods(), call.Method) {
		return lab.Errorf(lab.CodeUsage, "use one of "+strings.Join(invokeMethods(), ", "), "%q is no method that can be used here", clip(call.Method, 20))
	}
	target, err := url.ParseRequestURI(call.Path)
	if err != nil || !strings.HasPrefix(call.Path, "/") || strings.HasPrefix(call.Path, "//") || len(call.Path) > 4096 ||
		slices.Contains(strings.Split(target.Path, "/"), "..") {
		return lab.Errorf(lab.CodeUsage, "write it as /items?limit=3", "%q is no path of a function", clip(call.Path, 80))
	}
	if call.ContentType != "" {
		if _, _, err := mime.ParseMediaType(call.ContentType); err != nil {
			return lab.Errorf(lab.CodeUsage, "write it as application/json", "%q is no content type", clip(call.ContentType, 80))
		}
	}
	if len(call.Body) > invokeBody {
		return tooLarge()
	}
	return nil
}

func tooLarge() error {
	return &httpError{status: http.StatusRequestEntityTooLarge, err: lab.Errorf(lab.CodeUsage,
		"send larger ones with curl, straight to the function gateway", "the body is larger than 1 MB, the most that can be sent from here")}
}

// readInvocation reads the form. Browsers end lines of a text field with CR LF; what
// was meant is LF. A file is sent as it is, in place of the text.
func readInvocation(c echo.Context) (invocation, []byte, error) {
	in := invocation{
		Method: c.FormValue("method"), Path: strings.TrimSpace(c.FormValue("path")), Type: strings.TrimSpace(c.FormValue("type")),
		Body: strings.ReplaceAll(c.FormValue("body"), "\r\n", "\n"),
	}
	header, err := c.FormFile("file")
	if err != nil || header.Size == 0 { // none was chosen
		return in, []byte(in.Body), nil
	}
	if header.Size > invokeBody {
		return in, nil, tooLarge()
	}
	file, err := header.Open()
	if err != nil {
		return in, nil, fmt.Errorf("read the file of the form: %w", err)
	}
	defer file.Close()
	body, err := io.ReadAll(io.LimitReader(file, invokeBody+1))
	if err != nil {
		return in, nil, fmt.Errorf("read the file of the form: %w", err)
	}
	if sent := header.Header.Get("Content-Type"); sent != "" {
		in.Type = sent
	}
	return in, body, nil
}

// formInvoke calls the function and shows the page with its answer.
func (s *Server) formInvoke(c echo.Context) error {
	in, body, err := readInvocation(c)
	if err != nil {
		return err
	}
	id := functionID(c)
	answer, err := s.invoke(c.Request().Context(), FunctionCall{ID: id, Method: in.Method, Path: in.Path, ContentType: in.Type, Body: body})
	if err == nil {
		in.Answer = viewAnswer(answer)
		return s.showFunction(c, id, in)
	}
	status, e := describe(err)
	if status == http.StatusNotFound {
		return err
	}
	in.Failure, in.TimedOut, in.Seconds = e, e.Code == codeTimeout, s.invokePatience.Seconds()
	return s.showFunction(c, id, in)
}

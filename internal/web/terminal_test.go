package web

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/labbox/labbox/internal/lab"
)

// tab is a browser's end of a terminal.
type tab struct {
	t       *testing.T
	conn    *websocket.Conn
	session string
	resumed bool
	text    strings.Builder
}

func (d *demo) protocols() []string {
	return []string{terminalProtocol, tokenProtocol + d.server.tokenFor(d.signedIn())}
}

// signedIn is a request of the owner's browser.
func (d *demo) signedIn() *http.Request {
	r := &http.Request{Header: http.Header{}}
	r.AddCookie(&http.Cookie{Name: cookieSession, Value: d.session()})
	return r
}

// dial opens a WebSocket as the owner's browser does.
func (d *demo) dial(protocols []string, header http.Header) (*websocket.Conn, *http.Response, error) {
	header = header.Clone()
	if header == nil {
		header = http.Header{}
	}
	header.Set("Cookie", d.signedIn().Header.Get("Cookie"))
	return d.dialOutside(protocols, header)
}

func (d *demo) dialOutside(protocols []string, header http.Header) (*websocket.Conn, *http.Response, error) {
	dialer := websocket.Dialer{Subprotocols: protocols, HandshakeTimeout: 10 * time.Second}
	return dialer.Dial("ws"+strings.TrimPrefix(d.base, "http")+"/api/v1/terminal", header)
}

func (d *demo) mustOpen(t *testing.T, hello terminalHello) *tab {
	t.Helper()
	conn, _, err := d.dial(d.protocols(), http.Header{"Origin": {d.base}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return greet(t, conn, hello)
}

// greet says hello and hears which terminal it is.
func greet(t *testing.T, conn *websocket.Conn, hello terminalHello) *tab {
	t.Helper()
	c := &tab{t: t, conn: conn}
	if err := conn.WriteJSON(hello); err != nil {
		t.Fatal(err)
	}
	var answer struct {
		Session string    `json:"session"`
		Resumed bool      `json:"resumed"`
		Ended   string    `json:"ended"`
		Error   lab.Error `json:"error"`
	}
	_ = conn.SetReadDeadline(time.Now().Add(20 * time.Second))
	if err := conn.ReadJSON(&answer); err != nil || answer.Session == "" {
		t.Fatalf("no terminal: %v %+v", err, answer)
	}
	c.session, c.resumed = answer.Session, answer.Resumed
	return c
}

func (c *tab) mustType(text string) {
	c.t.Helper()
	if err := c.conn.WriteMessage(websocket.BinaryMessage, []byte(text)); err != nil {
		c.t.Fatal(err)
	}
}

// mustSee reads until the text is on the screen.
func (c *tab) mustSee(text string) {
	c.t.Helper()
	_ = c.conn.SetReadDeadline(time.Now().Add(20 * time.Second))
	for looked := 0; !strings.Contains(c.text.String()[looked:], text); {
		looked = max(0, c.text.Len()-len(text)) // what was looked through is not, for each frame, again
		kind, p, err := c.conn.ReadMessage()
		if err != nil {
			c.t.Fatalf("waiting for %q: %v\n%q", text, err, c.text.String())
		}
		if kind != websocket.BinaryMessage {
			c.t.Fatalf("waiting for %q: %s", text, p)
		}
		c.text.Write(p)
	}
}

// mustEnd reads to the end and returns what was said of it.
func (c *tab) mustEnd() terminalEnd {
	c.t.Helper()
	_ = c.conn.SetReadDeadline(time.Now().Add(20 * time.Second))
	for {
		kind, p, err := c.conn.ReadMessage()
		if err != nil {
			c.t.Fatalf("waiting for the end: %v", err)
		}
		var e terminalEnd
		if kind == websocket.TextMessage && json.Unmarshal(p, &e) == nil && e.Ended != "" {
			return e
		}
		c.text.Write(p)
	}
}

func TestTerminal(t *testing.T) {
	t.Parallel()
	d := newDemo(t)
	c := d.mustOpen(t, terminalHello{Cols: 90, Rows: 30})
	c.mustSee("$ ")
	c.mustType("echo hi\r")
	c.mustSee("echo hi\r\nhi\r\n")
	c.mustType("size\r")
	c.mustSee("90 columns, 30 rows")
	if err := c.conn.WriteJSON(terminalOrder{Cols: 40, Rows: 12}); err != nil {
		t.Fatal(err)
	}
	for !strings.Contains(c.text.String(), "40 columns, 12 rows") { // it takes the size when it looks
		c.text.Reset()
		c.mustType("size\r")
		c.mustSee(" rows")
	}
	c.mustType("exit\r")
	if e := c.mustEnd(); e.Ended != endExit || e.Code != 3 {
		t.Errorf("ended %+v, want exit with code 3", e)
	}
	if _, _, err := c.conn.ReadMessage(); !websocket.IsCloseError(err, websocket.CloseNormalClosure) {
		t.Errorf("closed by %v", err)
	}
}

func TestTerminalFailures(t *testing.T) {
	t.Parallel()
	d := newDemo(t)
	c := d.mustOpen(t, terminalHello{Lesson: "gitops/drift"})
	c.mustSee("/home/learner/lessons/gitops/drift")
	c.mustType("break\r")
	if e := c.mustEnd(); e.Ended != endFailed || e.Failed == nil || !strings.Contains(e.Failed.Message, "the pipe broke") {
		t.Errorf("ended %+v", e)
	}
	c = d.mustOpen(t, terminalHello{})
	if err := c.conn.WriteJSON(terminalOrder{End: true}); err != nil {
		t.Fatal(err)
	}
	if e := c.mustEnd(); e.Ended != endExit {
		t.Errorf("asked to end: %+v", e)
	}
	c = d.mustOpen(t, terminalHello{})
	c.mustSee("$ ")
	d.server.Close()
	if e := c.mustEnd(); e.Ended != endClosed {
		t.Errorf("the lab stopped: %+v", e)
	}
	bare := mustServer(t, nil)
	owner := map[string]string{"Cookie": cookieSession + "=" + bare.sessions.issue()}
	if w := ask(t, call{bare.Handler(), "GET", "/api/v1/terminal", nil, owner}); w.Code != 503 {
		t.Errorf("without a workbench: %d", w.Code)
	}
}

// The shell goes on when the connection breaks, and shows what was said meanwhile.
func TestTerminalComesBack(t *testing.T) {
	t.Parallel()
	d := newDemo(t)
	first := d.mustOpen(t, terminalHello{})
	first.mustType("echo one\r")
	first.mustSee("\r\none\r\n")
	first.conn.Close()
	mustAwait(t, "the viewer to be gone", func() bool { return d.lonely() == 1 })

	second := d.mustOpen(t, terminalHello{Session: first.session})
	if !second.resumed || second.session != first.session {
		t.Fatalf("resumed %t, session %q after %q", second.resumed, second.session, first.session)
	}
	second.mustSee("\r\none\r\n")
	second.mustType("echo two\r")
	second.mustSee("\r\ntwo\r\n")

	third := d.mustOpen(t, terminalHello{Session: first.session})
	if e := second.mustEnd(); e.Ended != endTaken {
		t.Errorf("the tab before heard %+v", e)
	}
	third.mustSee("\r\ntwo\r\n")

	for name, session := range map[string]string{"a guess": "AAAAAAAAAAAAAAAAAAAAAAAAAA", "nothing": ""} {
		if other := d.mustOpen(t, terminalHello{Session: session}); other.resumed || other.session == first.session {
			t.Errorf("%s opened somebody's terminal", name)
		}
	}
}

func TestTerminalScrollbackIsBounded(t *testing.T) {
	t.Parallel()
	d := newDemo(t)
	d.server.terminals.limits.scrollback = 1000
	first := d.mustOpen(t, terminalHello{})
	first.mustType("flood\r")
	first.mustSee("line 19999")
	second := d.mustOpen(t, terminalHello{Session: first.session})
	second.mustSee("line 19999")
	if text := second.text.String(); len(text) > 1000 || !strings.HasPrefix(text, "line ") {
		t.Errorf("%d bytes, beginning %q", len(text), text[:min(40, len(text))])
	}
}

func TestTerminalLimits(t *testing.T) {
	t.Parallel()
	d := newDemo(t)
	d.server.terminals.limits.most = 2
	one, two := d.mustOpen(t, terminalHello{}), d.mustOpen(t, terminalHello{})
	conn, _, err := d.dial(d.protocols(), http.Header{"Origin": {d.base}})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	var refused terminalEnd
	if err := conn.WriteJSON(terminalHello{}); err != nil || conn.ReadJSON(&refused) != nil || refused.Failed == nil || refused.Failed.Hint == "" {
		t.Errorf("a third one: %v %+v", err, refused)
	}
	one.conn.Close()
	mustAwait(t, "the viewer to be gone", func() bool { return d.lonely() == 1 })
	if three := d.mustOpen(t, terminalHello{Session: ""}); three.session == one.session {
		t.Error("it took over a shell that is not its own")
	}
	if again := d.mustOpen(t, terminalHello{Session: two.session}); !again.resumed {
		t.Error("the one that was looked at had to make room")
	}
}

func TestTerminalEndsAlone(t *testing.T) {
	t.Parallel()
	d := newDemo(t)
	d.server.terminals.limits.keep = 50 * time.Millisecond
	left := d.mustOpen(t, terminalHello{})
	left.conn.Close()
	mustAwait(t, "a shell that nobody looks at to end", func() bool { return d.open() == 0 })

	d.server.terminals.limits.idle = 50 * time.Millisecond
	if e := d.mustOpen(t, terminalHello{}).mustEnd(); e.Ended != endIdle {
		t.Errorf("nobody typed: %+v", e)
	}
}

// TestTerminalAttacks opens the terminal as pages and programs would that must not.
func TestTerminalAttacks(t *testing.T) {
	t.Parallel()
	d := newDemo(t)
	right := d.protocols()
	for _, c := range []struct {
		name      string
		protocols []string
		header    http.Header
		status    int
	}{
		{"our page", right, http.Header{"Origin": {d.base}, "Sec-Fetch-Site": {"same-origin"}}, 101},
		{"a page of another site", right, http.Header{"Origin": {"https://evil.example"}}, 403},
		{"another port of this machine", right, http.Header{"Origin": {"http://127.0.0.1:9090"}}, 403},
		{"a name that begins like ours", right, http.Header{"Origin": {d.base + ".evil.example"}}, 403},
		{"https", right, http.Header{"Origin": {strings.Replace(d.base, "http", "https", 1)}}, 403},
		{"a sandboxed frame", right, http.Header{"Origin": {"null"}}, 403},
		{"a program without an origin", right, nil, 403},
		{"what the browser calls cross-site", right, http.Header{"Origin": {d.base}, "Sec-Fetch-Site": {"cross-site"}}, 403},
		{"what the browser calls same-site", right, http.Header{"Origin": {d.base}, "Sec-Fetch-Site": {"same-site"}}, 403},
		{"no token", []string{terminalProtocol}, http.Header{"Origin": {d.base}}, 403},
		{"a guessed token", []string{terminalProtocol, tokenProtocol + "guess"}, http.Header{"Origin": {d.base}}, 403},
		{"an empty token", []string{terminalProtocol, tokenProtocol}, http.Header{"Origin": {d.base}}, 403},
		{"no protocol at all", nil, http.Header{"Origin": {d.base}}, 403},
		{"DNS rebinding", right, http.Header{"Origin": {"http://evil.example"}, "Host": {"evil.example"}}, 421},
	} {
		t.Run(c.name, func(t *testing.T) {
			conn, response, err := d.dial(c.protocols, c.header)
			if err == nil {
				conn.Close()
			}
			if response == nil || response.StatusCode != c.status {
				t.Fatalf("%v %+v, want %d", err, response, c.status)
			}
			if err == nil && conn.Subprotocol() != terminalProtocol {
				t.Errorf("the server chose %q; the token must not come back", conn.Subprotocol())
			}
		})
	}
	for name, cookie := range map[string]string{"nobody": "", "a guessed session": cookieSession + "=guess"} {
		_, response, _ := d.dialOutside(right, http.Header{"Origin": {d.base}, "Cookie": {cookie}})
		if response == nil || response.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s gets a terminal: %+v", name, response)
		}
	}
	mustAwait(t, "no shell to be left", func() bool { return d.open() == 0 })

	if w := ask(t, call{d.server.AdminHandler(), "GET", "/api/v1/terminal", nil, nil}); w.Code != 404 {
		t.Errorf("the terminal is on the administrator's socket: %d", w.Code)
	}
}

// Signing out ends what is open, not only what is to come.
func TestTerminalEndsWithTheSession(t *testing.T) {
	t.Parallel()
	d := newDemo(t)
	c := d.mustOpen(t, terminalHello{})
	c.mustSee("$ ")
	d.server.sessions.end(d.session())
	if e := c.mustEnd(); e.Ended != endSignedOut {
		t.Errorf("ended %+v", e)
	}
	mustAwait(t, "the shell to be gone", func() bool { return d.open() == 0 })
}

// What no terminal sends ends the connection and nothing else.
func TestTerminalGarbage(t *testing.T) {
	t.Parallel()
	d := newDemo(t)
	for name, frames := range map[string][]string{
		"no hello":     {"{"},
		"a number":     {"7"},
		"a long hello": {`{"lesson": "` + strings.Repeat("x", maxTyped) + `"}`},
		"no order":     {"{}", "garbage"},
		"a long order": {"{}", `{"cols": ` + strings.Repeat(" ", maxTyped) + "1}"},
	} {
		t.Run(name, func(t *testing.T) {
			conn, _, err := d.dial(d.protocols(), http.Header{"Origin": {d.base}})
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			for _, frame := range frames {
				_ = conn.WriteMessage(websocket.TextMessage, []byte(frame))
			}
			_ = conn.SetReadDeadline(time.Now().Add(20 * time.Second))
			for {
				if _, _, err := conn.ReadMessage(); err != nil {
					if strings.Contains(err.Error(), "timeout") {
						t.Error("the connection stayed")
					}
					return
				}
			}
		})
	}
	d.mustOpen(t, terminalHello{}).mustSee("$ ")
}

// open is how many shells run, lonely how many of them nobody looks at.
func (d *demo) open() int {
	d.server.terminals.mu.Lock()
	defer d.server.terminals.mu.Unlock()
	return len(d.server.terminals.all)
}

func (d *demo) lonely() int {
	d.server.terminals.mu.Lock()
	defer d.server.terminals.mu.Unlock()
	n := 0
	for _, t := range d.server.terminals.all {
		if !t.lonelySince().IsZero() {
			n++
		}
	}
	return n
}

func mustAwait(t *testing.T, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !done(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

package web

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/gorilla/websocket"
	"github.com/labstack/echo/v4"

	"github.com/labbox/labbox/internal/lab"
)

const (
	// terminalProtocol is what both ends speak: binary frames are bytes of the terminal,
	// text frames are JSON.
	terminalProtocol = "labbox.terminal.v1"
	// tokenProtocol is how the page's token comes along: a browser lets a page choose
	// nothing else of a WebSocket's request but its address, which ends up in logs.
	tokenProtocol = "labbox.token."

	maxTyped       = 64 << 10 // bytes in one frame
	terminalWrite  = 10 * time.Second
	terminalPing   = 20 * time.Second
	terminalLook   = time.Second // how soon one notices that the owner has signed out
	terminalSilent = 65 * time.Second
)

// routeTerminal registers the terminal; it is for browsers only, never for a socket.
//
// Whoever may look at the dashboard of this machine is not yet who may type into it.
func (s *Server) routeTerminal(e *echo.Echo) { e.GET("/api/v1/terminal", s.apiTerminal, s.ownerOnly) }

// checkTerminal refuses every WebSocket that is not of a page of ours. Browsers send
// these across origins and with all cookies, so that nothing may be taken for granted;
// guard has seen to the Host.
func (s *Server) checkTerminal(r *http.Request) error {
	if !sameOrigin(r, scheme(r), true) {
		return refusal("the terminal was asked for by a page of another origin")
	}
	if !s.hasToken(r, tokenOf(r)) {
		return refusal("the request lacks the token of the page")
	}
	return nil
}

func scheme(r *http.Request) string {
	if r.TLS != nil {
		return "https"
	}
	return "http"
}

func tokenOf(r *http.Request) string {
	for _, p := range websocket.Subprotocols(r) {
		if token, found := strings.CutPrefix(p, tokenProtocol); found {
			return token
		}
	}
	return ""
}

func (s *Server) apiTerminal(c echo.Context) error {
	if s.opt.Shell == nil {
		return notYet("the terminal")
	}
	if err := s.checkTerminal(c.Request()); err != nil {
		return err
	}
	up := websocket.Upgrader{HandshakeTimeout: terminalWrite, Subprotocols: []string{terminalProtocol},
		CheckOrigin: func(*http.Request) bool { return true }} // checkTerminal has
	conn, err := up.Upgrade(c.Response(), c.Request(), nil)
	if err != nil {
		return nil // it has been answered
	}
	defer conn.Close()
	s.serveTerminal(c.Request().Context(), conn, func() bool { return s.signedIn(c) })
	return nil
}

// serveTerminal lasts as long as the connection, and no longer than allowed says so.
func (s *Server) serveTerminal(ctx context.Context, conn *websocket.Conn, allowed func() bool) {
	conn.SetReadLimit(maxTyped)
	var hello terminalHello
	_ = conn.SetReadDeadline(time.Now().Add(terminalWrite))
	if err := conn.ReadJSON(&hello); err != nil {
		return
	}
	v := newViewer()
	t, resumed, err := s.terminals.attach(ctx, hello, v)
	if err != nil {
		writeTerminal(conn, terminalEnd{Ended: endFailed, Failed: lab.AsError(err)})
		return
	}
	defer t.detach(v)
	if !writeTerminal(conn, map[string]any{"session": t.id, "resumed": resumed}) {
		return
	}
	written := make(chan struct{})
	go func() {
		defer close(written)
		showTerminal(conn, v, func() {
			if !allowed() {
				t.end(endSignedOut)
			}
		})
		conn.Close() // ends the reading below
	}()
	readTerminal(conn, t)
	v.leave()
	conn.Close()
	<-written
}

func writeTerminal(conn *websocket.Conn, message any) bool {
	_ = conn.SetWriteDeadline(time.Now().Add(terminalWrite))
	return conn.WriteJSON(message) == nil
}

// showTerminal sends what the shell says, until the end or until the viewer is gone; it
// calls look now and then.
func showTerminal(conn *websocket.Conn, v *viewer, look func()) {
	ping, tick := time.NewTicker(terminalPing), time.NewTicker(terminalLook)
	defer ping.Stop()
	defer tick.Stop()
	show := func(p []byte) bool {
		_ = conn.SetWriteDeadline(time.Now().Add(terminalWrite))
		return conn.WriteMessage(websocket.BinaryMessage, p) == nil
	}
	for {
		select {
		case p := <-v.out:
			if !show(p) {
				v.leave()
				return
			}
		case e := <-v.last:
			for len(v.out) > 0 { // what was said before the end
				if !show(<-v.out) {
					return
				}
			}
			if writeTerminal(conn, e) {
				_ = conn.WriteMessage(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, ""))
			}
			return
		case <-tick.C:
			look()
		case <-ping.C:
			if conn.WriteControl(websocket.PingMessage, nil, time.Now().Add(terminalWrite)) != nil {
				v.leave()
				return
			}
		case <-v.gone:
			select {
			case e := <-v.last: // taken over by another viewer
				writeTerminal(conn, e)
			default:
			}
			return
		}
	}
}

// terminalOrder is a text frame of the browser.
type terminalOrder struct {
	Cols uint16 `json:"cols"`
	Rows uint16 `json:"rows"`
	// End asks for the end of the shell.
	End bool `json:"end"`
}

// readTerminal hands on what the viewer types, until the connection is over.
func readTerminal(conn *websocket.Conn, t *terminal) {
	alive := func(string) error { return conn.SetReadDeadline(time.Now().Add(terminalSilent)) }
	conn.SetPongHandler(alive)
	for {
		_ = alive("")
		kind, p, err := conn.ReadMessage()
		if err != nil {
			return
		}
		if kind == websocket.BinaryMessage {
			_ = t.input(p) // a shell that is over closes the connection once it has said so
			continue
		}
		var order terminalOrder
		if json.Unmarshal(p, &order) != nil {
			return
		}
		if order.End {
			t.end(endExit)
			continue
		}
		t.resize(terminalHello{Cols: order.Cols, Rows: order.Rows}.size())
	}
}

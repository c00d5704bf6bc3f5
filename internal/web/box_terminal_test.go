package web

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// TestBoxTerminal works in the terminal of a lab that runs. LABBOX_TEST_LINK is a link
// of "labbox open".
func TestBoxTerminal(t *testing.T) {
	link := os.Getenv("LABBOX_TEST_LINK")
	if testing.Short() || link == "" {
		t.Skip("needs a running lab: LABBOX_TEST_LINK is what labbox open prints")
	}
	lab := mustEnterLab(t, link)
	first := lab.mustOpen(t, terminalHello{Cols: 100, Rows: 30})
	first.mustType("echo it is $((40 + 2)), $(id -un)\r")
	first.mustSee("it is 42, learner\r\n")
	first.mustType("stty size; kubectl get namespace workbench -o name\r")
	first.mustSee("30 100\r\n")
	first.mustSee("namespace/workbench\r\n")
	if err := first.conn.WriteJSON(terminalOrder{Cols: 70, Rows: 20}); err != nil {
		t.Fatal(err)
	}
	first.mustType("sleep 0.3; stty size\r") // the size travels beside what is typed
	first.mustSee("20 70\r\n")
	// In a shell of its own: this one would tell of the job's end at any later line.
	first.mustType("(setsid sleep 98765 >/dev/null 2>&1 &); echo began\r")
	first.mustSee("\rbegan\r\n")
	first.conn.Close()

	second := lab.mustOpen(t, terminalHello{Session: first.session, Cols: 70, Rows: 20})
	if !second.resumed {
		t.Error("the shell did not outlive its connection")
	}
	second.mustSee("it is 42")
	second.mustType("ps | grep -q '[s]leep 98765' && echo still there\r")
	second.mustSee("\rstill there\r\n")
	if err := second.conn.WriteJSON(terminalOrder{End: true}); err != nil {
		t.Fatal(err)
	}
	if e := second.mustEnd(); e.Ended != endExit {
		t.Errorf("ended %+v", e)
	}

	third := lab.mustOpen(t, terminalHello{})
	third.mustType("ps | grep -c '[s]leep 98765'\r")
	third.mustSee("\r0\r\n") // what it began has ended with it
	began := time.Now()
	third.mustType("exit 7\r")
	if e := third.mustEnd(); e.Code != 7 {
		t.Errorf("ended %+v", e)
	}
	t.Logf("the end came %s after exit", time.Since(began))
}

// realLab is a browser that has signed in.
type realLab struct {
	base, token string
	jar         http.CookieJar
}

func mustEnterLab(t *testing.T, link string) *realLab {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := url.Parse(strings.TrimSpace(link))
	if err != nil {
		t.Fatal(err)
	}
	lab := &realLab{base: parsed.Scheme + "://" + parsed.Host, jar: jar}
	client := &http.Client{Jar: jar, Timeout: 20 * time.Second}
	lab.mustRead(t, client, lab.base+"/signin")
	answer, err := client.Do(mustForm(t, link, url.Values{"csrf": {lab.token}, "next": {"/terminal"}}))
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	lab.mustRead(t, client, lab.base+"/terminal") // with the token of who has signed in
	return lab
}

func mustForm(t *testing.T, to string, values url.Values) *http.Request {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, to, strings.NewReader(values.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return request
}

var pageTokenForm = regexp.MustCompile(`name="csrf-token" content="([^"]+)"`)

func (l *realLab) mustRead(t *testing.T, client *http.Client, from string) {
	t.Helper()
	answer, err := client.Get(from)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	page := make([]byte, 1<<16)
	n, _ := answer.Body.Read(page)
	match := pageTokenForm.FindSubmatch(page[:n])
	if match == nil {
		t.Fatalf("%s: no token in %q", from, page[:n])
	}
	l.token = string(match[1])
}

func (l *realLab) mustOpen(t *testing.T, hello terminalHello) *tab {
	t.Helper()
	dialer := websocket.Dialer{Subprotocols: []string{terminalProtocol, tokenProtocol + l.token}, Jar: l.jar, HandshakeTimeout: 10 * time.Second}
	conn, response, err := dialer.Dial("ws"+strings.TrimPrefix(l.base, "http")+"/api/v1/terminal", http.Header{"Origin": {l.base}})
	if err != nil {
		t.Fatalf("%v %+v", err, response)
	}
	t.Cleanup(func() { conn.Close() })
	return greet(t, conn, hello)
}

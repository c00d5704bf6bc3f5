package gateway

import (
	"bufio"
	"crypto/sha1" //nolint:gosec // RFC 6455 has it
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

// Server-sent events and lines of JSON arrive as they are sent, each before the next
// is, with and without a request body, announced or chunked.
func TestEventsArriveOneByOne(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, function("f", 1))
	next := make(chan struct{})
	f.ready(t, "f", func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", r.URL.Query().Get("type"))
		for i := range 3 {
			_, _ = fmt.Fprintf(w, "data: %d\n\n", i)
			_ = http.NewResponseController(w).Flush()
			<-next
		}
	})
	for _, kind := range []string{"text/event-stream", "application/x-ndjson", "application/octet-stream"} {
		for way, body := range map[string]io.Reader{"none": nil, "announced": strings.NewReader("x"), "chunked": io.MultiReader(strings.NewReader("x"))} {
			r, _ := http.NewRequest("POST", f.url+"/function/f?type="+kind, body)
			resp, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			lines := bufio.NewReader(resp.Body)
			for i := range 3 {
				line, err := lines.ReadString('\n')
				if blank, _ := lines.ReadString('\n'); err != nil || line != fmt.Sprintf("data: %d\n", i) || blank != "\n" {
					t.Fatalf("%s, %s: event %d is %q, %v", kind, way, i, line, err)
				}
				next <- struct{}{}
			}
			if rest, err := io.ReadAll(lines); err != nil || len(rest) > 0 || resp.Header.Get("Content-Type") != kind {
				t.Errorf("%s, %s: %q, %v, %v at the end", kind, way, rest, err, resp.Header)
			}
			_ = resp.Body.Close()
		}
	}
}

// A client that leaves in the middle of a stream ends it for the function.
func TestStreamEndsWithItsClient(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, function("f", 1))
	ended := make(chan struct{})
	f.ready(t, "f", func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "first\n")
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
		close(ended)
	})
	resp, err := http.Get(f.url + "/function/f")
	if err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(resp.Body).ReadString('\n'); line != "first\n" {
		t.Fatalf("%q, %v", line, err)
	}
	_ = resp.Body.Close()
	wantEnded(t, ended)
}

// A WebSocket, by hand on a real connection: the handshake's key is answered by the
// function, masked frames go up and plain ones come down, and the end is passed on.
func TestWebSocket(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil, function("f", 1))
	closed := make(chan error, 1)
	f.ready(t, "f", func(w http.ResponseWriter, r *http.Request) { closed <- echoFrames(w, r) })
	conn := mustDial(t, f.url)
	_, _ = io.WriteString(conn, "GET /function/f.openfaas-fn/chat?room=1 HTTP/1.1\r\nHost: x\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
	reader := bufio.NewReader(conn)
	resp, err := http.ReadResponse(reader, nil)
	if err != nil || resp.StatusCode != 101 || resp.Header.Get("Sec-WebSocket-Accept") != "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" || resp.Header.Get("X-Room") != "1" {
		t.Fatalf("%+v, %v", resp, err)
	}
	for _, size := range []int{5, 200, 70000} {
		text := strings.Repeat("a", size)
		if err := writeFrame(conn, text, true); err != nil {
			t.Fatal(err)
		}
		if got, err := readFrame(reader); err != nil || got != text {
			t.Fatalf("%d bytes come back as %d, %v", size, len(got), err)
		}
	}
	_ = conn.Close()
	if err := <-closed; err == nil {
		t.Error("the function did not see the end")
	}
}

func echoFrames(w http.ResponseWriter, r *http.Request) error {
	conn, buffer, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return nil
	}
	defer func() { _ = conn.Close() }()
	sum := sha1.Sum([]byte(r.Header.Get("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	_, _ = fmt.Fprintf(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: %s\r\nX-Room: %s\r\n\r\n",
		base64.StdEncoding.EncodeToString(sum[:]), r.URL.Query().Get("room"))
	for {
		text, err := readFrame(buffer.Reader)
		if err != nil {
			return err
		}
		if err := writeFrame(conn, text, false); err != nil {
			return err
		}
	}
}

// writeFrame writes one text frame of RFC 6455.
func writeFrame(w io.Writer, text string, masked bool) error {
	head := []byte{0x81, 0}
	switch n := len(text); {
	case n < 126:
		head[1] = byte(n)
	case n < 1<<16:
		head = binary.BigEndian.AppendUint16(head, uint16(n))
		head[1] = 126
	default:
		head = binary.BigEndian.AppendUint64(head, uint64(n))
		head[1] = 127
	}
	body := []byte(text)
	if masked {
		head[1] |= 0x80
		mask := []byte{1, 2, 3, 4}
		head = append(head, mask...)
		for i := range body {
			body[i] ^= mask[i%4]
		}
	}
	_, err := w.Write(append(head, body...))
	return err
}

// readFrame reads one text frame of RFC 6455.
func readFrame(r *bufio.Reader) (string, error) {
	head := make([]byte, 2)
	if _, err := io.ReadFull(r, head); err != nil {
		return "", err
	}
	n := uint64(head[1] & 0x7f)
	switch n {
	case 126:
		long := make([]byte, 2)
		_, _ = io.ReadFull(r, long)
		n = uint64(binary.BigEndian.Uint16(long))
	case 127:
		long := make([]byte, 8)
		_, _ = io.ReadFull(r, long)
		n = binary.BigEndian.Uint64(long)
	}
	mask := make([]byte, 4)
	if head[1]&0x80 != 0 {
		_, _ = io.ReadFull(r, mask)
	}
	body := make([]byte, n)
	if _, err := io.ReadFull(r, body); err != nil {
		return "", err
	}
	for i := range body {
		body[i] ^= mask[i%4]
	}
	return string(body), nil
}

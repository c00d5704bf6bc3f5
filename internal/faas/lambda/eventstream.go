package lambda

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"hash/crc32"
	"io"
	"net/http"

	"github.com/labbox/labbox/internal/faas/lambda/runtime"
)

const eventStreamType = "application/vnd.amazon.eventstream"

// invokeStream is Invoke with an answer that comes in parts, framed as AWS's event
// stream. A function that does not stream gives one part.
func (s *Server) invokeStream(w http.ResponseWriter, r *http.Request) error {
	t, err := targetOf(r)
	if err != nil {
		return err
	}
	i, err := s.receive(w, r, t, maxSync)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("x-amzn-RequestId", i.ID)
	h.Set("X-Amz-Executed-Version", i.version.Version)
	if r.Header.Get("X-Amz-Invocation-Type") == "DryRun" {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	out := &eventWriter{w: w}
	result, err := s.run(r.Context(), i, func(a *runtime.Answer) error {
		out.begin()
		return out.copy(a)
	})
	if err != nil && !out.begun {
		return err
	}
	if err != nil {
		panic(http.ErrAbortHandler) // the client sees that it is not all
	}
	if !out.begun {
		out.begin()
		if !result.failed {
			out.chunk(result.payload)
		}
	}
	out.complete(result, r.Header.Get("X-Amz-Log-Type") == "Tail")
	return nil
}

// eventWriter writes messages of an event stream.
type eventWriter struct {
	w     http.ResponseWriter
	begun bool
}

func (e *eventWriter) begin() {
	e.begun = true
	e.w.Header().Set("Content-Type", eventStreamType)
	e.w.WriteHeader(http.StatusOK)
}

// copy sends what comes as it comes.
func (e *eventWriter) copy(in io.Reader) error {
	buffer := make([]byte, 32<<10)
	for {
		n, err := in.Read(buffer)
		if n > 0 {
			e.chunk(buffer[:n])
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (e *eventWriter) chunk(p []byte) {
	for len(p) > 0 {
		n := min(len(p), 64<<10)
		e.send("PayloadChunk", "application/octet-stream", p[:n])
		p = p[n:]
	}
}

func (e *eventWriter) complete(out *outcome, tail bool) {
	end := map[string]string{}
	if out.failed {
		var f struct{ ErrorType string }
		_ = json.Unmarshal(out.payload, &f)
		end["ErrorCode"], end["ErrorDetails"] = f.ErrorType, string(out.payload)
		if f.ErrorType == "" {
			end["ErrorCode"] = "Unhandled"
		}
	}
	if tail {
		end["LogResult"] = base64.StdEncoding.EncodeToString(out.log)
	}
	text, _ := json.Marshal(end)
	e.send("InvokeComplete", "application/json", text)
}

// send writes one message:
//
//	length, length of headers, sum of both | headers | payload | sum of all
func (e *eventWriter) send(event, contentType string, payload []byte) {
	var headers bytes.Buffer
	for _, h := range [][2]string{{":message-type", "event"}, {":event-type", event}, {":content-type", contentType}} {
		headers.WriteByte(byte(len(h[0])))
		headers.WriteString(h[0])
		headers.WriteByte(7) // a string
		_ = binary.Write(&headers, binary.BigEndian, uint16(len(h[1])))
		headers.WriteString(h[1])
	}
	var m bytes.Buffer
	_ = binary.Write(&m, binary.BigEndian, []uint32{uint32(16 + headers.Len() + len(payload)), uint32(headers.Len())})
	_ = binary.Write(&m, binary.BigEndian, crc32.ChecksumIEEE(m.Bytes()))
	m.Write(headers.Bytes())
	m.Write(payload)
	_ = binary.Write(&m, binary.BigEndian, crc32.ChecksumIEEE(m.Bytes()))
	_, _ = e.w.Write(m.Bytes())
	_ = http.NewResponseController(e.w).Flush()
}

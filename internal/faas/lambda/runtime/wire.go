package runtime

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// The way of an invocation from the gateway to its pod: a POST whose headers name
// it. The answer's status and headers come at once, so that no proxy's patience with
// a silent server bounds how long a function may take. Its body is
//
//	head as a line of JSON | (length, 4 bytes | part of the payload)... | 0, 4 bytes | ending as JSON
//
// and not trailers, whose size Go's client bounds to its buffer's.
const (
	invokePath    = "/_/invoke"
	headerID      = "X-Lambda-Request-Id"
	headerARN     = "X-Lambda-Arn"
	headerContext = "X-Lambda-Client-Context" // base64
	headerTrace   = "X-Amzn-Trace-Id"
	headerStream  = "X-Lambda-Stream"
	answerType    = "application/vnd.labbox.invocation"
)

type head struct {
	Streamed    bool   `json:"streamed"`
	ContentType string `json:"contentType,omitempty"`
}

// ending tells how an invocation ended; Error is set behind a stream that failed.
type ending struct {
	Failed bool   `json:"failed,omitempty"`
	Error  []byte `json:"error,omitempty"`
	Log    []byte `json:"log,omitempty"`
}

// NewRequest returns the request that carries i to a pod; its URL has no host. With
// stream, the answer may be passed on while it comes.
func NewRequest(ctx context.Context, i *Invocation, stream bool) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, invokePath, bytes.NewReader(i.Event))
	if err != nil {
		return nil, fmt.Errorf("make the invocation's request: %w", err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set(headerID, i.ID)
	r.Header.Set("X-Call-Id", i.ID)
	r.Header.Set(headerARN, i.ARN)
	r.Header.Set(headerTrace, i.Trace)
	if i.ClientContext != "" {
		r.Header.Set(headerContext, base64.StdEncoding.EncodeToString([]byte(i.ClientContext)))
	}
	if stream {
		r.Header.Set(headerStream, "1")
	}
	return r, nil
}

// Answer is a pod's answer to a request of NewRequest, while it comes. It reads the
// payload; a payload that is cut off gives io.ErrUnexpectedEOF.
type Answer struct {
	// Streamed: the function streams; ContentType is what it said of it.
	Streamed    bool
	ContentType string

	body *bufio.Reader
	left uint32 // of the part
	end  *ending
}

// ErrForeign: who answered was no runtime of ours.
var ErrForeign = errors.New("the pod's answer is not an invocation's")

// ReadAnswer waits for the first byte of the answer. The caller closes resp's body.
func ReadAnswer(resp *http.Response) (*Answer, error) {
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != answerType {
		return nil, fmt.Errorf("%w: status %d", ErrForeign, resp.StatusCode)
	}
	body := bufio.NewReader(resp.Body)
	line, err := body.ReadBytes('\n')
	if err != nil {
		return nil, fmt.Errorf("read the invocation's answer: %w", io.ErrUnexpectedEOF)
	}
	var h head
	if err := json.Unmarshal(line, &h); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrForeign, err)
	}
	return &Answer{Streamed: h.Streamed, ContentType: h.ContentType, body: body}, nil
}

// Read implements io.Reader.
func (a *Answer) Read(p []byte) (int, error) {
	if a.end != nil {
		return 0, io.EOF
	}
	if a.left == 0 {
		if err := binary.Read(a.body, binary.BigEndian, &a.left); err != nil {
			return 0, io.ErrUnexpectedEOF
		}
	}
	if a.left == 0 {
		var end ending
		if err := json.NewDecoder(a.body).Decode(&end); err != nil {
			return 0, io.ErrUnexpectedEOF
		}
		a.end = &end
		return 0, io.EOF
	}
	n, err := a.body.Read(p[:min(len(p), int(a.left))])
	a.left -= uint32(n)
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// Result returns how the invocation ended, once the payload was read to its end. What
// was read is the payload, but for a stream that failed.
func (a *Answer) Result() Result {
	if a.end == nil {
		return Result{Streamed: a.Streamed, Failed: true}
	}
	return Result{Streamed: a.Streamed, Failed: a.end.Failed, Payload: a.end.Error, Log: a.end.Log}
}

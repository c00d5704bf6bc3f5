package runtime

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// The way of an invocation from the gateway to its pod: a POST whose headers name
// it. The answer's status and headers come at once, so that no proxy's patience with
// a silent server bounds how long a function may take; its body is one line of JSON
// (head) and the payload, and trailers tell how it ended.
const (
	invokePath    = "/_/invoke"
	headerID      = "X-Lambda-Request-Id"
	headerARN     = "X-Lambda-Arn"
	headerContext = "X-Lambda-Client-Context" // base64
	headerTrace   = "X-Amzn-Trace-Id"
	headerStream  = "X-Lambda-Stream"
	trailerFailed = "X-Lambda-Failed"
	trailerError  = "X-Lambda-Error" // base64; behind a stream
	trailerLog    = "X-Lambda-Log"   // base64
	maxTrailer    = 48 << 10
)

type head struct {
	Streamed    bool   `json:"streamed"`
	ContentType string `json:"contentType,omitempty"`
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

// Answer is a pod's answer to a request of NewRequest, while it comes.
type Answer struct {
	// Streamed: the function streams; ContentType is what it said of it.
	Streamed    bool
	ContentType string
	// Body is the payload. The caller need not close it, but the response's.
	Body io.Reader

	response *http.Response
}

// ErrForeign: who answered was no runtime of ours.
var ErrForeign = errors.New("the pod's answer is not an invocation's")

// ReadAnswer waits for the first byte of the answer.
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
	return &Answer{Streamed: h.Streamed, ContentType: h.ContentType, Body: body, response: resp}, nil
}

// Result returns how the invocation ended. Body must have been read to its end; what
// was read of it is the payload, but for a stream that failed.
func (a *Answer) Result() Result {
	t := a.response.Trailer
	r := Result{Streamed: a.Streamed, Failed: t.Get(trailerFailed) != ""}
	r.Log, _ = base64.StdEncoding.DecodeString(t.Get(trailerLog))
	if r.Failed && r.Streamed {
		r.Payload, _ = base64.StdEncoding.DecodeString(t.Get(trailerError))
	}
	return r
}

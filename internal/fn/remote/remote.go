// Package remote is the builder that faas-cli calls instead of Docker: POST /build
// with a signed tar, answered with the log and the image's name, line by line to who
// asks for that.
package remote

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/labbox/labbox/internal/fn/build"
	"github.com/labbox/labbox/internal/lab"
)

// SignatureHeader carries "sha256=" and the HMAC of the body.
const SignatureHeader = "X-Build-Signature"

// atOnce is how many builds run at a time; more wait.
const atOnce = 2

// Options are what a builder is made of.
type Options struct {
	// Secret is the key of the signatures.
	Secret []byte
	// Scratch is where builds have their temporary directories.
	Scratch string
	// Image makes the image of what was built; the name that it then has is returned.
	Image func(ctx context.Context, order *build.Order, res *build.Result) (string, error)
	Log   *slog.Logger
}

// Builder is the handler; see New.
type Builder struct {
	o     Options
	slots chan struct{}
}

// New returns a handler for POST /build. Its authentication is the signature.
func New(o Options) *Builder {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Builder{o: o, slots: make(chan struct{}, atOnce)}
}

// result is what OpenFaaS's clients read.
type result struct {
	Log    []string `json:"log"`
	Image  string   `json:"image"`
	Status string   `json:"status"`
	Error  string   `json:"error,omitempty"`
}

// ServeHTTP implements http.Handler.
func (b *Builder) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "a build is asked for with POST", http.StatusMethodNotAllowed)
		return
	}
	signature, err := parseSignature(r.Header.Get(SignatureHeader))
	if err != nil {
		http.Error(w, err.Error(), http.StatusUnauthorized)
		return
	}
	select {
	case b.slots <- struct{}{}:
		defer func() { <-b.slots }()
	case <-r.Context().Done():
		return
	}
	dir, err := os.MkdirTemp(b.o.Scratch, "build-*")
	if err != nil {
		b.o.Log.Error("make a directory for a build", "error", err)
		http.Error(w, "the builder has no place to work", http.StatusInternalServerError)
		return
	}
	defer os.RemoveAll(dir)
	status, err := b.receive(w, r, filepath.Join(dir, "request.tar"), signature)
	if err != nil {
		http.Error(w, err.Error(), status)
		return
	}
	b.answer(w, r, dir)
}

func parseSignature(header string) ([]byte, error) {
	text, is := strings.CutPrefix(strings.TrimSpace(header), "sha256=")
	sum, err := hex.DecodeString(text)
	if !is || err != nil || len(sum) != sha256.Size {
		return nil, fmt.Errorf("the header %s must be sha256= and the HMAC of the body in hex", SignatureHeader)
	}
	return sum, nil
}

// receive stores the body and checks who sent it, before anything of it is read.
func (b *Builder) receive(w http.ResponseWriter, r *http.Request, file string, signature []byte) (status int, err error) {
	f, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return http.StatusInternalServerError, errors.New("the builder has no place to work")
	}
	defer f.Close()
	mac := hmac.New(sha256.New, b.o.Secret)
	_, err = io.Copy(io.MultiWriter(f, mac), http.MaxBytesReader(w, r.Body, build.MaxBytes))
	if large := (*http.MaxBytesError)(nil); errors.As(err, &large) {
		return http.StatusRequestEntityTooLarge, fmt.Errorf("the build context has more than %d MB", build.MaxBytes>>20)
	}
	if err != nil {
		return http.StatusBadRequest, fmt.Errorf("read the build context: %w", err)
	}
	if !hmac.Equal(mac.Sum(nil), signature) {
		return http.StatusUnauthorized, errors.New("the signature does not fit: is it the lab's payload secret?")
	}
	return 0, nil
}

// answer builds, and tells of it at once or in the end.
func (b *Builder) answer(w http.ResponseWriter, r *http.Request, dir string) {
	s := &speaker{w: w, rc: http.NewResponseController(w), stream: strings.Contains(r.Header.Get("Accept"), "application/x-ndjson")}
	image, err := b.build(r.Context(), dir, s)
	if err == nil {
		s.end(http.StatusOK, result{Image: image, Status: "success"})
		return
	}
	e := lab.AsError(err)
	status, text := http.StatusInternalServerError, e.Message
	if e.Code == lab.CodeUsage || e.Code == lab.CodeConfig || e.Code == lab.CodeNotFound {
		status = http.StatusUnprocessableEntity
	} else {
		b.o.Log.Error("remote build failed", "error", err)
	}
	if e.Hint != "" {
		text += "\n" + e.Hint
	}
	s.end(status, result{Image: s.image, Status: "failed", Error: text})
}

func (b *Builder) build(ctx context.Context, dir string, s *speaker) (string, error) {
	f, err := os.Open(filepath.Join(dir, "request.tar"))
	if err != nil {
		return "", fmt.Errorf("read the build context: %w", err)
	}
	defer f.Close()
	order, err := build.ReadContext(f, dir)
	if err != nil {
		return "", err
	}
	s.image = order.Image
	s.say("labbox builds " + order.Image)
	res, err := build.Shrinkwrap(ctx, build.Input{Dir: filepath.Join(dir, "context"), Scratch: dir, Args: order.BuildArgs, Log: s.say})
	if err != nil {
		return "", err
	}
	image, err := b.o.Image(ctx, order, res)
	if err == nil {
		s.say("image " + image + " is in the cluster")
	}
	return image, err
}

// speaker collects lines, or sends them at once.
type speaker struct {
	w      http.ResponseWriter
	rc     *http.ResponseController
	stream bool
	image  string
	lines  []string
	begun  bool
}

func (s *speaker) say(line string) {
	if !s.stream {
		s.lines = append(s.lines, line)
		return
	}
	s.send(http.StatusOK, result{Log: []string{line}, Image: s.image, Status: "in_progress"})
}

// end says how it came out. A stream has begun with 200; its last line tells.
func (s *speaker) end(status int, r result) {
	if r.Log = s.lines; r.Log == nil {
		r.Log = []string{}
	}
	if s.stream {
		status = http.StatusOK
	}
	s.send(status, r)
}

func (s *speaker) send(status int, r result) {
	if !s.begun {
		s.begun = true
		kind := "application/json"
		if s.stream {
			kind = "application/x-ndjson"
		}
		s.w.Header().Set("Content-Type", kind)
		s.w.WriteHeader(status)
	}
	// A client that has gone ends the build by the request's context.
	_ = json.NewEncoder(s.w).Encode(r)
	_ = s.rc.Flush()
}

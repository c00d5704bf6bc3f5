package queue

import (
	"errors"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labbox/labbox/internal/faas/env"
	"github.com/labbox/labbox/internal/faas/store"
)

// Annotations by which a function chooses for itself. Those of retries are OpenFaaS's.
const (
	AnnotationRetries     = "com.openfaas.retry.attempts"
	AnnotationCodes       = "com.openfaas.retry.codes"
	AnnotationMinWait     = "com.openfaas.retry.min_wait"
	AnnotationMaxWait     = "com.openfaas.retry.max_wait"
	AnnotationConcurrency = "labbox.dev/async-concurrency"
)

// HeaderFinal on an answer says that trying again would not help: a failure with it
// is a dead letter at once.
const HeaderFinal = "X-Retry-Final"

// defaultCodes are the answers after which a call is tried again.
const defaultCodes = "408,429,500,502,503,504"

// Retry says when a failed call is tried again. No answer at all (no connection, no
// replica, too late) is always a failure, and so is an answer of 500 and more that the
// platform gave in the function's stead (X-OpenFaaS-Internal).
type Retry struct {
	// Max is the number of tries after the first.
	Max int
	// Min is the wait before the first of them; each further wait is twice as long, up
	// to Longest.
	Min, Longest time.Duration
	// Codes are the statuses that count as failures.
	Codes []int
}

// of returns r as the function's annotations change it. One that cannot be read is
// left out: the call must go on.
func (r Retry) of(f store.Function) Retry {
	if n, err := strconv.Atoi(f.Annotations[AnnotationRetries]); err == nil && n >= 0 && n <= 1000 {
		r.Max = n
	}
	if d, err := env.Duration(f.Annotations[AnnotationMinWait]); err == nil {
		r.Min = d
	}
	if d, err := env.Duration(f.Annotations[AnnotationMaxWait]); err == nil {
		r.Longest = d
	}
	if text, ok := f.Annotations[AnnotationCodes]; ok {
		if codes, err := parseCodes(text); err == nil {
			r.Codes = codes
		}
	}
	return r
}

// failed says whether an answer is a failure of the kind that may pass.
func (r Retry) failed(status int, h http.Header) bool {
	return slices.Contains(r.Codes, status) ||
		h.Get("X-OpenFaaS-Internal") != "" && (status >= 500 || status == http.StatusTooManyRequests)
}

// wait returns the pause after the nth failed try, n from 1: half of it is left to
// chance, so that calls that failed together do not come back together. A function
// may ask for more (Retry-After, in seconds).
func (r Retry) wait(n int, h http.Header) time.Duration {
	d := r.Longest
	if n < 32 && r.Min<<(n-1)>>(n-1) == r.Min {
		d = min(r.Min<<(n-1), r.Longest)
	}
	d = d/2 + rand.N(d/2+1) //nolint:gosec // no secret
	if s, err := strconv.Atoi(h.Get("Retry-After")); err == nil && s > 0 {
		d = max(d, min(time.Duration(s)*time.Second, r.Longest))
	}
	return max(d, time.Millisecond)
}

// parseCodes reads "429,503".
func parseCodes(text string) ([]int, error) {
	var codes []int
	for _, one := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' }) {
		n, err := strconv.Atoi(one)
		if err != nil || n < 100 || n > 599 {
			return nil, errors.New("a list of status codes such as 429,503")
		}
		codes = append(codes, n)
	}
	return codes, nil
}

// Package env reads settings from environment variables: every one has a default,
// and all that are wrong are named in one error.
package env

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Reader reads variables through a function such as os.Getenv and collects what is
// wrong with them. It is not safe for concurrent use.
type Reader struct {
	get    func(string) string
	faults []error
}

// New returns a Reader over get.
func New(get func(string) string) *Reader { return &Reader{get: get} }

// Err names every bad variable seen so far; nil when there was none.
func (r *Reader) Err() error { return errors.Join(r.faults...) }

// Fault records that name must not be value.
func (r *Reader) Fault(name, value, want string) {
	r.faults = append(r.faults, fmt.Errorf("environment: %s=%q is not %s", name, value, want))
}

// Text returns the variable without space around it.
func (r *Reader) Text(name, otherwise string) string {
	if v := strings.TrimSpace(r.get(name)); v != "" {
		return v
	}
	return otherwise
}

// Duration takes "65" as seconds, as OpenFaaS does, and "1m5s".
func (r *Reader) Duration(name string, otherwise time.Duration) time.Duration {
	v := r.Text(name, "")
	if v == "" {
		return otherwise
	}
	d, err := Duration(v)
	if err != nil {
		r.Fault(name, v, err.Error())
	}
	return d
}

// Duration reads "65" (seconds) or "1m5s"; the error says what was expected.
func Duration(v string) (time.Duration, error) {
	if n, err := strconv.ParseUint(v, 10, 31); err == nil {
		return time.Duration(n) * time.Second, nil
	}
	d, err := time.ParseDuration(v)
	if err != nil || d < 0 {
		return 0, errors.New("a time such as 65 (seconds) or 1m5s")
	}
	return d, nil
}

// Bool takes what strconv.ParseBool does.
func (r *Reader) Bool(name string, otherwise bool) bool {
	v := r.Text(name, "")
	if v == "" {
		return otherwise
	}
	b, err := strconv.ParseBool(v)
	if err != nil {
		r.Fault(name, v, "true or false")
	}
	return b
}

// Number takes a whole number that is not negative.
func (r *Reader) Number(name string, otherwise int64) int64 {
	v := r.Text(name, "")
	if v == "" {
		return otherwise
	}
	n, err := strconv.ParseInt(v, 10, 64)
	if err != nil || n < 0 {
		r.Fault(name, v, "a number")
	}
	return n
}

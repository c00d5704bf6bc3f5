package watchdog

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Mode says how a call reaches the function's program.
type Mode string

// The modes of the of-watchdog contract that are implemented.
const (
	ModeHTTP        Mode = "http"        // one long-lived program, calls are proxied to it
	ModeStreaming   Mode = "streaming"   // a program per call, stdin to stdout as it comes
	ModeSerializing Mode = "serializing" // a program per call, the answer is sent as a whole
	ModeStatic      Mode = "static"      // no program: files
)

// Config is read from the environment under of-watchdog's names.
type Config struct {
	Mode Mode
	// Process is the program and its arguments (fprocess, function_process).
	Process []string
	// Port serves calls and health, MetricsPort serves /metrics.
	Port, MetricsPort int
	// Upstream is where the program listens in ModeHTTP (upstream_url, http_upstream_url).
	Upstream string
	// ExecTimeout bounds a call; 0 means no bound. X-Timeout may shorten it.
	ExecTimeout time.Duration
	// ReadTimeout bounds reading a request's header.
	ReadTimeout time.Duration
	// WriteTimeout bounds how long running calls may take to end after SIGTERM.
	WriteTimeout time.Duration
	// HealthInterval is how long to go on serving after SIGTERM, unhealthy already,
	// so that whoever routes calls notices (healthcheck_interval).
	HealthInterval time.Duration
	// ContentType of answers in the modes with a program per call (content_type).
	ContentType string
	// MaxInflight is the most calls at a time; more get 429. 0 means no limit.
	MaxInflight int
	// ReadyPath is asked of the program for /_/ready in ModeHTTP (ready_path).
	ReadyPath string
	// MetricsPath is asked of the program in ModeHTTP and its answer appended to
	// /metrics; labbox's own (metrics_upstream_path).
	MetricsPath string
	// PrefixLogs puts time and stream before each line of the program (prefix_logs).
	PrefixLogs bool
	// LogBuffer is the longest line that is kept in one piece (log_buffer_size).
	LogBuffer int
	// LogCalls writes a line with the call's id for each call (log_callid).
	LogCalls bool
	// BufferBody reads a request's body before the program gets it (http_buffer_req_body).
	BufferBody bool
	// LockFile exists while the function is ready; empty with suppress_lock.
	LockFile string
	// StaticPath holds the files of ModeStatic (static_path).
	StaticPath string

	// These are classic-watchdog's, for programs that were written for it. They hold in
	// ModeSerializing, RequestEnv in ModeStreaming, too.

	// CombineOutput sends what the program writes to stderr with the answer
	// (combine_output; true in classic-watchdog when nothing is said, false here).
	CombineOutput bool
	// RequestEnv tells the program about the request by variables (cgi_headers).
	RequestEnv bool
	// WriteDebug logs answers (write_debug).
	WriteDebug bool
}

// FromEnv reads a Config and names every variable that is wrong.
func FromEnv(getenv func(string) string) (Config, error) {
	e := env{get: getenv}
	c := Config{
		Mode:         Mode(e.text("streaming", "mode")),
		Process:      strings.Fields(e.text("", "function_process", "fprocess")),
		Port:         e.number(8080, "port"),
		MetricsPort:  e.number(8081, "metrics_port"),
		Upstream:     withScheme(e.text("http://127.0.0.1:5000", "http_upstream_url", "upstream_url")),
		ExecTimeout:  e.duration(30*time.Second, "exec_timeout"),
		ReadTimeout:  e.duration(30*time.Second, "read_timeout"),
		WriteTimeout: e.duration(30*time.Second, "write_timeout"),
		ContentType:  e.text("application/octet-stream", "content_type"),
		MaxInflight:  e.number(0, "max_inflight"),
		ReadyPath:    e.text("", "ready_path"),
		MetricsPath:  e.text("", "metrics_upstream_path"),
		PrefixLogs:   e.bool(true, "prefix_logs"),
		LogBuffer:    e.number(64<<10, "log_buffer_size"),
		LogCalls:     e.bool(false, "log_callid"),
		BufferBody:   e.bool(false, "http_buffer_req_body") || e.bool(false, "buffer_http"),
		LockFile:     "/tmp/.lock",
		StaticPath:   e.text("/home/app/public", "static_path"),

		CombineOutput: e.bool(false, "combine_output"),
		RequestEnv:    e.bool(true, "cgi_headers"),
		WriteDebug:    e.bool(false, "write_debug"),
	}
	c.HealthInterval = e.duration(c.WriteTimeout, "healthcheck_interval")
	if e.bool(false, "suppress_lock") {
		c.LockFile = ""
	}
	if c.WriteTimeout == 0 {
		e.fault("write_timeout", e.text("", "write_timeout"), "a time above zero")
	}
	if !slices.Contains([]Mode{ModeHTTP, ModeStreaming, ModeSerializing, ModeStatic}, c.Mode) {
		e.fault("mode", string(c.Mode), "http, streaming, serializing or static")
	}
	if c.Mode != ModeStatic && len(c.Process) == 0 {
		e.faults = append(e.faults, errors.New("environment: fprocess is required: the program to run"))
	}
	return c, errors.Join(e.faults...)
}

// withScheme completes "127.0.0.1:5000".
func withScheme(address string) string {
	if strings.Contains(address, "://") {
		return address
	}
	return "http://" + address
}

// env reads variables, the first name that is set, and collects what is wrong.
type env struct {
	get    func(string) string
	faults []error
}

func (e *env) fault(name, value, want string) {
	e.faults = append(e.faults, fmt.Errorf("environment: %s=%q is not %s", name, value, want))
}

func (e *env) text(otherwise string, names ...string) string {
	for _, name := range names {
		if v := strings.TrimSpace(e.get(name)); v != "" {
			return v
		}
	}
	return otherwise
}

func (e *env) number(otherwise int, name string) int {
	v := e.text("", name)
	if v == "" {
		return otherwise
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 0 {
		e.fault(name, v, "a number")
	}
	return n
}

func (e *env) bool(otherwise bool, name string) bool {
	v := e.text("", name)
	if v == "" {
		return otherwise
	}
	b, err := strconv.ParseBool(v)
	if err != nil {
		e.fault(name, v, "true or false")
	}
	return b
}

func (e *env) duration(otherwise time.Duration, name string) time.Duration {
	v := e.text("", name)
	if v == "" {
		return otherwise
	}
	d, err := parseDuration(v)
	if err != nil {
		e.fault(name, v, "a time such as 30 (seconds) or 1m30s")
	}
	return d
}

// parseDuration takes "30" as seconds and "1m30s" as Go does; never less than zero.
func parseDuration(v string) (time.Duration, error) {
	if n, err := strconv.ParseUint(v, 10, 31); err == nil {
		return time.Duration(n) * time.Second, nil
	}
	d, err := time.ParseDuration(v)
	if err == nil && d < 0 {
		err = errors.New("it is negative")
	}
	return d, err
}

package gateway

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labbox/labbox/internal/faas/store"
)

// Config is the gateway's, read from the environment. Where OpenFaaS's gateway has
// a variable of that meaning, the name is the same.
type Config struct {
	// Namespaces may hold functions; the first is the default (function_namespace,
	// function_namespaces).
	Namespaces []string
	// ReadTimeout and WriteTimeout end a connection that makes no progress in
	// sending its request or taking its answer (read_timeout, write_timeout).
	ReadTimeout, WriteTimeout time.Duration
	// UpstreamTimeout is the longest wait for a function's first byte (upstream_timeout).
	UpstreamTimeout time.Duration
	// WakeTimeout is the longest wait for a first replica (wake_timeout).
	WakeTimeout time.Duration
	// ScaleFromZero lets a call start a function at zero replicas (scale_from_zero).
	ScaleFromZero bool
	// BasicAuth guards /system and /ui (basic_auth) with the files
	// basic-auth-user and basic-auth-password below SecretPath (secret_mount_path).
	BasicAuth  bool
	SecretPath string
	// MaxIdle and MaxIdlePerHost bound kept connections to functions
	// (max_idle_conns, max_idle_conns_per_host).
	MaxIdle, MaxIdlePerHost int
	// MaxBody is the largest request body of a call in bytes (max_body_bytes).
	MaxBody int64
	// Watched are namespaces of functions that an extension manages.
	Watched []string
	// PullPolicy of images outside labbox.local/ (image_pull_policy).
	PullPolicy string
	// UserID is the user that functions run as (function_uid).
	UserID int64
	// NamespaceRole is the ClusterRole that the gateway binds its Account to in
	// namespaces that come later (namespace_role; pod_namespace, service_account).
	// Empty: namespaces are fixed.
	NamespaceRole string
	Account       store.Key
	// Address and MetricsAddress are listened on (port, metrics_port).
	Address, MetricsAddress string
	// Version is shown by /system/info and X-Served-By; Commit goes with it.
	Version, Commit string
}

// FromEnv reads a Config; every variable has a default, and every bad one is named
// in the error.
func FromEnv(getenv func(string) string) (Config, error) {
	e := env{get: getenv}
	c := Config{
		Namespaces:      e.namespaces(),
		ReadTimeout:     e.duration("read_timeout", 65*time.Second),
		WriteTimeout:    e.duration("write_timeout", 65*time.Second),
		UpstreamTimeout: e.duration("upstream_timeout", 60*time.Second),
		WakeTimeout:     e.duration("wake_timeout", 60*time.Second),
		ScaleFromZero:   e.bool("scale_from_zero", true),
		BasicAuth:       e.bool("basic_auth", true),
		SecretPath:      e.text("secret_mount_path", "/var/secrets"),
		MaxIdle:         int(e.number("max_idle_conns", 1024)),
		MaxIdlePerHost:  int(e.number("max_idle_conns_per_host", 1024)),
		MaxBody:         e.number("max_body_bytes", 100<<20),
		PullPolicy:      e.text("image_pull_policy", "Never"),
		UserID:          e.number("function_uid", 12000),
		NamespaceRole:   e.text("namespace_role", ""),
		Account:         store.Key{Namespace: e.text("pod_namespace", "openfaas"), Name: e.text("service_account", "gateway")},
		Address:         ":" + e.text("port", "8080"),
		MetricsAddress:  ":" + e.text("metrics_port", "8082"),
		Version:         "dev",
	}
	if !slices.Contains([]string{"Never", "IfNotPresent", "Always"}, c.PullPolicy) {
		e.fault("image_pull_policy", c.PullPolicy, "Never, IfNotPresent or Always")
	}
	return c, errors.Join(e.faults...)
}

// Store returns the part that the store goes by.
func (c Config) Store() store.Config {
	return store.Config{
		Namespaces: c.Namespaces, Watched: c.Watched, PullPolicy: c.PullPolicy, UserID: c.UserID,
		NamespaceRole: c.NamespaceRole, Account: c.Account,
	}
}

// env reads variables and collects what is wrong with them.
type env struct {
	get    func(string) string
	faults []error
}

func (e *env) fault(name, value, want string) {
	e.faults = append(e.faults, fmt.Errorf("environment: %s=%q is not %s", name, value, want))
}

func (e *env) text(name, otherwise string) string {
	if v := strings.TrimSpace(e.get(name)); v != "" {
		return v
	}
	return otherwise
}

func (e *env) namespaces() []string {
	list := []string{e.text("function_namespace", "openfaas-fn")}
	for _, ns := range strings.Split(e.text("function_namespaces", ""), ",") {
		if ns = strings.TrimSpace(ns); ns != "" && !slices.Contains(list, ns) {
			list = append(list, ns)
		}
	}
	return list
}

// duration takes "65" as seconds, as OpenFaaS does, and "1m5s".
func (e *env) duration(name string, otherwise time.Duration) time.Duration {
	v := e.text(name, "")
	if v == "" {
		return otherwise
	}
	if n, err := strconv.ParseUint(v, 10, 31); err == nil {
		return time.Duration(n) * time.Second
	}
	d, err := time.ParseDuration(v)
	if err != nil || d < 0 {
		e.fault(name, v, "a time such as 65 (seconds) or 1m5s")
	}
	return d
}

func (e *env) bool(name string, otherwise bool) bool {
	v := e.text(name, "")
	if v == "" {
		return otherwise
	}
	b, err := strconv.ParseBool(v)
	if err != nil {
		e.fault(name, v, "true or false")
	}
	return b
}

func (e *env) number(name string, otherwise int64) int64 {
	v := e.text(name, "")
	if v == "" {
		return otherwise
	}
	n, err := strconv.ParseInt(v, 10, 64)
	if err != nil || n < 0 {
		e.fault(name, v, "a number")
	}
	return n
}

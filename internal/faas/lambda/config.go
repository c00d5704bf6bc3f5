package lambda

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Region and Account are the lab's. They are fixed: nothing depends on them, and
// ARNs stay valid from one lab to the next.
const (
	Region  = "eu-central-1"
	Account = "000000000000"
)

// Config is what an operator may choose.
type Config struct {
	// Namespace holds the functions (lambda_namespace).
	Namespace string
	// StateDir holds the code, below code/ (state_dir).
	StateDir string
	// GatewayURL is where pods reach this server (lambda_gateway_url).
	GatewayURL string
	// PythonImage and ProvidedImage run functions from zip files (lambda_python_image,
	// lambda_provided_image); Python is the version in the former (lambda_python).
	PythonImage, ProvidedImage, Python string
	// PullPolicy of images outside labbox.local/ (image_pull_policy), UserID of
	// functions (function_uid).
	PullPolicy string
	UserID     int64
	// SigV4 demands signatures by the key pair AccessKey, SecretKey (lambda_sigv4, and
	// the files access-key-id and secret-access-key below lambda_secret_path).
	SigV4                bool
	AccessKey, SecretKey string
	// MaxReplicas bounds the environments of a function without reserved concurrency
	// (lambda_max_replicas); Idle is how long they stay (lambda_idle).
	MaxReplicas int
	Idle        time.Duration
	// RetryWait is the wait before an event's first retry in memory, half of that
	// before its second (lambda_retry_wait).
	RetryWait time.Duration
}

// FromEnv reads a Config; every variable has a default, and every bad one is named
// in the error.
func FromEnv(getenv func(string) string) (Config, error) {
	var faults []error
	text := func(name, otherwise string) string {
		if v := strings.TrimSpace(getenv(name)); v != "" {
			return v
		}
		return otherwise
	}
	number := func(name string, otherwise int64) int64 {
		n, err := strconv.ParseInt(text(name, strconv.FormatInt(otherwise, 10)), 10, 64)
		if err != nil || n < 0 {
			faults = append(faults, fmt.Errorf("environment: %s=%q is not a number", name, getenv(name)))
		}
		return n
	}
	duration := func(name string, otherwise time.Duration) time.Duration {
		d, err := time.ParseDuration(text(name, otherwise.String()))
		if err != nil || d < 0 {
			faults = append(faults, fmt.Errorf("environment: %s=%q is not a time such as 10m", name, getenv(name)))
		}
		return d
	}
	c := Config{
		Namespace:   text("lambda_namespace", "lambda-fn"),
		StateDir:    text("state_dir", "/var/lib/gateway"),
		GatewayURL:  text("lambda_gateway_url", "http://gateway.openfaas:8080"),
		PythonImage: text("lambda_python_image", "labbox.local/lambda-python:dev"), ProvidedImage: text("lambda_provided_image", "labbox.local/lambda-provided:dev"),
		Python: text("lambda_python", "3.11"), PullPolicy: text("image_pull_policy", "Never"), UserID: number("function_uid", 12000),
		MaxReplicas: int(number("lambda_max_replicas", 10)), Idle: duration("lambda_idle", 10*time.Minute), RetryWait: duration("lambda_retry_wait", time.Minute),
	}
	var err error
	if c.SigV4, err = strconv.ParseBool(text("lambda_sigv4", "false")); err != nil {
		faults = append(faults, fmt.Errorf("environment: lambda_sigv4=%q is not true or false", getenv("lambda_sigv4")))
	}
	dir := text("lambda_secret_path", "/var/secrets/lambda")
	c.AccessKey, c.SecretKey = line(filepath.Join(dir, "access-key-id")), line(filepath.Join(dir, "secret-access-key"))
	faults = append(faults, c.check())
	return c, errors.Join(faults...)
}

// line reads a small file; nothing where there is none.
func line(path string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}

func (c Config) check() error {
	if c.SigV4 && (c.AccessKey == "" || c.SecretKey == "") {
		return errors.New("lambda_sigv4 needs a key pair, and there is none")
	}
	return nil
}

package watchdog

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"time"
)

// program is the function's one long-lived process of ModeHTTP.
type program struct {
	config   Config
	log      *slog.Logger
	upstream *url.URL
	client   *http.Transport
	cmd      *exec.Cmd
	ended    chan struct{}
	err      error // valid once ended is closed
}

func newProgram(config Config, log *slog.Logger) (*program, error) {
	u, err := url.Parse(config.Upstream)
	if err != nil || u.Scheme != "http" || u.Host == "" {
		return nil, fmt.Errorf("environment: upstream_url=%q is not an http address", config.Upstream)
	}
	if u.Port() == "" {
		u.Host = net.JoinHostPort(u.Hostname(), "80")
	}
	return &program{
		config: config, log: log, upstream: u, ended: make(chan struct{}),
		client: &http.Transport{
			DialContext:         (&net.Dialer{Timeout: 5 * time.Second}).DialContext,
			MaxIdleConns:        512,
			MaxIdleConnsPerHost: 512,
			IdleConnTimeout:     20 * time.Second,
			DisableCompression:  true,
		},
	}, nil
}

// start begins the process; stop must be called whatever start returns.
func (p *program) start() error {
	p.cmd = exec.Command(p.config.Process[0], p.config.Process[1:]...)
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	// The program is told where it is expected, whichever variable said so.
	p.cmd.Env = append(os.Environ(), "upstream_url="+p.upstream.String())
	logs := pipeLogs(p.cmd, p.config)
	if err := p.cmd.Start(); err != nil {
		p.err = fmt.Errorf("start %q: %w", p.config.Process, err)
		close(p.ended)
		return p.err
	}
	go func() {
		err := p.cmd.Wait()
		logs.flush()
		p.err = fmt.Errorf("the function's program %q ended by itself: %s", p.config.Process, outcome(err))
		close(p.ended)
	}()
	return nil
}

func outcome(err error) string {
	if err == nil {
		return "exit status 0"
	}
	return err.Error()
}

// wait returns when the process has ended; the error is never nil.
func (p *program) wait() error {
	<-p.ended
	return p.err
}

// stop ends the process, at first politely.
func (p *program) stop() {
	if p.cmd == nil || p.cmd.Process == nil {
		return
	}
	_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGTERM)
	select {
	case <-p.ended:
	case <-time.After(3 * time.Second):
		_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL)
		<-p.ended
	}
}

// awaitListening returns when the program takes connections. There is nothing to be
// notified by, so it tries: often at first, because a cold start waits for this.
func (p *program) awaitListening(ctx context.Context) error {
	pause := 2 * time.Millisecond
	for {
		conn, err := net.DialTimeout("tcp", p.upstream.Host, time.Second)
		if err == nil {
			_ = conn.Close()
			return nil
		}
		select {
		case <-p.ended:
			return p.err
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
		pause = min(pause*5/4, 100*time.Millisecond)
	}
}

// proxy hands calls to the program.
func (p *program) proxy() http.Handler {
	proxy := &httputil.ReverseProxy{
		Transport: p.client,
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host = p.upstream.Scheme, p.upstream.Host
			r.Out.URL.RawQuery = r.In.URL.RawQuery
			for _, name := range []string{"X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto"} {
				if v := r.In.Header[name]; v != nil {
					r.Out.Header[name] = v
				}
			}
		},
		ModifyResponse: func(r *http.Response) error {
			r.Header.Set("X-Duration-Seconds", duration(r.Request.Context()))
			return nil
		},
		ErrorHandler: p.failed,
	}
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.ProtoMajor == 1 {
			_ = http.NewResponseController(rw).EnableFullDuplex()
		}
		if p.config.BufferBody && r.Body != nil {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				refuse(rw, r, http.StatusBadRequest, "read the request's body: "+err.Error())
				return
			}
			r.Body, r.ContentLength, r.TransferEncoding = io.NopCloser(bytes.NewReader(body)), int64(len(body)), nil
			r.Header.Set("Content-Length", strconv.Itoa(len(body)))
		}
		proxy.ServeHTTP(rw, r)
	})
}

func (p *program) failed(rw http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(context.Cause(r.Context()), errTimeout) {
		refuse(rw, r, http.StatusGatewayTimeout, errTimeout.Error())
		return
	}
	if r.Context().Err() == nil {
		p.log.Warn("call failed", "path", r.URL.Path, "error", err)
	}
	refuse(rw, r, http.StatusBadGateway, "the function's program did not answer")
}

// scrape returns the program's own metrics; nothing when there are none.
func (p *program) scrape(ctx context.Context) []byte {
	if p == nil || p.config.MetricsPath == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, p.upstream.JoinPath(p.config.MetricsPath).String(), nil)
	if err != nil {
		return nil
	}
	resp, err := p.client.RoundTrip(r)
	if err != nil {
		return nil
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return nil
	}
	text, _ := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	return text
}

// pipeLogs connects the output of cmd: straight to ours, or line by line with a prefix.
func pipeLogs(cmd *exec.Cmd, config Config) *logPipes {
	pipes := &logPipes{}
	if !config.PrefixLogs {
		cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
		return pipes
	}
	pipes.out = &prefixer{to: os.Stdout, name: "stdout", limit: config.LogBuffer}
	pipes.err = &prefixer{to: os.Stderr, name: "stderr", limit: config.LogBuffer}
	cmd.Stdout, cmd.Stderr = pipes.out, pipes.err
	return pipes
}

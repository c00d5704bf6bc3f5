package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/labbox/labbox/internal/lab"
)

// Remote speaks with the running lab over its admin socket.
type Remote struct {
	cfg   Config
	paths Paths
	http  *http.Client
}

// envSocket names another socket than the data directory's, as in the workbench.
const envSocket = "LABBOX_SOCKET"

// Connect returns a Remote for the lab of cfg. It does no I/O; a lab that does
// not run shows as CodeNotRunning in every call.
func Connect(cfg Config) *Remote {
	p := Paths{cfg.DataDir}
	socket := p.Socket()
	if other := os.Getenv(envSocket); other != "" {
		socket = other
	}
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", socket)
	}
	return &Remote{cfg: cfg, paths: p, http: &http.Client{Transport: &http.Transport{DialContext: dial}}}
}

// Status returns how the lab fares. When no lab runs, it returns an empty Status
// along with the error, so that both can be shown.
func (r *Remote) Status(ctx context.Context) (lab.Status, error) {
	st := lab.Status{Phase: lab.StateStopped, Components: []lab.Component{}}
	err := r.get(ctx, "/api/v1/status", &st)
	return st, err
}

// Links returns what a learner can open.
func (r *Remote) Links(ctx context.Context) ([]lab.Link, error) {
	var links []lab.Link
	return links, r.get(ctx, "/api/v1/links", &links)
}

// Modules returns the trend modules.
func (r *Remote) Modules(ctx context.Context) ([]lab.Module, error) {
	var modules []lab.Module
	return modules, r.get(ctx, "/api/v1/modules", &modules)
}

// Capstone returns the last run; CodeNotFound when there was none.
func (r *Remote) Capstone(ctx context.Context) (lab.CapstoneResult, error) {
	var state struct {
		Last *lab.CapstoneResult `json:"last"`
	}
	if err := r.get(ctx, "/api/v1/capstone", &state); err != nil {
		return lab.CapstoneResult{}, err
	}
	if state.Last == nil {
		return lab.CapstoneResult{}, lab.Errorf(lab.CodeNotFound, "Run it: labbox capstone run", "the capstone has not been run yet")
	}
	return *state.Last, nil
}

// Stop asks the lab to stop; it returns before the lab has.
func (r *Remote) Stop(ctx context.Context) error { return r.post(ctx, "/api/v1/stop") }

// Resume asks a lab whose start failed to go on from the step that failed.
func (r *Remote) Resume(ctx context.Context) error { return r.post(ctx, "/api/v1/resume") }

// errEnough ends Events from inside its callback.
var errEnough = errors.New("enough")

// Events hands every event after id to fn, stored ones first, then as they come,
// until fn fails or ctx is done. It returns nil when fn returned errEnough.
func (r *Remote) Events(ctx context.Context, id int64, fn func(lab.Event) error) error {
	resp, err := r.do(ctx, http.MethodGet, "/api/v1/events?since="+strconv.FormatInt(id, 10))
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	err = readEvents(resp.Body, func(data []byte) error {
		var e lab.Event
		if err := json.Unmarshal(data, &e); err != nil {
			return fmt.Errorf("read an event: %w", err)
		}
		return fn(e)
	})
	if errors.Is(err, errEnough) {
		return nil
	}
	return err
}

func (r *Remote) get(ctx context.Context, path string, into any) error {
	resp, err := r.do(ctx, http.MethodGet, path)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(into); err != nil {
		return fmt.Errorf("read the answer of %s: %w", path, err)
	}
	return nil
}

func (r *Remote) post(ctx context.Context, path string) error {
	resp, err := r.do(ctx, http.MethodPost, path)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

// do sends a request and turns every failure into an error; the caller closes
// the body of a good answer.
func (r *Remote) do(ctx context.Context, method, path string) (*http.Response, error) {
	return r.send(ctx, method, path, nil)
}

// send is do with a body.
func (r *Remote) send(ctx context.Context, method, path string, body io.Reader) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, "http://labbox"+path, body)
	if err != nil {
		return nil, err
	}
	resp, err := r.http.Do(req)
	if err != nil {
		return nil, r.dialError(ctx, err)
	}
	if resp.StatusCode < 300 {
		return resp, nil
	}
	defer resp.Body.Close()
	if resp.StatusCode == http.StatusNotFound && inWorkbench() && !strings.HasPrefix(path, "/api/v1/lessons") {
		return nil, lab.Errorf(lab.CodeUsage, "Everything else is done on the lab's own machine",
			"in the workbench labbox knows: labbox lesson, labbox kubectl")
	}
	return nil, readError(resp)
}

// dialError tells a lab that does not run from one that does not answer.
func (r *Remote) dialError(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if errors.Is(err, os.ErrPermission) {
		return lab.Errorf(lab.CodeNotRoot, "Run it as root, for example with sudo",
			"the lab's socket is for root only: %w", err)
	}
	if errors.Is(err, os.ErrNotExist) || errors.Is(err, unix.ECONNREFUSED) {
		return lab.Errorf(lab.CodeNotRunning, "Start it with: labbox up", "no lab is running on %s", r.paths.Dir())
	}
	return fmt.Errorf("ask the lab: %w", err)
}

func readError(resp *http.Response) error {
	var body struct {
		Error lab.Error `json:"error"`
	}
	data, _ := io.ReadAll(io.LimitReader(resp.Body, 1<<16))
	if json.Unmarshal(data, &body) == nil && body.Error.Message != "" {
		return &body.Error
	}
	return fmt.Errorf("the lab answered %s: %s", resp.Status, strings.TrimSpace(string(data)))
}

// LogOptions select a log and how to read it.
type LogOptions struct {
	// Component is a name as in Status; empty means labbox itself.
	Component string
	Follow    bool
	Tail      int
}

// Logs copies a log to out. labbox' own log is read from its file, so that it is
// there when the lab is not.
func (r *Remote) Logs(ctx context.Context, o LogOptions, out io.Writer) error {
	if o.Component == "" {
		err := copyLog(ctx, r.paths.DaemonLog(), o, out)
		if errors.Is(err, os.ErrNotExist) {
			return lab.Errorf(lab.CodeNotRunning, "Start it with: labbox up", "there is no log in %s yet", r.paths.Dir())
		}
		return err
	}
	q := url.Values{"tail": {strconv.Itoa(o.Tail)}, "follow": {strconv.FormatBool(o.Follow)}}
	resp, err := r.do(ctx, http.MethodGet, "/api/v1/logs/"+url.PathEscape(o.Component)+"?"+q.Encode())
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	_, err = io.Copy(out, resp.Body)
	if ctx.Err() != nil {
		return nil // Ctrl-C is the way to end -f
	}
	return err
}

// shortly bounds clean-up calls that are made after ctx is done.
func shortly(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
}

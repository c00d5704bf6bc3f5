package app

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"time"

	"github.com/labbox/labbox/internal/fn/client"
	"github.com/labbox/labbox/internal/fn/stack"
	"github.com/labbox/labbox/internal/lab"
)

var functionName = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`)

// FnDeployed is a function that was deployed.
type FnDeployed struct {
	Function  string `json:"function"`
	Namespace string `json:"namespace"`
	Image     string `json:"image"`
	Created   bool   `json:"created"`
	URL       string `json:"url"`
}

// Function is one function as the gateway sees it.
type Function = client.Function

// FnLogQuery selects lines of a function's log.
type FnLogQuery = client.LogQuery

// FnCall is one call of a function.
type FnCall = client.Call

// gateway connects with the lab's function gateway, logged in.
func (r *Remote) gateway(ctx context.Context) (*client.Client, error) {
	logins, err := Credentials(ctx, r.cfg, []string{"gateway"})
	if err != nil {
		return nil, err
	}
	return client.New(r.gatewayURL(), logins[0].User, logins[0].Password), nil
}

func (r *Remote) gatewayURL() string { return "http://" + r.cfg.addr(r.cfg.Ports.Gateway) }

// FnDeploy deploys functions of a stack file; images that were built here are named by
// their digest, so that a new one is rolled out.
func (r *Remote) FnDeploy(ctx context.Context, s FnSelect) ([]FnDeployed, error) {
	f, chosen, err := s.load()
	if err != nil {
		return nil, err
	}
	gateway, err := r.gateway(ctx)
	if err != nil {
		return nil, err
	}
	deployed := []FnDeployed{}
	for _, function := range chosen {
		one, err := r.deployOne(ctx, gateway, f, function)
		if err != nil {
			return deployed, lab.Errorf(lab.AsError(err).Code, lab.AsError(err).Hint, "deploy %s: %w", function.Name, err)
		}
		deployed = append(deployed, one)
	}
	return deployed, nil
}

func (r *Remote) deployOne(ctx context.Context, gateway *client.Client, f *stack.File, function stack.Function) (FnDeployed, error) {
	env, err := f.Env(function)
	if err != nil {
		return FnDeployed{}, err
	}
	ref := function.Image
	if ref == "" {
		ref = functionImages + function.Name + ":latest"
	}
	img, err := r.imageOf(ctx, ref)
	if err != nil {
		return FnDeployed{}, err
	}
	d := client.Deployment{
		Service: function.Name, Image: img, Namespace: orNamespace(function.Namespace), EnvProcess: function.FProcess, EnvVars: env,
		Constraints: function.Constraints, Secrets: function.Secrets, Labels: function.Labels, Annotations: function.Annotations,
		Limits: function.Limits, Requests: function.Requests, ReadOnlyRootFilesystem: function.ReadOnlyRootFilesystem,
	}
	created, err := gateway.Deploy(ctx, d)
	return FnDeployed{Function: function.Name, Namespace: d.Namespace, Image: img, Created: created, URL: r.functionURL(function.Name, d.Namespace)}, err
}

func orNamespace(namespace string) string {
	if namespace == "" {
		return client.DefaultNamespace
	}
	return namespace
}

func (r *Remote) functionURL(name, namespace string) string {
	if namespace != client.DefaultNamespace {
		name += "." + namespace
	}
	return r.gatewayURL() + "/function/" + name
}

// FnAwait waits until every replica of the functions is a ready one of what was
// deployed last.
func (r *Remote) FnAwait(ctx context.Context, all []FnDeployed, within time.Duration) error {
	bounded, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	for _, d := range all {
		var now rollout
		for !now.Done {
			if err := r.get(bounded, "/api/v1/fn/rollout/"+d.Namespace+"/"+d.Function, &now); err != nil && bounded.Err() == nil {
				return err
			}
			if now.Done {
				break
			}
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-bounded.Done():
				return lab.Errorf(lab.CodeNotReady, "Its log: labbox fn logs "+d.Function+"\n        Its pods: labbox kubectl -n "+d.Namespace+" describe pods -l faas_function="+d.Function,
					"%s is not ready after %s: %s", d.Function, within, now.Message)
			case <-time.After(50 * time.Millisecond):
			}
		}
	}
	return nil
}

// FnList lists the functions of a namespace.
func (r *Remote) FnList(ctx context.Context, namespace string) ([]Function, error) {
	gateway, err := r.gateway(ctx)
	if err != nil {
		return nil, err
	}
	return gateway.List(ctx, orNamespace(namespace))
}

// FnInvoke calls a function and copies its answer to out. Any status but a good one is
// an error, after the answer was copied.
func (r *Remote) FnInvoke(ctx context.Context, call FnCall, out io.Writer) error {
	gateway := client.New(r.gatewayURL(), "", "")
	resp, err := gateway.Invoke(ctx, call)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if call.Async && resp.StatusCode == http.StatusAccepted {
		_, err = fmt.Fprintf(out, "queued: call %s\n", resp.Header.Get("X-Call-Id"))
		return err
	}
	if _, err := io.Copy(out, resp.Body); err != nil {
		return fmt.Errorf("read the answer of %s: %w", call.Name, err)
	}
	switch {
	case resp.StatusCode == http.StatusNotFound && resp.Header.Get("X-Duration-Seconds") == "":
		return lab.Errorf(lab.CodeNotFound, "All there are: labbox fn list", "there is no function %q", call.Name)
	case resp.StatusCode >= 400:
		return lab.Errorf(lab.CodeFunction, "Its log: labbox fn logs "+call.Name, "%s answered %s", call.Name, resp.Status)
	}
	return nil
}

// FnLogs writes the log of a function to out, with Follow until ctx is done.
func (r *Remote) FnLogs(ctx context.Context, q FnLogQuery, out io.Writer) error {
	gateway, err := r.gateway(ctx)
	if err != nil {
		return err
	}
	if _, err := gateway.Get(ctx, q.Name, orNamespace(q.Namespace)); err != nil {
		return err
	}
	return gateway.Logs(ctx, q, func(line client.LogLine) error {
		_, err := fmt.Fprintf(out, "%s %s %s\n", line.Timestamp.Format(time.RFC3339), line.Instance, line.Text)
		return err
	})
}

// FnRemove removes functions, and the images that were built for them unless keep.
func (r *Remote) FnRemove(ctx context.Context, names []string, namespace string, keep bool) error {
	gateway, err := r.gateway(ctx)
	if err != nil {
		return err
	}
	for _, name := range names {
		gone := gateway.Remove(ctx, name, orNamespace(namespace))
		if gone != nil && lab.AsError(gone).Code != lab.CodeNotFound {
			return lab.Errorf(lab.AsError(gone).Code, lab.AsError(gone).Hint, "remove %s: %w", name, gone)
		}
		var removed []string // images of one that was never deployed go, too
		if !keep {
			if err := r.exchange(ctx, http.MethodDelete, "/api/v1/fn/images/"+url.PathEscape(name), nil, &removed); err != nil {
				return fmt.Errorf("remove the images of %s: %w", name, err)
			}
		}
		if gone != nil && len(removed) == 0 {
			return lab.Errorf(lab.CodeNotFound, lab.AsError(gone).Hint, "remove %s: %w", name, gone)
		}
	}
	return nil
}

// FnNames returns the functions of a stack file.
func FnNames(s FnSelect) ([]string, error) {
	_, chosen, err := s.load()
	var names []string
	for _, function := range chosen {
		names = append(names, function.Name)
	}
	return names, err
}

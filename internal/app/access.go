package app

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"time"

	"github.com/labbox/labbox/internal/lab"
	"github.com/labbox/labbox/plugins/sdk"
)

// Credential is one generated login.
type Credential struct {
	ID       string `json:"id"`
	User     string `json:"user"`
	Password string `json:"password"`
}

func (d *daemon) forwardURL(f sdk.Forward) string {
	return "http://" + d.cfg.addr(d.hostPort(f)) + f.Path
}

// links is what a learner can open, the dashboard first.
func (d *daemon) links(ctx context.Context) []lab.Link {
	links := []lab.Link{{ID: dashboardLogin, Name: "Dashboard", URL: "http://" + d.cfg.addr(d.cfg.Ports.Dashboard)}}
	links = append(links, d.abroadLinks()...)
	for _, f := range d.currentPlans().forwards {
		l := lab.Link{ID: f.Name, Name: f.Title.In("en"), Title: lab.Text(f.Title), URL: d.forwardURL(f)}
		if f.Credentials != nil {
			if c, err := d.credential(ctx, f); err == nil {
				l.User = c.User
			}
		}
		links = append(links, l)
	}
	return links
}

// credentials returns the login of every system that has one, or of the named
// ones only. An unknown name is CodeNotFound.
func (d *daemon) credentials(ctx context.Context, name string) ([]Credential, error) {
	all := []Credential{}
	if name == "" || name == dashboardLogin {
		word, err := keptSecret(d.paths.Password())
		if err != nil {
			return nil, err
		}
		all = append(all, Credential{ID: dashboardLogin, User: dashboardUser, Password: word})
	}
	for _, f := range d.currentPlans().forwards {
		if f.Credentials == nil || (name != "" && name != f.Name) {
			continue
		}
		c, err := d.credential(ctx, f)
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	if name == "" || len(all) == 0 {
		further, err := d.furtherLogins(ctx, all)
		if err != nil {
			return nil, err
		}
		for _, c := range further {
			if name == "" || name == c.ID {
				all = append(all, c)
			}
		}
	}
	if name != "" && len(all) == 0 {
		return nil, lab.Errorf(lab.CodeNotFound, "All there are: labbox credentials", "%q has no login", name)
	}
	return all, nil
}

// credential reads one login from its Secret.
func (d *daemon) credential(ctx context.Context, f sdk.Forward) (Credential, error) {
	ref := lab.ObjectRef{APIVersion: "v1", Kind: "Secret", Namespace: f.Credentials.Namespace, Name: f.Credentials.Secret}
	raw, err := d.cluster.Get(ctx, ref)
	if err != nil {
		return Credential{}, fmt.Errorf("read the login of %s: %w", f.Name, err)
	}
	secret, err := decode[loginSecret](raw)
	if err != nil {
		return Credential{}, fmt.Errorf("read the login of %s: %w", f.Name, err)
	}
	user := f.Credentials.User
	if user == "" {
		user = string(secret.Data[f.Credentials.UserKey])
	}
	return Credential{ID: f.Name, User: user, Password: string(secret.Data[f.Credentials.PasswordKey])}, nil
}

// login returns user and password of a system, for rooms that call it.
func (d *daemon) login(name string) func(ctx context.Context) (user, password string, err error) {
	return func(ctx context.Context) (string, string, error) {
		found, err := d.credentials(ctx, name)
		if err != nil {
			return "", "", err
		}
		return found[0].User, found[0].Password, nil
	}
}

// endpoint is the loopback URL of a system by the name of its forward.
func (d *daemon) endpoint(name string) string {
	for _, f := range d.currentPlans().forwards {
		if f.Name == name {
			return "http://" + d.cfg.addr(d.hostPort(f))
		}
	}
	return ""
}

// writeKubeconfig leaves the administrator's kubeconfig where the command line
// finds it, readable by root only.
func (d *daemon) writeKubeconfig(ctx context.Context) error {
	data, err := d.cluster.Kubeconfig(ctx)
	if err != nil {
		return err
	}
	tmp := d.paths.Kubeconfig() + ".new"
	if err := os.WriteFile(tmp, data, 0o600); err != nil {
		return fmt.Errorf("write the kubeconfig: %w", err)
	}
	return os.Rename(tmp, d.paths.Kubeconfig())
}

// readKubeconfig returns the kubeconfig of a lab that runs.
func readKubeconfig(cfg Config) ([]byte, error) {
	p := Paths{cfg.DataDir}
	held, err := running(p)
	if err != nil {
		return nil, err
	}
	data, err := os.ReadFile(p.Kubeconfig())
	if !held || errors.Is(err, os.ErrNotExist) {
		return nil, lab.Errorf(lab.CodeNotRunning, "Start it with: labbox up", "no cluster is running on %s", p.Dir())
	}
	return data, err
}

// callTimeout bounds one call to a system of the lab.
const callTimeout = 2 * time.Minute

// loopbackClient is for calls to the lab's own systems through their forwards.
func loopbackClient() *http.Client { return &http.Client{Timeout: callTimeout} }

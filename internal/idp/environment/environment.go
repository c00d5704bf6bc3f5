package environment

import (
	"context"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/labbox/labbox/internal/idp/cluster"
	"github.com/labbox/labbox/internal/idp/entity"
	"github.com/labbox/labbox/internal/idp/wire"
)

// patience is how long an order waits for an environment of that name to be gone.
const patience = 20 * time.Second

// Catalog is what environments need of the catalog.
type Catalog interface {
	Get(ref string) entity.Entity
	All(kind string) []entity.Entity
	Provide(name string, entities []entity.Entity)
}

// Options say who gets which rights, and where applications are.
type Options struct {
	Cluster *cluster.Client
	Catalog Catalog
	// Role is the ClusterRole that owners and learners get in an environment.
	Role string
	// LearnerAccount and LearnerNamespace name the learner's service account.
	LearnerAccount, LearnerNamespace string
	// Applications is the API path of Argo CD's Applications; empty: none are removed
	// with an environment.
	Applications string
	Log          *slog.Logger
}

// Service makes and removes environments. Its methods may be called by several
// goroutines; changes happen one after the other, so that no budget is spent twice.
type Service struct {
	opt Options
	mu  sync.Mutex
}

// New returns the service; it does nothing yet.
func New(o Options) *Service { return &Service{opt: o} }

// Environment is one as callers see it.
type Environment struct {
	Name      string            `json:"name"`
	Namespace string            `json:"namespace"`
	Owner     string            `json:"owner"`
	Size      string            `json:"size"`
	Created   string            `json:"created"`
	Expires   string            `json:"expires,omitempty"`
	State     string            `json:"state"` // Active or Terminating
	Hard      map[string]string `json:"hard,omitempty"`
	Used      map[string]string `json:"used,omitempty"`
}

type object struct {
	Metadata struct {
		Name              string            `json:"name"`
		Namespace         string            `json:"namespace"`
		Labels            map[string]string `json:"labels"`
		Annotations       map[string]string `json:"annotations"`
		CreationTimestamp string            `json:"creationTimestamp"`
		DeletionTimestamp string            `json:"deletionTimestamp"`
	} `json:"metadata"`
	Status struct {
		Hard map[string]string `json:"hard"`
		Used map[string]string `json:"used"`
	} `json:"status"`
	Spec struct {
		Destination struct {
			Namespace string `json:"namespace"`
		} `json:"destination"`
	} `json:"spec"`
}

type objects struct {
	Items []object `json:"items"`
}

// List returns all environments by name, with what is used of their quotas.
func (s *Service) List(ctx context.Context) ([]Environment, error) {
	var spaces, quotas objects
	if err := s.opt.Cluster.Get(ctx, "/api/v1/namespaces?labelSelector="+labelEnvironment, &spaces); err != nil {
		return nil, fmt.Errorf("list environments: %w", err)
	}
	if err := s.opt.Cluster.Get(ctx, "/api/v1/resourcequotas?labelSelector="+labelManager+"%3D"+manager, &quotas); err != nil {
		return nil, fmt.Errorf("list environments: %w", err)
	}
	byNamespace := map[string]object{}
	for _, q := range quotas.Items {
		byNamespace[q.Metadata.Namespace] = q
	}
	out := []Environment{}
	for _, n := range spaces.Items {
		m := n.Metadata
		if m.Labels[labelManager] != manager {
			continue
		}
		e := Environment{Name: m.Labels[labelEnvironment], Namespace: m.Name, Owner: m.Annotations[annotationOwner], Size: m.Annotations[annotationSize],
			Created: m.CreationTimestamp, Expires: m.Annotations[annotationExpires], State: "Active",
			Hard: byNamespace[m.Name].Status.Hard, Used: byNamespace[m.Name].Status.Used}
		if m.DeletionTimestamp != "" {
			e.State = "Terminating"
		}
		out = append(out, e)
	}
	slices.SortFunc(out, func(a, b Environment) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

// Get returns one environment.
func (s *Service) Get(ctx context.Context, name string) (Environment, error) {
	all, err := s.List(ctx)
	if err != nil {
		return Environment{}, err
	}
	for _, e := range all {
		if e.Name == name {
			return e, nil
		}
	}
	return Environment{}, wire.NotFound("there is no environment %q", name)
}

// Wish is an order as it is sent. An empty size is small, an empty TTL for ever.
type Wish struct {
	Name  string `json:"name"`
	Owner string `json:"owner"`
	Size  string `json:"size"`
	TTL   string `json:"ttl"`
}

var nameRule = regexp.MustCompile(`^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$`)

// resolve checks an order and decides what it leaves open.
func (s *Service) resolve(in Wish) (wish, error) {
	w := wish{name: in.Name, size: in.Size}
	if w.size == "" {
		w.size = Sizes()[0]
	}
	if !nameRule.MatchString(in.Name) {
		return w, wire.Input("name %.60q must be 1 to 40 of a-z 0-9, with - between them", in.Name)
	}
	if _, ok := sizeOf(w.size); !ok {
		return w, wire.Input("there is no size %.40q; there are: %s", in.Size, strings.Join(Sizes(), ", "))
	}
	ttl, err := parseTTL(in.TTL)
	if err != nil {
		return w, wire.Input("%v", err)
	}
	if ttl > 0 {
		w.expires = time.Now().UTC().Add(ttl).Format(time.RFC3339)
	}
	owner, err := entity.ParseRef(in.Owner, "group")
	if err != nil {
		return w, wire.Input("owner: %v", err)
	}
	e := s.opt.Catalog.Get(owner.String())
	if e == nil || (!strings.EqualFold(e.Kind(), "Group") && !strings.EqualFold(e.Kind(), "User")) {
		return w, wire.Input("the catalog has no Group or User %s; an environment needs an owner", owner)
	}
	w.owner, _ = entity.ParseRef(e.Ref().String(), "")
	return w, nil
}

// Create makes an environment and waits for all of its objects.
func (s *Service) Create(ctx context.Context, in Wish) (Environment, error) {
	w, err := s.resolve(in)
	if err != nil {
		return Environment{}, err
	}
	s.awaitGone(ctx, w.name)
	s.mu.Lock()
	defer s.mu.Unlock()
	all, err := s.List(ctx)
	if err != nil {
		return Environment{}, err
	}
	for _, e := range all {
		if e.Name == w.name && e.State == "Terminating" {
			return Environment{}, wire.Conflict("environment %q is still being removed; try again in a moment", w.name)
		}
		if e.Name == w.name {
			return Environment{}, wire.Conflict("environment %q exists already; it belongs to %s", w.name, e.Owner)
		}
	}
	if err := s.afford(w, all); err != nil {
		return Environment{}, err
	}
	err = s.opt.Cluster.Create(ctx, "/api/v1/namespaces", w.namespaceObject())
	if cluster.IsConflict(err) {
		return Environment{}, wire.Conflict("the namespace %s exists already, and is no environment of the platform", w.namespace())
	}
	if err != nil {
		return Environment{}, fmt.Errorf("make namespace %s: %w", w.namespace(), err)
	}
	if err := s.furnish(ctx, w); err != nil {
		_ = s.opt.Cluster.Delete(context.WithoutCancel(ctx), "/api/v1/namespaces/"+w.namespace()) // half an environment is none
		return Environment{}, err
	}
	s.publish(ctx)
	return s.Get(ctx, w.name)
}

// awaitGone waits a while for an environment of that name which is being removed.
func (s *Service) awaitGone(ctx context.Context, name string) {
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		e, err := s.Get(ctx, name)
		if err != nil || e.State != "Terminating" {
			return
		}
		timer := time.NewTimer(250 * time.Millisecond)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		}
	}
}

// furnish brings about what is in the namespace, side by side.
func (s *Service) furnish(ctx context.Context, w wish) error {
	var g errgroup.Group
	for _, p := range w.parts(s.opt) {
		g.Go(func() error {
			if err := s.opt.Cluster.Apply(ctx, p.path, p.object); err != nil {
				return fmt.Errorf("make the %v of environment %s: %w", p.object["kind"], w.name, err)
			}
			return nil
		})
	}
	return g.Wait()
}

// Change gives an environment another size or time to live; what is empty stays.
func (s *Service) Change(ctx context.Context, name string, in Wish) (Environment, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all, err := s.List(ctx)
	if err != nil {
		return Environment{}, err
	}
	i := slices.IndexFunc(all, func(e Environment) bool { return e.Name == name })
	if i < 0 {
		return Environment{}, wire.NotFound("there is no environment %q", name)
	}
	have := all[i]
	in.Name, in.Owner = name, have.Owner
	if in.Size == "" {
		in.Size = have.Size
	}
	w, err := s.resolve(in)
	if err != nil {
		return Environment{}, err
	}
	if in.TTL == "" {
		w.expires = have.Expires
	}
	if err := s.afford(w, slices.Delete(slices.Clone(all), i, i+1)); err != nil {
		return Environment{}, err
	}
	if err := s.opt.Cluster.Patch(ctx, "/api/v1/namespaces/"+w.namespace(), map[string]any{"metadata": map[string]any{"annotations": w.annotations()}}); err != nil {
		return Environment{}, fmt.Errorf("change environment %s: %w", name, err)
	}
	if err := s.furnish(ctx, w); err != nil {
		return Environment{}, err
	}
	s.publish(ctx)
	return s.Get(ctx, name)
}

// Delete removes an environment: the applications that deploy to it, and the namespace.
func (s *Service) Delete(ctx context.Context, name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, err := s.Get(ctx, name)
	if err != nil {
		return err
	}
	if err := s.dropApplications(ctx, e.Namespace); err != nil {
		return err
	}
	if err := s.opt.Cluster.Delete(ctx, "/api/v1/namespaces/"+e.Namespace); err != nil && !cluster.IsNotFound(err) {
		return fmt.Errorf("remove environment %s: %w", name, err)
	}
	s.publish(ctx)
	return nil
}

// dropApplications removes what the platform itself told Argo CD to deploy there; else
// Argo CD would try for ever.
func (s *Service) dropApplications(ctx context.Context, namespace string) error {
	if s.opt.Applications == "" {
		return nil
	}
	var apps objects
	if err := s.opt.Cluster.Get(ctx, s.opt.Applications+"?labelSelector="+labelManager+"%3D"+manager, &apps); err != nil {
		return fmt.Errorf("look for applications in %s: %w", namespace, err)
	}
	for _, a := range apps.Items {
		if a.Spec.Destination.Namespace != namespace {
			continue
		}
		if err := s.opt.Cluster.Delete(ctx, s.opt.Applications+"/"+a.Metadata.Name); err != nil && !cluster.IsNotFound(err) {
			return fmt.Errorf("remove application %s: %w", a.Metadata.Name, err)
		}
	}
	return nil
}

// Ensure returns the namespace of an environment, which it makes where there is none.
// One that belongs to another owner is refused.
func (s *Service) Ensure(ctx context.Context, in Wish) (string, error) {
	have, err := s.Get(ctx, in.Name)
	if err == nil && have.State == "Active" {
		w, err := s.resolve(in)
		if err != nil {
			return "", err
		}
		if !strings.EqualFold(have.Owner, w.owner.String()) {
			return "", wire.NotAllowed("environment %q belongs to %s, not to %s; choose another name", in.Name, have.Owner, w.owner)
		}
		return have.Namespace, nil
	}
	e, err := s.Create(ctx, in)
	return e.Namespace, err
}

package store

import (
	"context"
	"slices"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/cache"

	"github.com/labbox/labbox/internal/faas/api"
)

// spacesPatience is how long a start waits for the functions of the namespaces that
// came later: one that cannot be read must not keep the gateway from its work.
const spacesPatience = 10 * time.Second

// spaces is the set of namespaces for functions beyond those of the configuration.
type spaces struct {
	mu    sync.Mutex
	names []string // sorted
}

func newSpaces() *spaces { return &spaces{} }

func (s *spaces) has(ns string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Contains(s.names, ns)
}

// set adds or removes ns.
func (s *spaces) set(ns string, in bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at, have := slices.BinarySearch(s.names, ns)
	switch {
	case in && !have:
		s.names = slices.Insert(s.names, at, ns)
	case !in && have:
		s.names = slices.Delete(s.names, at, at+1)
	}
}

// Namespaces returns where functions may live: the default first, those of the
// configuration, then those that carry the mark, by name.
func (s *Store) Namespaces() []string {
	s.spaces.mu.Lock()
	defer s.spaces.mu.Unlock()
	return append(slices.Clone(s.config.Namespaces), s.spaces.names...)
}

// Namespace returns ns, or the default for "", or Invalid where functions may not live.
func (s *Store) Namespace(ns string) (string, error) {
	switch {
	case ns == "":
		return s.config.Namespaces[0], nil
	case slices.Contains(s.config.Namespaces, ns), s.spaces.has(ns):
		return ns, nil
	}
	return "", invalidf("namespace %.80q is not one for functions (%q are)", ns, s.Namespaces())
}

// watchSpaces follows the namespaces that carry the mark and watches the functions in
// them, until ctx is done; the caller then waits for all of it. ready is closed when
// the functions of those that were there at the start are known.
//
//	marked ──► bind the gateway's rights ──► watch its functions
//	gone, or the mark is ──► end the watch ──► forget its functions
func (s *Store) watchSpaces(ctx context.Context, table *Table) (all *sync.WaitGroup, ready <-chan struct{}) {
	all = &sync.WaitGroup{}
	done := make(chan struct{})
	if s.config.NamespaceRole == "" {
		close(done)
		return all, done
	}
	w := &spaceWatch{store: s, table: table, group: all, running: map[string]*running{}}
	i := watchObjects(s.client.Namespaces(), "", &corev1.Namespace{}, cache.ResourceEventHandlerFuncs{
		AddFunc:    func(obj any) { w.seen(ctx, obj) },
		UpdateFunc: func(_, obj any) { w.seen(ctx, obj) },
		DeleteFunc: func(obj any) { w.gone(final(obj)) },
	})
	all.Go(func() { i.controller.RunWithContext(ctx) })
	all.Go(func() {
		defer close(done)
		limit, cancel := context.WithTimeout(ctx, spacesPatience)
		defer cancel()
		if cache.WaitForCacheSync(limit.Done(), i.controller.HasSynced) {
			w.await(limit)
		}
	})
	return all, done
}

// spaceWatch has one running watch for each marked namespace. Only the informer's
// goroutine starts and stops them.
type spaceWatch struct {
	store *Store
	table *Table
	group *sync.WaitGroup

	mu      sync.Mutex
	running map[string]*running
}

type running struct {
	stop   context.CancelFunc // nil: it is to end
	bound  bool               // the gateway has its rights
	ending bool               // the namespace is being deleted
	synced chan struct{}      // closed when the functions are known, or the watch has ended
	ended  chan struct{}
}

func (w *spaceWatch) seen(ctx context.Context, obj any) {
	ns, ok := obj.(*corev1.Namespace)
	if !ok || slices.Contains(w.store.config.Namespaces, ns.Name) || slices.Contains(w.store.config.Watched, ns.Name) {
		return
	}
	if !api.Marked(ns.Labels, ns.Annotations) {
		w.end(ns.Name)
		return
	}
	// Functions of a namespace that ends are routed as long as they are there, but
	// nothing new goes in.
	r := w.begin(ctx, ns.Name)
	w.show(ns.Name, r, func() { r.ending = ns.DeletionTimestamp != nil })
}

// show opens a namespace for clients once the gateway has its rights there, and closes
// one that ends. One that the gateway itself made is open from then on.
func (w *spaceWatch) show(ns string, r *running, change func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	change()
	switch {
	case r.ending || r.stop == nil:
		w.store.spaces.set(ns, false)
	case r.bound:
		w.store.spaces.set(ns, true)
	}
}

func (w *spaceWatch) gone(obj any) {
	if ns, ok := obj.(*corev1.Namespace); ok {
		w.end(ns.Name)
	}
}

func (w *spaceWatch) begin(ctx context.Context, ns string) *running {
	w.mu.Lock()
	defer w.mu.Unlock()
	before := w.running[ns]
	if before != nil && before.stop != nil {
		return before
	}
	mine, stop := context.WithCancel(ctx)
	r := &running{stop: stop, synced: make(chan struct{}), ended: make(chan struct{})}
	w.running[ns] = r
	w.group.Go(func() {
		defer close(r.ended)
		defer stop()
		if before != nil {
			<-before.ended
		}
		left := w.run(mine, ns, r)
		if ctx.Err() == nil { // at the end of all, calls that still run need their functions
			forget(left)
		}
	})
	return r
}

// run watches the functions of ns until ctx is done and returns what it saw last.
func (w *spaceWatch) run(ctx context.Context, ns string, r *running) []informer {
	if w.store.bindUntilDone(ctx, ns) {
		w.show(ns, r, func() { r.bound = true })
	}
	var group sync.WaitGroup
	var waits []cache.InformerSynced
	informers := w.store.informers(ctx, ns, w.table)
	for _, i := range informers {
		waits = append(waits, i.controller.HasSynced)
		group.Go(func() { i.controller.RunWithContext(ctx) })
	}
	cache.WaitForCacheSync(ctx.Done(), waits...)
	close(r.synced)
	group.Wait()
	return informers
}

// forget tells the handlers that nothing is there any more.
func forget(informers []informer) {
	for _, i := range informers {
		for _, obj := range i.have.List() {
			i.handler.OnDelete(obj)
		}
	}
}

// end stops the watch of ns; its goroutine goes on until the functions are forgotten.
func (w *spaceWatch) end(ns string) {
	w.store.spaces.set(ns, false)
	w.mu.Lock()
	defer w.mu.Unlock()
	if r := w.running[ns]; r != nil && r.stop != nil {
		r.stop()
		r.stop = nil
	}
}

// await returns when all watches that run now have seen their functions.
func (w *spaceWatch) await(ctx context.Context) {
	w.mu.Lock()
	var all []*running
	for _, r := range w.running {
		all = append(all, r)
	}
	w.mu.Unlock()
	for _, r := range all {
		select {
		case <-r.synced:
		case <-ctx.Done():
			return
		}
	}
}

// bindUntilDone gives the gateway its rights in ns, trying until ctx is done.
func (s *Store) bindUntilDone(ctx context.Context, ns string) bool {
	for ctx.Err() == nil {
		if s.bind(ctx, ns) == nil {
			return true
		}
		select {
		case <-time.After(time.Second):
		case <-ctx.Done():
		}
	}
	return false
}

// bind gives the gateway in ns the rights that it has in the default namespace.
func (s *Store) bind(ctx context.Context, ns string) error {
	_, err := s.client.Bindings(ns).Create(ctx, &rbacv1.RoleBinding{
		ObjectMeta: metav1.ObjectMeta{Name: s.config.NamespaceRole, Namespace: ns, Labels: map[string]string{managedBy: "labbox"}},
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: s.config.NamespaceRole},
		Subjects:   []rbacv1.Subject{{Kind: rbacv1.ServiceAccountKind, Namespace: s.config.Account.Namespace, Name: s.config.Account.Name}},
	}, metav1.CreateOptions{})
	if err != nil && !apierrors.IsAlreadyExists(err) {
		return translate("bind the gateway's rights in namespace "+ns, err)
	}
	return s.awaitRights(ctx, ns)
}

// awaitRights returns when the API server goes by a binding that was just made: it
// learns of it as everybody does, by a watch.
func (s *Store) awaitRights(ctx context.Context, ns string) error {
	limit, cancel := context.WithTimeout(ctx, spacesPatience)
	defer cancel()
	for {
		_, err := s.client.Deployments(ns).List(limit, metav1.ListOptions{Limit: 1})
		if !apierrors.IsForbidden(err) {
			return translate("use the gateway's rights in namespace "+ns, err)
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-limit.Done():
			return translate("use the gateway's rights in namespace "+ns, err)
		}
	}
}

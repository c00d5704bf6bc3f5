package store

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strconv"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/tools/cache"
)

// Watch feeds table until ctx is done. It calls synced once, when the table holds
// everything that existed at the start; it goes on by itself after a broken
// connection.
func (s *Store) Watch(ctx context.Context, table *Table, synced func()) error {
	var controllers []cache.Controller
	for _, ns := range slices.Concat(s.config.Namespaces, s.config.Watched) {
		for _, i := range s.informers(ctx, ns, table) {
			controllers = append(controllers, i.controller)
		}
	}
	others, ready := s.watchSpaces(ctx, table)
	defer others.Wait()
	done := make(chan struct{}, len(controllers))
	var waits []cache.InformerSynced
	for _, c := range controllers {
		waits = append(waits, c.HasSynced)
		go func() {
			c.RunWithContext(ctx)
			done <- struct{}{}
		}()
	}
	ok := cache.WaitForCacheSync(ctx.Done(), waits...)
	if ok {
		<-ready
		synced()
	}
	for range controllers {
		<-done
	}
	if !ok && ctx.Err() == nil {
		return fmt.Errorf("watch functions: the first list did not come")
	}
	return nil
}

// informer feeds a handler; have is what it was fed with and is still there.
type informer struct {
	controller cache.Controller
	have       cache.Store
	handler    cache.ResourceEventHandler
}

// informers feed table with the functions of one namespace, once they run.
func (s *Store) informers(ctx context.Context, ns string, table *Table) []informer {
	return []informer{
		watchObjects(s.client.Deployments(ns), LabelFunction, &appsv1.Deployment{}, functionHandler(table)),
		watchObjects(s.client.Slices(ns), "", &discoveryv1.EndpointSlice{}, sliceHandler(table)),
		watchObjects(s.client.Pods(ns), LabelFunction, &corev1.Pod{}, newStarter(table).handler(ctx)),
	}
}

// watchObjects makes an informer of one resource in one namespace.
func watchObjects[T runtime.Object, L runtime.Object](r Reader[T, L], selector string, kind runtime.Object, h cache.ResourceEventHandler) informer {
	lw := &cache.ListWatch{
		ListWithContextFunc: func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
			o.LabelSelector = selector
			return r.List(ctx, o)
		},
		WatchFuncWithContext: func(ctx context.Context, o metav1.ListOptions) (watch.Interface, error) {
			o.LabelSelector = selector
			return r.Watch(ctx, o)
		},
	}
	have, controller := cache.NewInformerWithOptions(cache.InformerOptions{
		ListerWatcher: cache.ToListWatcherWithWatchListSemantics(lw, r),
		ObjectType:    kind,
		Handler:       h,
		Transform:     dropBulk,
	})
	return informer{controller, have, h}
}

// dropBulk forgets what routing never looks at, for the sake of memory.
func dropBulk(obj any) (any, error) {
	if m, err := meta.Accessor(obj); err == nil {
		m.SetManagedFields(nil)
	}
	if d, ok := obj.(*appsv1.Deployment); ok {
		noteTimeout(d)
		d.Spec.Template.Spec.Containers, d.Spec.Template.Spec.Volumes = nil, nil
	}
	if p, ok := obj.(*corev1.Pod); ok {
		p.Annotations, p.Spec.Volumes = nil, nil
		for i := range p.Spec.Containers {
			c := &p.Spec.Containers[i]
			*c = corev1.Container{Name: c.Name, ReadinessProbe: c.ReadinessProbe}
		}
	}
	return obj, nil
}

func functionHandler(table *Table) cache.ResourceEventHandler {
	set := func(obj any) {
		if d, ok := obj.(*appsv1.Deployment); ok {
			table.SetFunction(Key{d.Namespace, d.Name}, &Function{
				Labels: d.Spec.Template.Labels, Annotations: d.Spec.Template.Annotations,
				Replicas: replicas(d), Ready: d.Status.ReadyReplicas,
			})
		}
	}
	return cache.ResourceEventHandlerFuncs{
		AddFunc:    set,
		UpdateFunc: func(_, obj any) { set(obj) },
		DeleteFunc: func(obj any) {
			if d, ok := final(obj).(*appsv1.Deployment); ok {
				table.SetFunction(Key{d.Namespace, d.Name}, nil)
			}
		},
	}
}

func sliceHandler(table *Table) cache.ResourceEventHandler {
	set := func(obj any) {
		if s, ok := obj.(*discoveryv1.EndpointSlice); ok {
			table.setSlice(sliceKey(s), s.Name, readyAddresses(s))
		}
	}
	return cache.ResourceEventHandlerFuncs{
		AddFunc:    set,
		UpdateFunc: func(_, obj any) { set(obj) },
		DeleteFunc: func(obj any) {
			if s, ok := final(obj).(*discoveryv1.EndpointSlice); ok {
				table.setSlice(sliceKey(s), s.Name, nil)
			}
		},
	}
}

// final unwraps the last known state of an object whose deletion was missed.
func final(obj any) any {
	if unknown, ok := obj.(cache.DeletedFinalStateUnknown); ok {
		return unknown.Obj
	}
	return obj
}

func sliceKey(s *discoveryv1.EndpointSlice) Key {
	return Key{s.Namespace, s.Labels[discoveryv1.LabelServiceName]}
}

// readyAddresses returns "ip:port" of the endpoints that take calls; never nil.
func readyAddresses(s *discoveryv1.EndpointSlice) []string {
	out := []string{}
	port := int32(functPort)
	for _, p := range s.Ports {
		if p.Port != nil && (p.Name == nil || *p.Name == "http" || len(s.Ports) == 1) {
			port = *p.Port
		}
	}
	for _, e := range s.Endpoints {
		ready, terminating := e.Conditions.Ready, e.Conditions.Terminating
		if ready != nil && !*ready || terminating != nil && *terminating {
			continue
		}
		for _, ip := range e.Addresses {
			out = append(out, net.JoinHostPort(ip, strconv.Itoa(int(port))))
		}
	}
	return out
}

// Package kube is the embedded cluster: unpatched upstream Kubernetes, containerd
// and kine as child processes of the one binary, in namespaces of their own.
//
//	the machine ─────────────────────────────────────────────────────────────────
//	 daemon (this package)      127.0.0.1:6443, 8080, 8081 ...
//	   │    │                        │ forwarded, connection by connection
//	   │    └ one thread, locked for ever: starts children, opens sockets ─┐
//	   │      (its death kills process 1: Pdeathsig)                       │ setns
//	 ┌─▼─ sandbox: PID, mount, network, UTS and IPC namespaces ────────────▼──────┐
//	 │ process 1: waits for its standard input to end                             │
//	 │ kine ◄─ kube-apiserver ◄─ controller-manager with scheduler, kubelet with   │
//	 │                           kube-proxy, cluster-helpers (CoreDNS, metrics-    │
//	 │                           server, local-path)                              │
//	 │ containerd ─► shims ─► pods (network namespaces of their own on cni0)      │
//	 │                                                                            │
//	 │ links   lo · labbox0 10.41.0.1/24 (a bridge without ports) · cni0 10.42/24 │
//	 │ routes  10.43.0.0/16 (Services) dev labbox0 · everything else unreachable  │
//	 │ mounts  /proc · tmpfs on /run /var/lib /var/log /opt                       │
//	 │         <data> on /var/lib/labbox · <data>/kubelet on /var/lib/kubelet     │
//	 │         <data>/containerd on /var/lib/containerd · helpers on /opt/labbox  │
//	 └────────────────────────────────────────────────────────────────────────────┘
//
// Nothing in the sandbox outlives process 1: the kernel kills every process of a
// PID namespace with it, and mounts, links and namespaces go with the last
// process that uses them. So a daemon that is killed leaves nothing behind but
// empty cgroup directories, which Sweep removes.
//
// A Cluster does nothing by itself. A supervisor runs its Services:
//
//	cluster-files ─► sandbox ─┬► kine
//	                          ├► kube-apiserver ─┬► controller-manager ─► scheduler
//	                          │                  ├► cluster-objects ─► cluster-helpers
//	                          │                  └► forward-kubernetes-api
//	                          └► containerd ─┬► cluster-images
//	                                         └► cluster-pods ─┬► kubelet ─► kube-proxy, cluster-node
//	                                         kube-apiserver ──┘
//
// On stop the kubelet ends before cluster-pods asks the containers to end, and
// containerd after it.
package kube

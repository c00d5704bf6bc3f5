// Package argo is what the platform has to do with Argo CD: it declares Applications
// as objects of the cluster, and reads how they fare and which workloads are theirs.
package argo

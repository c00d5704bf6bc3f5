// Package helm puts charts on the cluster with the Helm SDK: the lab's Installer.
//
//	Install ──► namespace, CRDs ──► what does the last release say?
//	             none ─────────────► install ──┐
//	             pending: interrupted ► upgrade ┤
//	             failed, or different ► upgrade ┼──► wait until its workloads are ready
//	             same, nothing missing ─────────┘
//
// Releases are stored as Helm stores them, in Secrets of the release's namespace, so
// that the helm program sees them too.
package helm

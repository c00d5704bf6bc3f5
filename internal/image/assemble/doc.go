// Package assemble builds the payload of labbox from the recipes under bundle/:
// container images as one OCI layout, the helper programs, manifests taken from
// upstream modules and the licence texts of all of it.
//
//	recipe ──► prepare stages ──► layers (key ──► tree ──► tar ──► zstd) ──► OCI layout
//	                                 └── cached by the hash of every input ──┘
//
// The same inputs give the same bytes: entries are sorted, times and owners are
// fixed, and everything is cached under the user's cache directory by the hash of
// what it was made from. Nothing here needs root.
package assemble

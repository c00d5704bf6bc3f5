// Package image brings the payload's container images and helper programs to where
// the cluster runs them: images into containerd's store, unpacked and pinned, and
// helpers into a directory. Everything may be done twice: what is there is kept.
//
// The images themselves are made by package assemble, at build time.
package image

// Package repo is a client of the lab's git server: it lists repositories, reads
// files at a commit by the server's JSON API, and pushes whole trees over git's smart
// HTTP protocol. It makes the few objects of a push itself, so that the program needs
// neither git nor a library for it.
package repo

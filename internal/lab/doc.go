// Package lab is the vocabulary that all rooms of labbox share: plain types, the
// interfaces at the joints, and the one error type that a person can act on.
//
// It imports the standard library only. No type of a third-party library appears
// in its signatures, so that a room can be replaced without its neighbours
// noticing.
package lab

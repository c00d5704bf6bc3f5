// Package entity is Backstage's descriptor format: what an entity is, how a file of
// them is read, when one is valid, and which relations follow from one.
package entity

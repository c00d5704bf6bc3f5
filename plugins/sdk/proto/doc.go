// Package modulepb is the generated Go code of module.proto. Modules use package
// sdk instead; "make proto" writes this one anew.
package modulepb

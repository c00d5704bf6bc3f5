// Package labtest holds a fake of every interface of package lab, and the contract
// suites that each implementation, fake or real, must pass.
//
// A fake is a small working implementation in memory: it keeps what it is given and
// gives it back. Failures are injected by setting its Err fields.
package labtest

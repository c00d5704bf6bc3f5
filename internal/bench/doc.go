// Package bench measures a labbox program from outside, as its user meets it:
// it starts and stops the real lab several times and reads times, memory and
// sizes. It needs root and a machine that is otherwise idle.
package bench

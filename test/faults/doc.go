// Package faults breaks things around the whole service and watches from outside what its clients get (the rows of
// docs/faults.md §1): an upstream that misbehaves, a Redis that dies, proxies that would cache anything. Every test heals
// what it broke and wants everything back to normal.
//
// `make test` runs a short form, which wants what is right on any machine, however slow, and only tells its figures.
// `make faults` runs the whole, with the machine to itself, and judges them: what is warm stays fast, what was healed is
// back within ten seconds. They go to docs/reliability.md.
package faults

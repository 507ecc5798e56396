// Package faults breaks things around the whole service and watches from outside what its clients get (the rows of
// docs/faults.md §1): an upstream that misbehaves, a Redis that dies, proxies that would cache anything. Every test heals what it
// broke and wants everything back to normal within ten seconds.
//
// `make test` runs a short form, `make faults` the whole. The figures go to docs/reliability.md.
package faults

// Package decode is the upstream side of each source: how it is asked, and how its answers are read ([Upstream]). Upstream bytes
// become frozen fragments: one function per operation and version, pure and bounded.
//
// Bodies are read by a pull parser straight into the compact form of [timeslot.Fragment]; nothing is built that could
// be larger than what is kept. Reading is lenient where docs/dexcare.md §3 demands it: numbers as strings, any order of
// fields, unknown, missing and null ones, dates with and without fractions. It is strict about shape: a body that is
// not JSON, not UTF-8, lacks its main list, has trailing bytes, or lists more than [MaxSlots] slots is refused whole
// with [ErrMalformed]; a single slot without a usable identity or time is dropped and counted (docs/faults.md rows 5 and 6).
package decode

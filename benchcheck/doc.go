// Command benchcheck reads what `go test -bench` and benchstat print.
//
//	benchcheck check LIMITS OUTPUT    fail on what LIMITS does not allow: more allocations, a ratio of two times
//	benchcheck tables DOC CSV         put the tables of benchstat's CSV between the marks of a document
//
// Times are compared within one run only: on another machine, or another day, all of them change. A line of LIMITS is
// one of
//
//	allocs PACKAGE BENCHMARK MOST             allocations of one operation
//	ratio  PACKAGE BENCHMARK OTHER MOST       its time as a share of the other's, the best of each
//
// with PACKAGE below the module, and BENCHMARK without "Benchmark" and the number of cores. A limit whose benchmark did
// not run is a failure, too.
package main

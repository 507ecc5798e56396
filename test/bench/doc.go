// Command bench holds benchmarks to limits, and puts benchstat's tables into documents.
//
//	bench check LIMITS    run what LIMITS is about, and fail on what it does not allow
//	bench count LIMITS    the same for allocations alone, which do not depend on the machine
//	bench tables DOC CSV  put the tables of benchstat's CSV between the marks of a document
//
// Times are compared within one run only: on another machine, or another day, all of them change. What does not keep
// its limit is measured again, twice at most, and what the machine's own timers did meanwhile is printed beside it. A
// line of LIMITS is one of
//
//	allocs PACKAGE BENCHMARK MOST             allocations of one operation
//	ratio  PACKAGE BENCHMARK OTHER MOST       its time as a share of the other's, the best of each
//
// with PACKAGE below the module, and BENCHMARK without "Benchmark" and the number of cores. A limit whose benchmark did
// not run is a failure, too.
package main

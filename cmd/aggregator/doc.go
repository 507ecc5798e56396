// Command aggregator is the timeslot caching and aggregation service, with the DexCare simulator it is tried on.
//
// This package reads the command line, loads the configuration and wires the parts together: it is the only place that knows
// every name. What each part does is said in its own package.
//
//	run ──▶ serve.Run ──▶ config.Load ──┐
//	    └─▶ demo.Run ──▶ configs.Demo ──┴─▶ program.serve ──▶ newService ──▶ listen ──▶ run ──▶ drain
//	                                                          step by step              reload    │
//	                                                               └──▶ onStop ◀──────────────────┘
//
// A request comes by a listener to the door, and enters the request path of the configuration in force ([service.enter]).
// Whatever is started notes how it ends (onStop), so that the end of the program and a start that fails close the same
// things in the same order.
package main

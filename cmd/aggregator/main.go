// Command aggregator is the timeslot caching and aggregation service, with the DexCare simulator it is tried on.
//
// This package reads the command line, loads the configuration and wires the parts together: it is the only place
// that knows every name. What each part does is said in its own package.
package main

import (
	"os"
	_ "time/tzdata" // a static image has no zone files
)

func main() {
	os.Exit(run(program{stdout: os.Stdout, stderr: os.Stderr, environ: os.Environ()}, os.Args[1:]))
}

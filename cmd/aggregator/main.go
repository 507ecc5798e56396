package main

import (
	"os"
	_ "time/tzdata" // a static image has no zone files
)

func main() {
	os.Exit(run(program{stdout: os.Stdout, stderr: os.Stderr, environ: os.Environ()}, os.Args[1:]))
}

package main

import (
	"os"
	"runtime"
	"runtime/debug"
	_ "time/tzdata" // a static image has no zone files
)

func main() {
	os.Exit(run(program{stdout: os.Stdout, stderr: os.Stderr, environ: os.Environ()}, os.Args[1:]))
}

// version is set when a release is built (-ldflags "-X main.version=…").
var version = "dev"

// build says which program this is.
type build struct{ version, revision, release string }

func thisBuild() build {
	b := build{version: version, revision: "unknown", release: runtime.Version()}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, setting := range info.Settings {
			if setting.Key == "vcs.revision" {
				b.revision = setting.Value
			}
		}
	}
	return b
}

package main

import (
	"runtime"
	"runtime/debug"
)

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

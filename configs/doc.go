// Package configs holds the example configurations. A program that embeds one says what the file says.
package configs

import _ "embed"

// Demo is demo.yaml: the service in front of a simulated tenant on this machine.
//
//go:embed demo.yaml
var Demo []byte

package main

import (
	"regexp"
	"strconv"
	"strings"
)

// result is the best of what a benchmark showed.
type result struct {
	nanoseconds float64
	allocs      float64 // -1: not measured
}

var (
	cores  = regexp.MustCompile(`-\d+$`)
	module = "timeslots/"
)

// parse reads the lines of `go test -bench`, by package and benchmark with a space between.
func parse(output string) map[string]result {
	results, pkg := map[string]result{}, ""
	for line := range strings.Lines(output) {
		if name, ok := strings.CutPrefix(line, "pkg: "); ok {
			pkg = strings.TrimPrefix(strings.TrimSpace(name), module)
			continue
		}
		fields := strings.Fields(line)
		name, ok := strings.CutPrefix(line, "Benchmark")
		if !ok || len(fields) < 4 {
			continue
		}
		name = cores.ReplaceAllString(strings.Fields(name)[0], "")
		r := result{allocs: -1}
		for i := 2; i+1 < len(fields); i += 2 {
			value, err := strconv.ParseFloat(fields[i], 64)
			switch {
			case err != nil:
			case fields[i+1] == "ns/op":
				r.nanoseconds = value
			case fields[i+1] == "allocs/op":
				r.allocs = value
			}
		}
		key := pkg + " " + name
		if before, ran := results[key]; ran {
			r.nanoseconds, r.allocs = min(r.nanoseconds, before.nanoseconds), min(r.allocs, before.allocs)
		}
		results[key] = r
	}
	return results
}

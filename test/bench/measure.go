package main

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"timeslots/test/rig/figure"
)

// measurer runs the benchmarks that some limits of one package are about. late is by how much the machine's timers were
// late at worst while it did, which is what other programs added.
type measurer func(pkg string, limits []limit) (results map[string]result, late time.Duration, err error)

// measure runs them with go test, in the module that the working directory is in.
func measure(pkg string, limits []limit) (map[string]result, time.Duration, error) {
	tool := os.Getenv("GO")
	if tool == "" {
		tool = "go"
	}
	command := exec.Command(tool, "test", "-run", "^$", "-bench", pattern(limits), "-benchmem", "-benchtime", "20ms", "-count", "3", "./"+pkg)
	machine, stop := figure.Start()
	output, err := command.CombinedOutput()
	stop()
	worst := machine.Late(1).Round(time.Millisecond / 10)
	if err != nil {
		return nil, worst, fmt.Errorf("%s: %w\n%s", strings.Join(command.Args, " "), err, output)
	}
	return parse(string(output)), worst, nil
}

// pattern matches the benchmarks of limits, with all their cases.
func pattern(limits []limit) string {
	var names []string
	for _, l := range limits {
		for _, name := range []string{l.name, l.other} {
			if name, _, _ = strings.Cut(name, "/"); name != "" && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return "^Benchmark(" + strings.Join(names, "|") + ")$"
}

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

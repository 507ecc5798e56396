package main

import (
	"fmt"
	"os"
	"os/exec"
	"slices"
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

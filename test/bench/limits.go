package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

type limit struct {
	where     string // file and line
	pkg, name string
	other     string // of a ratio; empty: allocations are limited
	most      float64
}

func readLimits(file string) ([]limit, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var list []limit
	n := 0
	for line := range strings.Lines(string(text)) {
		n++
		line, _, _ = strings.Cut(line, "#")
		fields := strings.Fields(line)
		if len(fields) == 0 {
			continue
		}
		l, ok := parseLimit(fields)
		if !ok {
			return nil, fmt.Errorf("%s, line %d: want allocs PACKAGE BENCHMARK MOST, or ratio PACKAGE BENCHMARK OTHER MOST", file, n)
		}
		l.where = fmt.Sprintf("%s, line %d", file, n)
		list = append(list, l)
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("%s limits nothing", file)
	}
	return list, nil
}

func parseLimit(fields []string) (l limit, ok bool) {
	switch {
	case fields[0] == "allocs" && len(fields) == 4:
		l = limit{pkg: fields[1], name: fields[2]}
	case fields[0] == "ratio" && len(fields) == 5:
		l = limit{pkg: fields[1], name: fields[2], other: fields[3]}
	default:
		return l, false
	}
	most, err := strconv.ParseFloat(fields[len(fields)-1], 64)
	l.most = most
	return l, err == nil && most >= 0
}

// judge says what was measured beside the limit, and whether it is kept. It fails where nothing was measured.
func (l *limit) judge(results map[string]result) (said string, kept bool, err error) {
	one, ran := results[l.pkg+" "+l.name]
	if !ran {
		return "", false, fmt.Errorf("%s: %s of %s did not run", l.where, l.name, l.pkg)
	}
	value, what := one.allocs, "allocations"
	if l.other != "" {
		other, ran := results[l.pkg+" "+l.other]
		if !ran || other.nanoseconds == 0 {
			return "", false, fmt.Errorf("%s: %s of %s did not run", l.where, l.other, l.pkg)
		}
		value, what = one.nanoseconds/other.nanoseconds, "of the time of "+l.other
	} else if value < 0 {
		return "", false, fmt.Errorf("%s: allocations of %s were not counted; run with -benchmem", l.where, l.name)
	}
	return fmt.Sprintf("%s %s: %.3g %s, at most %g", l.pkg, l.name, value, what, l.most), value <= l.most, nil
}

package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// Marks in a document: what lies between is written by this program.
const (
	beginMark = "<!-- written by make bench -->\n"
	endMark   = "<!-- until here -->\n"
)

func insert(document, csvFile string) error {
	text, err := os.ReadFile(document)
	if err != nil {
		return err
	}
	raw, err := os.ReadFile(csvFile)
	if err != nil {
		return err
	}
	before, rest, ok := strings.Cut(string(text), beginMark)
	_, after, closed := strings.Cut(rest, endMark)
	if !ok || !closed {
		return fmt.Errorf("%s has no %q and %q", document, strings.TrimSpace(beginMark), strings.TrimSpace(endMark))
	}
	tables, err := markdown(string(raw))
	if err != nil {
		return fmt.Errorf("%s: %w", csvFile, err)
	}
	return os.WriteFile(document, []byte(before+beginMark+tables+endMark+after), 0o644)
}

// row is a benchmark with what benchstat found of it, by unit.
type row struct {
	name   string
	values map[string]float64
}

// markdown turns benchstat's CSV into a table for each package.
func markdown(text string) (string, error) {
	var b strings.Builder
	var rows []*row
	unit := ""
	flush := func() {
		for _, r := range rows {
			fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", r.name, r.time(), r.count("B/op"), r.count("allocs/op"))
		}
		rows = nil
	}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if pkg, ok := strings.CutPrefix(line, "pkg: "); ok {
			flush()
			fmt.Fprintf(&b, "\n`%s`\n\n| benchmark | time | bytes | allocations |\n| --- | --: | --: | --: |\n", strings.TrimPrefix(pkg, module))
			continue
		}
		fields, err := csv.NewReader(strings.NewReader(line)).Read()
		if err != nil || len(fields) < 2 {
			continue
		}
		if fields[0] == "" {
			if strings.Contains(fields[1], "/") && len(fields) > 2 && fields[2] == "CI" {
				unit = fields[1]
			}
			continue
		}
		value, err := strconv.ParseFloat(fields[1], 64)
		if err == nil && fields[0] != "geomean" {
			note(&rows, cores.ReplaceAllString(fields[0], ""), unit, value)
		}
	}
	flush()
	if b.Len() == 0 {
		return "", errors.New("no results")
	}
	return b.String() + "\n", nil
}

func note(rows *[]*row, name, unit string, value float64) {
	for _, r := range *rows {
		if r.name == name {
			r.values[unit] = value
			return
		}
	}
	*rows = append(*rows, &row{name, map[string]float64{unit: value}})
}

func (r *row) time() string {
	d := time.Duration(r.values["sec/op"] * float64(time.Second))
	switch {
	case r.values["sec/op"] < 100e-9:
		return fmt.Sprintf("%.3g ns", r.values["sec/op"]*1e9)
	case d < 10*time.Microsecond:
		return d.Round(10 * time.Nanosecond).String()
	case d < 10*time.Millisecond:
		return d.Round(time.Microsecond).String()
	default:
		return d.Round(100 * time.Microsecond).String()
	}
}

func (r *row) count(unit string) string {
	value, measured := r.values[unit]
	if !measured {
		return ""
	}
	return strconv.FormatFloat(value, 'f', 0, 64)
}

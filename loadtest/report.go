package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"
)

// writeProgress writes one line about the last second.
func writeProgress(w io.Writer, elapsed time.Duration, t *tally) {
	s := t.nextSecond()
	n := len(s.latencies)
	fmt.Fprintf(w, "%4.0fs  %6d/s  ok %6s  hit %6s  p50 %8s  p99 %8s\n", elapsed.Seconds(), n,
		percent(s.ok, n), percent(s.hits, n), round(s.quantile(0.5)), round(s.quantile(0.99)))
}

// writeReport writes the whole run as text.
func writeReport(w io.Writer, name string, s *schedule, t *tally) error {
	m := &t.metrics
	var b strings.Builder
	line := func(label, format string, values ...any) {
		fmt.Fprintf(&b, "%-12s %s\n", label, fmt.Sprintf(format, values...))
	}
	line("scenario", "%s, peak %g/s, %s", name, s.peak, s.length)
	line("requests", "%d sent of %d planned", m.Requests, s.planned())
	line("success", "%.2f %%", 100*m.Success)
	line("rate", "%.1f/s sent, %.1f/s answered well", m.Rate, m.Throughput)
	l := &m.Latencies
	line("latency", "p50 %s, p90 %s, p95 %s, p99 %s, max %s (from when each request was due)",
		round(l.P50), round(l.P90), round(l.P95), round(l.P99), round(l.Max))
	line("left late", "%s at worst", round(t.worstLag))
	line("bytes", "%d in, %.0f an answer", m.BytesIn.Total, m.BytesIn.Mean)
	line("status", "%s", counts(m.StatusCodes, int(m.Requests)))
	line("cache", "%s", counts(t.cache, m.Requests))
	writeErrors(&b, m)
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

const maxErrors = 5

func writeErrors(b *strings.Builder, m *vegeta.Metrics) {
	errors := slices.Sorted(slices.Values(m.Errors))
	for i, text := range errors {
		if i == maxErrors {
			fmt.Fprintf(b, "%-12s and %d more\n", "error", len(errors)-maxErrors)
			return
		}
		fmt.Fprintf(b, "%-12s %s\n", "error", text)
	}
}

// counts lists a distribution by name; status 0 is no answer at all.
func counts[N int | uint64](table map[string]N, total N) string {
	parts := make([]string, 0, len(table))
	for _, name := range slices.Sorted(maps.Keys(table)) {
		label := name
		if name == "0" {
			label = "no answer"
		}
		parts = append(parts, fmt.Sprintf("%s %d (%s)", label, table[name], percent(int(table[name]), int(total))))
	}
	return strings.Join(parts, ", ")
}

func percent(part, whole int) string {
	if whole == 0 {
		return "-"
	}
	return fmt.Sprintf("%.1f %%", 100*float64(part)/float64(whole))
}

// round keeps three digits or so: more would be noise.
func round(d time.Duration) time.Duration {
	switch {
	case d >= time.Second:
		return d.Round(10 * time.Millisecond)
	case d >= 10*time.Millisecond:
		return d.Round(100 * time.Microsecond)
	default:
		return d.Round(time.Microsecond)
	}
}

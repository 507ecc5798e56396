package main

import (
	"fmt"
	"io"
	"strings"
)

// writeComparison prints each figure of both runs and how many times as much the first one's is.
func writeComparison(w io.Writer, one, other *report) error {
	var b strings.Builder
	fmt.Fprintf(&b, "\n%-24s %14s %14s %8s\n", "compared", "target", "other", "ratio")
	row := func(name, unit string, a, z, scale float64) {
		ratio := "-"
		if z != 0 {
			ratio = fmt.Sprintf("%.3g", a/z)
		}
		fmt.Fprintf(&b, "%-24s %14s %14s %8s\n", name, fmt.Sprintf("%.4g%s", a*scale, unit), fmt.Sprintf("%.4g%s", z*scale, unit), ratio)
	}
	row("answered well, a second", "", one.All.Throughput, other.All.Throughput, 1)
	row("success", " %", one.All.Success, other.All.Success, 100)
	row("hits", " %", one.All.cached("hit", "stale"), other.All.cached("hit", "stale"), 100)
	row("waited", " %", one.All.cached("miss"), other.All.cached("miss"), 100)
	row("p50", " ms", one.All.P50, other.All.P50, 1000)
	row("p95", " ms", one.All.P95, other.All.P95, 1000)
	row("p99", " ms", one.All.P99, other.All.P99, 1000)
	row("bytes a page view", "", float64(one.All.BytesIn)/float64(one.Views), float64(other.All.BytesIn)/float64(other.Views), 1)
	if one.Upstream != nil && other.Upstream != nil {
		row("upstream calls / 1000", "", one.Upstream.PerThousand, other.Upstream.PerThousand, 1)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

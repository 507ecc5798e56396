package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"time"
)

// report is what a run found, as it is written to --json. Latencies are in seconds, from when each request was due;
// shares are between 0 and 1.
type report struct {
	Scenario string         `json:"scenario"`
	Target   string         `json:"target"`
	Plan     string         `json:"plan"`
	Began    time.Time      `json:"began"`
	Planned  uint64         `json:"planned"`
	Views    uint64         `json:"pageViews"`
	LeftLate float64        `json:"leftLate"` // the latest that a request left after it was due
	All      part           `json:"all"`
	Parts    []part         `json:"parts,omitempty"` // of the scenario: before, during and after an outage, say
	Line     []second       `json:"seconds"`
	Upstream *upstreamCalls `json:"upstream,omitempty"`
	Service  *serviceCosts  `json:"service,omitempty"`
	Visitors *visitors      `json:"visitors,omitempty"`
	Apps     *apps          `json:"apps,omitempty"`
	Accuracy *accuracy      `json:"accuracy,omitempty"`
}

type part struct {
	Name       string            `json:"name,omitempty"`
	Requests   uint64            `json:"requests"`
	Success    float64           `json:"success"`
	Rate       float64           `json:"rate"`       // sent a second
	Throughput float64           `json:"throughput"` // answered well a second
	P50        float64           `json:"p50"`
	P90        float64           `json:"p90"`
	P95        float64           `json:"p95"`
	P99        float64           `json:"p99"`
	Max        float64           `json:"max"`
	BytesIn    uint64            `json:"bytesIn"`
	BytesEach  float64           `json:"bytesEach"`
	Status     map[string]int    `json:"status"`
	Cache      map[string]uint64 `json:"cache"`
	Errors     []string          `json:"errors,omitempty"`
}

type upstreamCalls struct {
	Total       int64            `json:"total"`
	PerThousand float64          `json:"perThousandViews"`
	Operations  map[string]int64 `json:"operations"` // groups too
}

func newReport(s *scenario, o *options, t *tally) *report {
	r := &report{
		Scenario: s.name, Target: o.Target, Plan: s.plan.said, Began: s.plan.start().UTC(), Planned: s.plan.planned,
		Views: s.views, LeftLate: t.worstLag.Seconds(), All: newPart("", &t.all), Line: t.line,
	}
	if s.apps != nil {
		r.Apps = s.apps()
		r.Views = uint64(r.Apps.opened())
	}
	if s.accuracy != nil {
		r.Accuracy = s.accuracy()
		if views := t.groups[viewing]; views != nil {
			r.Views = views.metrics.Requests
		}
	}
	if r.Views == 0 {
		r.Views = t.all.metrics.Requests
	}
	if s.visitors != nil {
		r.Visitors = s.visitors()
	}
	for _, name := range inOrder(t.groups) {
		r.Parts = append(r.Parts, newPart(name, t.groups[name]))
	}
	return r
}

// inOrder is by time where there is one, else by name.
func inOrder(groups map[string]*sums) []string {
	names := slices.Sorted(maps.Keys(groups))
	return slices.SortedStableFunc(slices.Values(names), func(a, b string) int {
		times := []string{before, during, after}
		return slices.Index(times, a) - slices.Index(times, b)
	})
}

func newPart(name string, s *sums) part {
	m := &s.metrics
	l := &m.Latencies
	return part{
		Name: name, Requests: m.Requests, Success: m.Success, Rate: m.Rate, Throughput: m.Throughput,
		P50: l.P50.Seconds(), P90: l.P90.Seconds(), P95: l.P95.Seconds(), P99: l.P99.Seconds(), Max: l.Max.Seconds(),
		BytesIn: m.BytesIn.Total, BytesEach: m.BytesIn.Mean, Status: m.StatusCodes, Cache: s.cache,
		Errors: slices.Sorted(slices.Values(m.Errors)),
	}
}

// cached is the share of requests of which Cache-Status says one of some things.
func (p *part) cached(kinds ...string) float64 {
	var n uint64
	for _, kind := range kinds {
		n += p.Cache[kind]
	}
	return float64(n) / float64(max(p.Requests, 1))
}

// publish writes the reports, and how they compare when there are two, wherever they are wanted.
func publish(out io.Writer, o *options, reports []*report) error {
	for i, r := range reports {
		if i > 0 {
			fmt.Fprintln(out)
		}
		if err := r.write(out); err != nil {
			return fmt.Errorf("write report: %w", err)
		}
	}
	if len(reports) == 2 {
		if err := writeComparison(out, reports[0], reports[1]); err != nil {
			return fmt.Errorf("write report: %w", err)
		}
	}
	if o.JSON != "" {
		if err := writeJSON(o.JSON, reports); err != nil {
			return err
		}
	}
	if o.HTML != "" {
		return writePage(o.HTML, reports)
	}
	return nil
}

// writeJSON writes one report, or a list of two.
func writeJSON(file string, reports []*report) error {
	var document any = reports
	if len(reports) == 1 {
		document = reports[0]
	}
	text, err := json.MarshalIndent(document, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(text, '\n'), 0o644)
}

func (r *report) write(w io.Writer) error {
	var b strings.Builder
	line := func(label, format string, values ...any) {
		fmt.Fprintf(&b, "%-12s %s\n", label, fmt.Sprintf(format, values...))
	}
	line("scenario", "%s, %s, %s", r.Scenario, r.Target, r.Plan)
	if r.Planned > 0 {
		line("requests", "%d sent of %d planned", r.All.Requests, r.Planned)
	} else {
		line("requests", "%d sent", r.All.Requests)
	}
	if r.Views != r.All.Requests {
		line("page views", "%d", r.Views)
	}
	line("left late", "%s at worst", round(duration(r.LeftLate)))
	r.All.write(line)
	for i := range r.Parts {
		b.WriteByte('\n')
		line(r.Parts[i].Name, "%d requests", r.Parts[i].Requests)
		r.Parts[i].write(line)
	}
	if u := r.Upstream; u != nil {
		line("upstream", "%d calls, %.1f for each thousand page views: %s", u.Total, u.PerThousand, listed(u.Operations))
	}
	if v := r.Visitors; v != nil {
		line("sessions", "%s", v.Did())
		line("complete", "%s", v.Completeness())
	}
	if r.Apps != nil {
		r.Apps.write(line)
	}
	if r.Accuracy != nil {
		r.Accuracy.write(line)
	}
	if c := r.Service; c != nil {
		line("service", "%s", c.Asked())
		line("cost", "%s", c.Took())
	}
	_, err := io.WriteString(w, b.String())
	return err
}

const maxErrors = 5

func (p *part) write(line func(label, format string, values ...any)) {
	line("success", "%.2f %%", 100*p.Success)
	line("rate", "%.1f/s sent, %.1f/s answered well", p.Rate, p.Throughput)
	line("latency", "p50 %s, p90 %s, p95 %s, p99 %s, max %s (from when each request was due)",
		round(duration(p.P50)), round(duration(p.P90)), round(duration(p.P95)), round(duration(p.P99)), round(duration(p.Max)))
	line("bytes", "%d in, %.0f an answer", p.BytesIn, p.BytesEach)
	line("status", "%s", counts(p.Status, int(p.Requests)))
	line("cache", "%s", counts(p.Cache, p.Requests))
	for i, text := range p.Errors {
		if i == maxErrors {
			line("error", "and %d more", len(p.Errors)-maxErrors)
			return
		}
		line("error", "%s", text)
	}
}

func duration(seconds float64) time.Duration { return time.Duration(seconds * float64(time.Second)) }

// writeProgress writes one line about the last second.
func writeProgress(w io.Writer, elapsed time.Duration, t *tally) {
	s := t.nextSecond(elapsed)
	n := len(s.latencies)
	fmt.Fprintf(w, "%4.0fs  %6d/s  ok %6s  hit %6s  p50 %8s  p99 %8s\n", elapsed.Seconds(), n,
		percent(s.ok, n), percent(s.hits, n), round(s.quantile(0.5)), round(s.quantile(0.99)))
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

func listed(table map[string]int64) string {
	parts := make([]string, 0, len(table))
	for _, name := range slices.Sorted(maps.Keys(table)) {
		parts = append(parts, fmt.Sprintf("%s %d", name, table[name]))
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
	if one.Accuracy != nil && other.Accuracy != nil {
		compareAccuracy(row, one.Accuracy, other.Accuracy)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

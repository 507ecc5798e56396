package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// serviceCosts is what a load cost the service, as its own metrics say (docs/metrics.md). An upstream call counts there
// when it has ended.
type serviceCosts struct {
	Calls       map[string]int64 `json:"upstreamCalls"` // by source
	Total       int64            `json:"upstreamCallsTotal"`
	PerThousand float64          `json:"perThousandViews"`
	CPU         float64          `json:"cpu"`        // seconds
	CPUEach     float64          `json:"cpuPerView"` // seconds
	Resident    int64            `json:"resident"`   // bytes, at the end
}

// Asked is a line of a report.
func (c *serviceCosts) Asked() string {
	return fmt.Sprintf("%d upstream calls, %.1f for each thousand page views: %s", c.Total, c.PerThousand, listed(c.Calls))
}

// Took is a line of a report.
func (c *serviceCosts) Took() string {
	return fmt.Sprintf("%s of CPU a page view, %.1f MiB resident at the end", round(duration(c.CPUEach)), float64(c.Resident)/(1<<20))
}

// meter reads the service's metrics before a load and after it. The nil meter reads nothing.
type meter struct {
	address string
	before  metrics
}

type metrics struct {
	calls    map[string]float64 // upstream, by source
	cpu      float64            // seconds
	resident float64            // bytes
}

func startMeter(ctx context.Context, o *options) (*meter, error) {
	if o.Admin == "" {
		return nil, nil
	}
	m := &meter{address: strings.TrimSuffix(o.Admin, "/") + "/metrics"}
	var err error
	m.before, err = m.read(ctx)
	return m, err
}

func (m *meter) since(ctx context.Context, views uint64) (*serviceCosts, error) {
	if m == nil {
		return nil, nil
	}
	now, err := m.read(ctx)
	if err != nil {
		return nil, err
	}
	c := &serviceCosts{Calls: map[string]int64{}, CPU: now.cpu - m.before.cpu, Resident: int64(now.resident)}
	for source, n := range now.calls {
		if calls := int64(n - m.before.calls[source]); calls > 0 {
			c.Calls[source] = calls
			c.Total += calls
		}
	}
	c.PerThousand = 1000 * float64(c.Total) / float64(views)
	c.CPUEach = c.CPU / float64(views)
	return c, nil
}

func (m *meter) read(ctx context.Context) (metrics, error) {
	text, err := ask(ctx, http.MethodGet, m.address, "")
	if err != nil {
		return metrics{}, fmt.Errorf("metrics: %w", err)
	}
	got, err := parseMetrics(string(text))
	if err != nil {
		return metrics{}, fmt.Errorf("metrics: %s: %w", m.address, err)
	}
	return got, nil
}

// parseMetrics reads Prometheus' text, as far as it is wanted here. A service that has asked nothing yet lists no calls.
func parseMetrics(text string) (metrics, error) {
	if !strings.Contains(text, "\naggregator_") {
		return metrics{}, errors.New("these are not the service's metrics")
	}
	got := metrics{calls: map[string]float64{}}
	for line := range strings.Lines(text) {
		series, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		value, _, _ := strings.Cut(rest, " ")
		name, labels, _ := strings.Cut(series, "{")
		n, err := strconv.ParseFloat(value, 64)
		if err != nil { // a comment
			continue
		}
		switch name {
		case "process_cpu_seconds_total":
			got.cpu = n
		case "process_resident_memory_bytes":
			got.resident = n
		case "aggregator_upstream_request_duration_seconds_count":
			got.calls[label(labels, "source")] += n
		}
	}
	return got, nil
}

// label is the value of a label that has neither quotes nor backslashes.
func label(labels, name string) string {
	_, rest, _ := strings.Cut(","+labels, ","+name+`="`)
	value, _, _ := strings.Cut(rest, `"`)
	return value
}

package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
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

// figures are the series of Prometheus' text that are wanted here: name, source, value.
var figures = regexp.MustCompile(`(?m)^(process_cpu_seconds_total|process_resident_memory_bytes|aggregator_upstream_request_duration_seconds_count)` +
	`(?:\{(?:.*,)?source="([^"]*)".*\})? (\S+)`)

// parseMetrics reads them. A service that has asked nothing yet lists no calls.
func parseMetrics(text string) (metrics, error) {
	if !strings.Contains(text, "\naggregator_") {
		return metrics{}, errors.New("these are not the service's metrics")
	}
	got := metrics{calls: map[string]float64{}}
	for _, found := range figures.FindAllStringSubmatch(text, -1) {
		n, err := strconv.ParseFloat(found[3], 64)
		if err != nil {
			return metrics{}, err
		}
		switch found[1] {
		case "process_cpu_seconds_total":
			got.cpu = n
		case "process_resident_memory_bytes":
			got.resident = n
		default:
			got.calls[found[2]] += n
		}
	}
	return got, nil
}

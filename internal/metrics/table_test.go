package metrics

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
)

// pinned is one row of docs/metrics.md, the list that docs/interface.md §5 points to.
type pinned struct {
	kind   string
	labels map[string][]string // label → its words; none listed: nil
}

var (
	tableRow   = regexp.MustCompile("(?m)^\\| `([a-z_]+)` \\| (counter|gauge|histogram) \\| (.*?) \\| ")
	tableLabel = regexp.MustCompile(`([a-z]+)(?: \(([^)]*)\))?`)
)

func pinnedMetrics(t *testing.T) map[string]pinned {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "metrics.md"))
	if err != nil {
		t.Fatal(err)
	}
	table := map[string]pinned{}
	for _, row := range tableRow.FindAllStringSubmatch(string(text), -1) {
		p := pinned{kind: row[2], labels: map[string][]string{}}
		for _, label := range tableLabel.FindAllStringSubmatch(row[3], -1) {
			p.labels[label[1]] = nil
			if label[2] != "" {
				p.labels[label[1]] = strings.Split(strings.ReplaceAll(label[2], "`", ""), ",")
			}
		}
		table[namespace+"_"+row[1]] = p
	}
	if len(table) != 40 {
		t.Fatalf("docs/metrics.md lists %d metrics, not 35: change this number together with the table", len(table))
	}
	return table
}

// gathered is what a registry holds, by name.
func gathered(t *testing.T, registry *prometheus.Registry) map[string]*dto.MetricFamily {
	t.Helper()
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	byName := map[string]*dto.MetricFamily{}
	for _, f := range families {
		byName[f.GetName()] = f
	}
	return byName
}

func labelsOf(m *dto.Metric) map[string]string {
	labels := map[string]string{}
	for _, l := range m.GetLabel() {
		labels[l.GetName()] = l.GetValue()
	}
	return labels
}

func TestWhatIsExportedIsWhatTheTableLists(t *testing.T) {
	m, registry := newTestMetrics(t)
	recordEverything(m)
	table, families := pinnedMetrics(t), gathered(t, registry)
	for name, want := range table {
		f, ok := families[name]
		if !ok {
			t.Errorf("%s is in the table and not exported", name)
			continue
		}
		if got := strings.ToLower(f.GetType().String()); got != want.kind {
			t.Errorf("%s is a %s, want a %s", name, got, want.kind)
		}
		for _, series := range f.GetMetric() {
			wantLabels(t, name, labelsOf(series), want.labels)
		}
	}
	for name := range families {
		if _, ok := table[name]; !ok && strings.HasPrefix(name, namespace) {
			t.Errorf("%s is exported and not in the table", name)
		}
	}
}

func wantLabels(t *testing.T, name string, got map[string]string, want map[string][]string) {
	t.Helper()
	for label, value := range got {
		words, known := want[label]
		if !known || words != nil && !slices.Contains(words, value) {
			t.Errorf("%s has %s=%q, the table has %q", name, label, value, words)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%s has labels %v, want those of %v", name, got, want)
	}
}

func TestSeriesWithClosedLabelsExistAtZero(t *testing.T) {
	m, registry := newTestMetrics(t)
	m.RedisClockSkew(0)
	m.RedisServers(map[string]int{"refused": 1})                                          // where a Redis is configured
	m.WatchCache("memory", 0, func() float64 { return 0 }, func() float64 { return 0 })   // the wiring does,
	m.WatchCache("response", 0, func() float64 { return 0 }, func() float64 { return 0 }) // at start
	families, products := gathered(t, registry), []string{"default", "flushot", other}
	for name, p := range pinnedMetrics(t) {
		if name == namespace+"_build_info" {
			continue
		}
		series := 1
		for label, words := range p.labels {
			if label == "product" {
				words = products
			}
			series *= len(words) // 0 where a label has no list
		}
		switch name { // what nothing is known of at first
		case namespace + "_offer_accuracy_ratio", namespace + "_upstream_lag_seconds", namespace + "_fragment_fresh_seconds":
			continue
		}
		if name == namespace+"_cache_lookups_total" {
			series = 3 + 4 + 5 // a tier has only the results that its look-ups can have
		}
		if got := len(families[name].GetMetric()); series > 0 && got != series {
			t.Errorf("%s starts with %d series, its labels have %d combinations", name, got, series)
		}
	}
}

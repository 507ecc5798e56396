package deploy

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"

	"timeslots/test/rig/figure"
)

// ruleFile is a file of rules as far as these tests read it; promtool checks the rest.
type ruleFile struct{ Groups []struct{ Rules []rule } }

type rule struct {
	Record, Alert, Expr string
	Labels, Annotations map[string]string
}

// rules are all there are.
func rules(t *testing.T) (list []rule) {
	t.Helper()
	for _, path := range glob(t, "prometheus/rules/*.yml") {
		for _, group := range document[ruleFile](t, path).Groups {
			list = append(list, group.Rules...)
		}
	}
	return list
}

func glob(t *testing.T, pattern string) []string {
	t.Helper()
	paths, err := filepath.Glob(pattern)
	if err != nil || len(paths) == 0 {
		t.Fatalf("%s: no files (%v)", pattern, err)
	}
	return paths
}

// exported is what the service exports (docs/metrics.md, which a test of internal/metrics holds against the collectors):
// series → labels → words, none for an open label.
func exported(t *testing.T) map[string]map[string][]string {
	t.Helper()
	text := read(t, "../docs/metrics.md")
	row := regexp.MustCompile("(?m)^\\| `([a-z_]+)` \\| (counter|gauge|histogram) \\| (.*?) \\| ")
	label := regexp.MustCompile(`([a-z]+)(?: \(([^)]*)\))?`)
	series := map[string]map[string][]string{"up": {}}
	for _, m := range row.FindAllStringSubmatch(text, -1) {
		labels := map[string][]string{}
		for _, l := range label.FindAllStringSubmatch(m[3], -1) {
			labels[l[1]] = nil
			if l[2] != "" {
				labels[l[1]] = strings.Split(strings.ReplaceAll(l[2], "`", ""), ",")
			}
		}
		name := "aggregator_" + m[1]
		if m[2] != "histogram" {
			series[name] = labels
			continue
		}
		for _, suffix := range []string{"_count", "_sum", "_bucket"} {
			series[name+suffix] = labels
		}
	}
	return series
}

// everybody's labels come from the scrape, from buckets, and from what rules add.
var everybodys = []string{"job", "instance", "le", "bound", "__name__"}

// check reads an expression and holds each selector against what there is.
func check(t *testing.T, where, expr string, known map[string]map[string][]string, recorded map[string]bool) {
	t.Helper()
	expr = strings.NewReplacer("$product", ".*", "$__rate_interval", "5m").Replace(expr)
	tree, err := parser.ParseExpr(expr)
	if err != nil {
		t.Errorf("%s: %v", where, err)
		return
	}
	parser.Inspect(tree, func(node parser.Node, _ []parser.Node) error {
		if selector, ok := node.(*parser.VectorSelector); ok && !recorded[selector.Name] {
			words, exists := known[selector.Name]
			if !exists {
				t.Errorf("%s: nobody exports %s", where, selector.Name)
				return nil
			}
			for _, m := range selector.LabelMatchers {
				checkMatcher(t, where, selector.Name, m, words)
			}
		}
		return nil
	})
}

func checkMatcher(t *testing.T, where, series string, m *labels.Matcher, words map[string][]string) {
	t.Helper()
	list, exists := words[m.Name]
	if !exists && !slices.Contains(everybodys, m.Name) {
		t.Errorf("%s: %s has no label %s", where, series, m.Name)
	}
	if len(list) > 0 && (m.Type == labels.MatchEqual || m.Type == labels.MatchRegexp) && !slices.ContainsFunc(list, m.Matches) {
		t.Errorf("%s: %s never has %s", where, series, m)
	}
}

func TestRulesAndDashboardsUseWhatTheServiceExports(t *testing.T) {
	known, recorded := exported(t), map[string]bool{}
	all := rules(t)
	for _, r := range all {
		recorded[r.Record] = r.Record != ""
	}
	for _, r := range all {
		check(t, r.Record+r.Alert, r.Expr, known, recorded)
	}
	for _, path := range glob(t, "grafana/dashboards/*.json") {
		for _, target := range targets(t, path) {
			check(t, path+": "+target[0], target[1], known, recorded)
		}
	}
}

// targets are the titles and expressions of a dashboard's panels.
func targets(t *testing.T, path string) (list [][2]string) {
	t.Helper()
	dashboard := document[struct {
		UID, Title string
		Panels     []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}](t, path)
	if dashboard.UID == "" || len(dashboard.Panels) == 0 {
		t.Fatalf("%s: uid %q, %d panels", path, dashboard.UID, len(dashboard.Panels))
	}
	for _, p := range dashboard.Panels {
		for _, target := range p.Targets {
			list = append(list, [2]string{p.Title, target.Expr})
		}
	}
	return list
}

func TestEveryAlertNamesItsSectionOfTheRunbook(t *testing.T) {
	runbook := read(t, "../docs/runbook.md")
	alerts := 0
	for _, r := range rules(t) {
		if r.Alert == "" {
			continue
		}
		alerts++
		if r.Labels["severity"] == "" || r.Annotations["summary"] == "" || r.Annotations["description"] == "" {
			t.Errorf("%s lacks severity, summary or description", r.Alert)
		}
		if r.Annotations["runbook_url"] != "docs/runbook.md#"+strings.ToLower(r.Alert) || !strings.Contains(runbook, "\n## "+r.Alert+"\n") {
			t.Errorf("%s names %q", r.Alert, r.Annotations["runbook_url"])
		}
	}
	if sections := strings.Count(runbook, "\n## Timeslots"); sections != alerts {
		t.Errorf("%d alerts, %d sections of the runbook", alerts, sections)
	}
}

// promtool is Prometheus' own checker; Debian has it in the package prometheus.
func promtool(t *testing.T, args ...string) {
	t.Helper()
	path, err := exec.LookPath("promtool")
	if err != nil {
		t.Skip("promtool is not installed: apt-get install prometheus")
	}
	if out, err := exec.CommandContext(t.Context(), path, args...).CombinedOutput(); err != nil {
		t.Errorf("promtool %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

func TestRulesAreWellFormed(t *testing.T) {
	promtool(t, append([]string{"check", "rules", "--lint=all"}, glob(t, "prometheus/rules/*.yml")...)...)
	promtool(t, "check", "config", "prometheus/prometheus.yml")
}

func TestAlertsFireWhenTheyShouldAndOnlyThen(t *testing.T) {
	figure.Long(t)
	promtool(t, append([]string{"test", "rules"}, glob(t, "prometheus/tests/*.yml")...)...)
}

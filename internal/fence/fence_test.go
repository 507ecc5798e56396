package fence

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "timeslots"

// use is one import: which file of the repository, and what it imports.
type use struct {
	file string // slash-separated, from the root
	path string
}

func (u use) inTest() bool { return strings.HasSuffix(u.file, "_test.go") }

func (u use) from() string { return packageOf(u.file) }

// packageOf is the package that the rules have for a path; empty when they have none.
func packageOf(path string) string {
	for _, name := range ruled {
		if path == name || strings.HasPrefix(path, name+"/") {
			return name
		}
	}
	return ""
}

// violation says what is wrong with an import, or nothing.
func violation(u use) string {
	from := u.from()
	if from == "" {
		return fmt.Sprintf("%s: lies in no package that the rules know", u.file)
	}
	if rest, ours := strings.CutPrefix(u.path, module+"/"); ours {
		return ownViolation(u, from, packageOf(rest))
	}
	if first, _, _ := strings.Cut(u.path, "/"); !strings.Contains(first, ".") {
		return "" // standard library
	}
	return libraryViolation(u, from)
}

func ownViolation(u use, from, to string) string {
	matches := func(e edge) bool { return (e.from == from || e.from == anywhere) && e.to == to }
	if from == to || slices.ContainsFunc(edges, matches) || u.inTest() && slices.ContainsFunc(testEdges, matches) {
		return ""
	}
	return fmt.Sprintf("%s: %s may not import %s", u.file, from, u.path)
}

func libraryViolation(u use, from string) string {
	if u.inTest() && slices.ContainsFunc(testLibraries, func(l library) bool { return below(u.path, l.path) }) {
		return ""
	}
	var rule library
	for _, l := range libraries {
		if below(u.path, l.path) && len(l.path) > len(rule.path) {
			rule = l
		}
	}
	switch {
	case rule.path == "":
		return fmt.Sprintf("%s: no rule allows %s", u.file, u.path)
	case slices.Contains(rule.allowed, from), slices.Contains(rule.allowed, anywhere) && from != "internal/timeslot":
		return ""
	default:
		return fmt.Sprintf("%s: %s belongs to %v (%s)", u.file, u.path, rule.allowed, rule.reason)
	}
}

func below(path, root string) bool { return path == root || strings.HasPrefix(path, root+"/") }

func TestImportsPointDownOnly(t *testing.T) {
	found := imports(t, filepath.Join("..", ".."))
	if len(found) < 50 {
		t.Fatalf("only %d imports were found: the repository was not read", len(found))
	}
	for _, u := range found {
		if wrong := violation(u); wrong != "" {
			t.Error(wrong)
		}
	}
}

// imports reads those of every Go file below root, whatever its build tags.
func imports(t *testing.T, root string) []use {
	t.Helper()
	var found []use
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := entry.Name()
		if entry.IsDir() && (name == "testdata" || path != root && strings.HasPrefix(name, ".")) {
			return filepath.SkipDir
		}
		if entry.IsDir() || !strings.HasSuffix(name, ".go") {
			return nil
		}
		uses, err := importsOf(root, path)
		found = append(found, uses...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func importsOf(root, path string) ([]use, error) {
	parsed, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
	if err != nil {
		return nil, fmt.Errorf("parse %s: %w", path, err)
	}
	name, err := filepath.Rel(root, path)
	if err != nil {
		return nil, fmt.Errorf("name %s: %w", path, err)
	}
	var uses []use
	for _, spec := range parsed.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return nil, fmt.Errorf("import in %s: %w", path, err)
		}
		uses = append(uses, use{file: filepath.ToSlash(name), path: imported})
	}
	return uses, nil
}

func TestTheFenceHolds(t *testing.T) {
	for u, allowed := range map[use]bool{
		{"internal/api/server.go", "timeslots/internal/search"}:                            true,
		{"internal/api/server.go", "timeslots/internal/cache"}:                             false,
		{"internal/api/server_test.go", "timeslots/internal/cache"}:                        true,
		{"internal/search/plan.go", "timeslots/internal/api"}:                              false,
		{"internal/api/door/door.go", "github.com/labstack/echo/v4"}:                       false,
		{"internal/search/plan_test.go", "timeslots/internal/acme"}:                        true,
		{"internal/search/plan.go", "timeslots/internal/acme"}:                             false,
		{"internal/fetch/client.go", "timeslots/internal/fetch/decode"}:                    true,
		{"internal/fetch/decode/v5.go", "timeslots/internal/cache"}:                        false,
		{"internal/acme/tenant.go", "timeslots/internal/timeslot"}:                         false,
		{"internal/timeslot/slot.go", "golang.org/x/sync/errgroup"}:                        false,
		{"internal/timeslot/slot.go", "time"}:                                              true,
		{"internal/search/gather.go", "golang.org/x/sync/errgroup"}:                        true,
		{"internal/search/gather.go", "golang.org/x/sync/singleflight"}:                    false,
		{"internal/booking/proxy.go", "github.com/labstack/echo/v4"}:                       false,
		{"internal/search/warm.go", "github.com/redis/go-redis/v9"}:                        false,
		{"internal/api/metrics.go", "github.com/prometheus/client_golang/prometheus"}:      false,
		{"internal/api/metrics_test.go", "github.com/prometheus/client_golang/prometheus"}: true,
		{"internal/api/x.go", "example.org/unheard/of"}:                                    false,
		{"loadtest/main.go", "timeslots/internal/timeslot"}:                                false,
		{"tools/x.go", "fmt"}: false,
		{"cmd/aggregator/main.go", "timeslots/cmd/aggregator/internal/config"}:  true,
		{"cmd/aggregator/internal/config/load.go", "timeslots/internal/search"}: false,
	} {
		if wrong := violation(u); (wrong == "") != allowed {
			t.Errorf("%s importing %s: %q, want allowed %v", u.file, u.path, wrong, allowed)
		}
	}
}

func TestEveryRuleHasAReasonAndAPackage(t *testing.T) {
	for _, e := range slices.Concat(edges, testEdges) {
		if e.reason == "" || e.from != anywhere && !slices.Contains(ruled, e.from) || !slices.Contains(ruled, e.to) {
			t.Errorf("edge %+v", e)
		}
	}
	for _, l := range slices.Concat(libraries, testLibraries) {
		if l.reason == "" {
			t.Errorf("library %s has no reason", l.path)
		}
		for _, name := range l.allowed {
			if name != anywhere && !slices.Contains(ruled, name) {
				t.Errorf("library %s is allowed in %s, which is no package", l.path, name)
			}
		}
	}
	if _, err := os.Stat(filepath.Join("..", "..", "go.mod")); err != nil {
		t.Errorf("the rules are read from elsewhere than the repository: %v", err)
	}
}

func TestRulesSpeakOfWhatExistsAndOnce(t *testing.T) {
	seen := map[string]bool{}
	once := func(what string) {
		if seen[what] {
			t.Errorf("%s stands twice", what)
		}
		seen[what] = true
	}
	for _, name := range ruled {
		once(name)
		if info, err := os.Stat(filepath.Join("..", "..", name)); err != nil || !info.IsDir() {
			t.Errorf("%s is no package any more", name)
		}
	}
	for _, e := range slices.Concat(edges, testEdges) {
		once(e.from + " to " + e.to)
		for _, name := range []string{e.from, e.to} {
			if name != anywhere && !slices.Contains(ruled, name) {
				t.Errorf("%s to %s: %s is not listed", e.from, e.to, name)
			}
		}
	}
	for _, l := range libraries {
		once(l.path)
	}
}

package main

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"timeslots/test/rig/figure"
)

// hanging is how long a test waits before it believes that something will never come. It judges nothing: whatever comes
// is taken, however slow the machine is.
const hanging = 2 * time.Minute

// patient is what the service gets in place of its own short times where nothing is measured. With those, a machine that
// is busy with something else makes parts of whole answers, calls upstream twice, or goes on without Redis: rightly so,
// and not what a test of bytes and counts asks about.
var patient = []struct{ key, variable, value string }{
	{"search.budget", "SEARCH_BUDGET", "1m"},
	{"booking.timeout", "BOOKING_TIMEOUT", "5m"},
	{"booking.lease", "BOOKING_LEASE", "1s"},
	{"booking.tombstone", "BOOKING_TOMBSTONE", "1h"}, // longer than any copy may be served
	{"cache.redis.timeout", "CACHE_REDIS_TIMEOUT", "1s"},
}

// patientSource is the same for each source: a call may take a minute and is not made twice, an open breaker stays open,
// and what was fetched is fresh for the whole test.
var patientSource = []struct{ key, variable, value string }{
	{"timeout", "TIMEOUT", "1m"},
	{"hedgeAfter", "HEDGE_AFTER", "-1s"},
	{"breaker.window", "BREAKER_WINDOW", "1h"},
	{"breaker.openFor", "BREAKER_OPEN_FOR", "1h"},
	{"fresh", "FRESH", "10m"},
	{"negative", "NEGATIVE", "10m"},
}

// patience is the environment that says so, about all that the configuration's text does not set itself. Where figures
// are judged there is none: what is measured is the service as it is shipped.
func patience(t testing.TB, text string) (environ []string) {
	t.Helper()
	if _, benchmark := t.(*testing.B); benchmark || figure.Judged() {
		return nil
	}
	var tree map[string]any
	if err := yaml.Unmarshal([]byte(text), &tree); err != nil {
		t.Fatal(err)
	}
	add := func(key, variable, value string) {
		if !sets(tree, key) {
			environ = append(environ, "AGGREGATOR_"+variable+"="+value)
		}
	}
	for _, p := range patient {
		add(p.key, p.variable, p.value)
	}
	for key, variable := range map[string]string{
		"careDirect": "CARE_DIRECT", "providerDirect": "PROVIDER_DIRECT", "careOptions": "CARE_OPTIONS", "directory": "DIRECTORY",
	} {
		for _, p := range patientSource {
			add("sources."+key+"."+p.key, "SOURCES_"+variable+"_"+p.variable, p.value)
		}
	}
	return environ
}

// sets reports whether a configuration has the key.
func sets(tree map[string]any, key string) bool {
	first, rest, deeper := strings.Cut(key, ".")
	value, ok := tree[first]
	if !ok || !deeper {
		return ok
	}
	below, _ := value.(map[string]any)
	return sets(below, rest)
}

// patienceFor is patience for the command that args name, but for the variables that environ has.
func patienceFor(t testing.TB, args, environ []string) []string {
	t.Helper()
	var text []byte
	switch args[0] {
	case "demo":
	case "serve":
		var err error
		if text, err = os.ReadFile(args[2]); err != nil { // serve --config FILE
			t.Fatal(err)
		}
	default:
		return nil
	}
	return slices.DeleteFunc(patience(t, string(text)), func(entry string) bool {
		name, _, _ := strings.Cut(entry, "=")
		return slices.ContainsFunc(environ, func(own string) bool { return strings.HasPrefix(own, name+"=") })
	})
}

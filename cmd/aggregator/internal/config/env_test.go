package config

import (
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestEveryKeyCanBeSetByEnvironment(t *testing.T) {
	products := []string{DefaultProduct, "findadoctor", "flushot"}
	for name, path := range variables(products) {
		key := strings.Join(path, ".")
		at := fieldAt(t, Default(), path)
		text, want := otherValue(t, at)
		c, where := read("test.yaml", nil, []string{name + "=" + text})
		if len(where.problems) > 0 {
			t.Errorf("%s=%s: %v", name, text, where.problems)
			continue
		}
		if d := cmp.Diff(want, fieldAt(t, c, path).Interface()); d != "" {
			t.Errorf("%s=%s left %s (-want +got):\n%s", name, text, key, d)
		}
	}
}

// fieldAt walks to the value of a key.
func fieldAt(t *testing.T, c *Config, path []string) reflect.Value {
	t.Helper()
	v := reflect.ValueOf(c).Elem()
	for i, step := range path {
		if v.Kind() == reflect.Map {
			v = v.MapIndex(reflect.ValueOf(step))
			continue
		}
		found := false
		for _, f := range fieldsOf(v.Type(), strings.Join(path[:i], ".")) {
			if f.key == step {
				v, found = v.Field(f.index), true
				break
			}
		}
		if !found {
			t.Fatalf("no key %s", strings.Join(path[:i+1], "."))
		}
	}
	return v
}

// otherValue is a value of the field's type that is not its default, as text and as Go.
func otherValue(t *testing.T, field reflect.Value) (text string, value any) {
	t.Helper()
	switch v := field.Interface().(type) {
	case time.Duration:
		return "17h3m", 17*time.Hour + 3*time.Minute
	case Size:
		return "3KiB", 3 * KiB
	case Secret:
		return "s3cret", NewSecret("s3cret")
	case bool:
		return map[bool]string{true: "false", false: "true"}[v], !v
	case int:
		return "77", 77
	case float64:
		return "0.75", 0.75
	case []string:
		return "a:1, b:2", []string{"a:1", "b:2"}
	case []Secret:
		return "one,two", []Secret{NewSecret("one"), NewSecret("two")}
	case []Taken:
		return "[{status: 423, text: locked}]", []Taken{{Status: 423, Text: "locked"}}
	case []Warm:
		return `[{every: 9s, query: "npi=1"}]`, []Warm{{Every: 9 * time.Second, Query: "npi=1"}}
	}
	if field.Kind() == reflect.String {
		return "another", reflect.ValueOf("another").Convert(field.Type()).Interface()
	}
	t.Fatalf("no sample for %s", field.Type())
	return "", nil
}

func TestVariablesAreNamedInUpperSnakeCase(t *testing.T) {
	for path, want := range map[string]string{
		"listen":                             "AGGREGATOR_LISTEN",
		"cache.redis.addresses":              "AGGREGATOR_CACHE_REDIS_ADDRESSES",
		"sources.careOptions.ratePerSecond":  "AGGREGATOR_SOURCES_CARE_OPTIONS_RATE_PER_SECOND",
		"products.flu-shot.slo.latency":      "AGGREGATOR_PRODUCTS_FLU_SHOT_SLO_LATENCY",
		"products.campaign2026.budget":       "AGGREGATOR_PRODUCTS_CAMPAIGN2026_BUDGET",
		"products.findADoctor.maxAge":        "AGGREGATOR_PRODUCTS_FIND_A_DOCTOR_MAX_AGE",
		"upstream.ingress.keys.careOptions":  "AGGREGATOR_UPSTREAM_INGRESS_KEYS_CARE_OPTIONS",
		"products.patientURLSearch.priority": "AGGREGATOR_PRODUCTS_PATIENT_URL_SEARCH_PRIORITY",
	} {
		if got := variableName(strings.Split(path, ".")); got != want {
			t.Errorf("%s is %s, want %s", path, got, want)
		}
	}
}

func TestTheEnvironmentWinsOverTheFile(t *testing.T) {
	c := load(t, minimal+"tier: prd\nlog: {level: warn}\nproducts: {flu-shot.b: {priority: 4}}\n",
		"AGGREGATOR_TIER=uat",
		"AGGREGATOR_PRODUCTS_FLU_SHOT_B_PRIORITY=9",
		"AGGREGATOR_CACHE_REDIS_ADDRESSES=127.0.0.1:6379",
		"PATH=/bin", "TIER=nonsense")
	if c.Tier != "uat" || c.Log.Level != "warn" || c.Products["flu-shot.b"].Priority != 9 {
		t.Errorf("tier %s, level %s, priority %d; want uat, warn, 9", c.Tier, c.Log.Level, c.Products["flu-shot.b"].Priority)
	}
}

func TestTheEnvironmentIsEnoughWhereTheFileSaysNothing(t *testing.T) {
	for _, text := range []string{"", "# nothing\n", "---\n", "null\n"} {
		c, where := read("test.yaml", []byte(text), []string{"AGGREGATOR_LISTEN=127.0.0.1:1"})
		if len(where.problems) > 0 || c.Listen != "127.0.0.1:1" {
			t.Errorf("%q: %v", text, where.problems)
		}
	}
}

func TestAnEmptyVariableEmptiesAList(t *testing.T) {
	c := load(t, minimal+"cors: {origins: [\"https://www.example.org\"]}\n", "AGGREGATOR_CORS_ORIGINS=")
	if len(c.CORS.Origins) != 0 {
		t.Errorf("origins %v, want none", c.CORS.Origins)
	}
}

func TestServiceLinksOfKubernetesAreNotOurs(t *testing.T) {
	load(t, minimal,
		"AGGREGATOR_SERVICE_HOST=10.0.0.1", "AGGREGATOR_SERVICE_PORT=8080", "AGGREGATOR_SERVICE_PORT_HTTP=8080",
		"AGGREGATOR_PORT=tcp://10.0.0.1:8080", "AGGREGATOR_PORT_8080_TCP=tcp://10.0.0.1:8080",
		"AGGREGATOR_PORT_8080_TCP_PROTO=tcp", "AGGREGATOR_ADMIN_SERVICE_HOST=10.0.0.2",
		"AGGREGATOR_ADMIN_PORT_9090_TCP_ADDR=10.0.0.2")
	for name := range variables([]string{DefaultProduct}) {
		if kubernetesLink.MatchString(name + "=") {
			t.Errorf("%s is taken for a service link", name)
		}
	}
}

func TestValuesAreReadFromFiles(t *testing.T) {
	dir := t.TempDir()
	token, key := filepath.Join(dir, "token"), filepath.Join(dir, "key")
	writeFile(t, token, "t0ken\n")
	writeFile(t, key, "partner-key\r\n")
	c := load(t, minimal+"admin: {token: file:"+token+"}\naccess: {keys: [plain]}\n", "AGGREGATOR_ACCESS_KEYS=other,file:"+key)
	if got := c.Admin.Token.Reveal(); got != "t0ken" {
		t.Errorf("token %q, want t0ken", got)
	}
	if d := cmp.Diff([]Secret{NewSecret("other"), NewSecret("partner-key")}, c.Access.Keys); d != "" {
		t.Errorf("access.keys (-want +got):\n%s", d)
	}
}

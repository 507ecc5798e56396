package config

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"timeslots/internal/timeslot"
)

// minimal is the shortest file that validates.
const minimal = `
upstream:
  public: {url: "https://api.care.example.org"}
  ingress: {url: "https://api.example.dexcare.io"}
`

func load(t *testing.T, text string, environ ...string) *Config {
	t.Helper()
	c, err := LoadBytes("test.yaml", []byte(text), environ)
	if err != nil {
		t.Fatalf("load: %v", err)
	}
	return c
}

func diff(want, got *Config) string {
	return cmp.Diff(want, got, cmpopts.IgnoreUnexported(Config{}))
}

func repository(path string) string { return filepath.Join("..", "..", "..", "..", path) }

func TestTheCommentedFileShowsEveryKeyWithItsDefault(t *testing.T) {
	path := repository("configs/aggregator.yaml")
	got, err := Load(path, nil)
	if err != nil {
		t.Fatalf("the commented file does not load:\n%v", err)
	}
	want := Default()
	want.Upstream.Public.URL, want.Upstream.Ingress.URL = got.Upstream.Public.URL, got.Upstream.Ingress.URL
	want.Upstream.Visit.URL, want.Upstream.Scheduling.URL = got.Upstream.Visit.URL, got.Upstream.Scheduling.URL
	if d := diff(want, got); d != "" {
		t.Errorf("the commented file and the defaults differ (-default +file):\n%s", d)
	}

	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := map[string]int{}
	if _, problem := parseDocument(data, lines); problem != nil {
		t.Fatal(problem)
	}
	for name, at := range variables([]string{DefaultProduct}) {
		if _, shown := lines[strings.Join(at, ".")]; !shown {
			t.Errorf("key %s (%s) is missing in the commented file", strings.Join(at, "."), name)
		}
	}
}

func TestTheDemoFileServesOneSimulator(t *testing.T) {
	c, err := Load(repository("configs/demo.yaml"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if c.Sources.ProviderDirect.Version != Both || !c.Pages.Enabled {
		t.Errorf("the demo offers providerDirect %q, pages %v; want both and true", c.Sources.ProviderDirect.Version, c.Pages.Enabled)
	}
}

func TestAnEmptyFileKeepsTheDefaults(t *testing.T) {
	for name, text := range map[string]string{
		"empty":                  "",
		"comments only":          "# nothing\n",
		"keys without a value":   "sources:\nsearch: {budget: }\nproducts:\n",
		"only a document marker": "---\n",
	} {
		c, where := read("test.yaml", []byte(text), nil)
		if len(where.problems) > 0 {
			t.Errorf("%s: %v", name, where.problems)
		} else if d := diff(Default(), c); d != "" {
			t.Errorf("%s (-default +loaded):\n%s", name, d)
		}
	}
}

func TestProductsInheritFromDefault(t *testing.T) {
	c := load(t, minimal+`
search: {budget: 500ms}
products:
  default: {maxAge: 5s, slo: {objective: 0.9}, warm: [{every: 10s, query: "npi=9000000017"}]}
  flushot: {slo: {latency: 100ms}}
  campaign-2026.b:
`)
	base := Product{
		Ranking: timeslot.Soonest, Budget: 500 * time.Millisecond, Priority: 2, MaxAge: 5 * time.Second,
		SLO: SLO{Latency: 250 * time.Millisecond, Objective: 0.9}, Aliases: []string{}, Warm: []Warm{},
	}
	flushot := base
	flushot.Ranking, flushot.Priority, flushot.SLO.Latency = timeslot.Nearest, 3, 100*time.Millisecond
	withWarm := base
	withWarm.Warm = []Warm{{Every: 10 * time.Second, Query: "npi=9000000017"}}
	want := Products{"default": withWarm, "findadoctor": base, "flushot": flushot, "campaign-2026.b": base}
	if d := cmp.Diff(want, c.Products); d != "" {
		t.Errorf("products (-want +got):\n%s", d)
	}
}

func TestSourcesAreFoundByTheirDomainName(t *testing.T) {
	c := Default()
	for name, want := range map[timeslot.Source]Source{
		timeslot.CareDirect: c.Sources.CareDirect, timeslot.ProviderDirect: c.Sources.ProviderDirect,
		timeslot.CareOptions: c.Sources.CareOptions, timeslot.Directory: c.Sources.Directory, timeslot.Booking: {},
	} {
		if got := *c.Sources.Named(name); got != want {
			t.Errorf("Named(%s) = %+v, want %+v", name, got, want)
		}
	}
	want := timeslot.Policy{Fresh: 10 * time.Minute, Stale: time.Hour, StaleOnError: 24 * time.Hour, Negative: 10 * time.Second}
	if got := c.Sources.Directory.Policy(); got != want {
		t.Errorf("directory policy %+v, want %+v", got, want)
	}
}

func TestWhatIsPrintedLoadsAgain(t *testing.T) {
	ca := filepath.Join(t.TempDir(), "table.csv")
	writeFile(t, ca, "zip,latitude,longitude\n98101,47.61,-122.33\n")
	c := load(t, minimal+`
search: {postalCodes: "file:`+ca+`"}
products: {campaign: {warm: [{from: 2026-11-01T06:00:00-08:00, every: 10s, query: "npi=9000000017"}]}}
cors: {origins: ["*"]}
tenant: "true"
`)
	var printed strings.Builder
	if err := c.WriteYAML(&printed); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(printed.String(), "98101") || !strings.Contains(printed.String(), "file:"+ca) {
		t.Error("a value read from a file is printed instead of the file's name")
	}
	again := load(t, printed.String())
	if d := diff(c, again); d != "" {
		t.Errorf("printed and loaded again (-first +again):\n%s", d)
	}
	if c.Hash() != again.Hash() {
		t.Errorf("hash %s became %s", c.Hash(), again.Hash())
	}
	if other := load(t, minimal); other.Hash() == c.Hash() {
		t.Error("two configurations have one hash")
	}
}

func TestDefaultsAreNotShared(t *testing.T) {
	first := Default()
	first.Products["flushot"] = Product{}
	first.Booking.Taken[0].Text = "changed"
	if second := Default(); reflect.DeepEqual(first.Products, second.Products) || second.Booking.Taken[0].Text == "changed" {
		t.Error("writing to one default configuration changed another")
	}
}

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

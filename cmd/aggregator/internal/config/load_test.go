package config

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTextThatIsNoConfigurationIsRefused(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"a list", "- a\n- b", "f.yaml:1: holds a list; write keys and values"},
		{"a word", "hello", "f.yaml:1: holds a text; write keys and values"},
		{"a tab", "listen:\n\t- x", "f.yaml:2: found character that cannot start any token; correct the YAML syntax"},
		{"a key twice", "tier: uat\ntier: prd", `f.yaml:2: mapping key "tier" already defined at line 1; correct the YAML syntax`},
		{"an unknown anchor", "tenant: *acme", "f.yaml: refers to an unknown anchor; put texts that begin with * or & into quotes"},
		{"two documents", "tier: uat\n---\ntier: prd", "f.yaml:2: holds more than one document; remove what follows ---"},
	} {
		_, err := LoadBytes("f.yaml", []byte(tt.text), nil)
		if err == nil || err.Error() != tt.want {
			t.Errorf("%s: %v\nwant %s", tt.name, err, tt.want)
		}
	}
}

func TestAFileThatCannotBeReadIsAProblemOfItsOwn(t *testing.T) {
	dir := t.TempDir()
	huge := filepath.Join(dir, "huge.yaml")
	if err := os.WriteFile(huge, make([]byte, maxConfigFile+1), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		filepath.Join(dir, "absent.yaml"): "no such file or directory",
		dir:                               "not a regular file",
		huge:                              "larger than 1MiB",
	} {
		_, err := Load(path, nil)
		found, ok := errors.AsType[*Error](err)
		if !ok || len(found.Problems) != 1 || !strings.Contains(found.Problems[0].Detail, want) || found.Problems[0].File != path {
			t.Errorf("Load(%s) = %v, want %q", path, err, want)
		}
	}
}

func TestFilesOfEarlierReleasesMayStateWhatCannotBeChosen(t *testing.T) {
	load(t, minimal+"sources: {directory: {enabled: true}, careOptions: {version: v1}}\n")
}

func TestDefaultsAloneLackTheUpstream(t *testing.T) {
	_, err := Load("", nil)
	want := `defaults: upstream.public.url: is empty, but sources.careDirect reads from it; write the base URL, or set sources.careDirect.enabled: false
defaults: upstream.ingress.url: is empty, but sources.providerDirect reads from it; write the base URL, or set sources.providerDirect.enabled: false`
	if err == nil || err.Error() != want {
		t.Errorf("Load without a file: %v\nwant %s", err, want)
	}
	if _, err := Load("", []string{"AGGREGATOR_UPSTREAM_PUBLIC_URL=http://localhost:1", "AGGREGATOR_UPSTREAM_INGRESS_URL=http://[::1]:1"}); err != nil {
		t.Errorf("the environment alone is not enough: %v", err)
	}
}

// FuzzLoad: whatever the text, loading ends in a configuration that prints and loads to the same, or in problems that
// each say something.
func FuzzLoad(f *testing.F) {
	f.Add(minimal, "listen=127.0.0.1:0")
	f.Add(minimal+"products: {a: {warm: [{every: 1s, query: a=b}]}}", "TIER=uat")
	f.Add("a: &a [*a]", "X")
	f.Add("{\"\\0\": 1, 2: 3, products: {? [a] : 1}}", "BOOKING_TAKEN=[{status: 1}]")
	f.Add("search: {budget: 1e400, window: 99999999999d}", "SEARCH_BUDGET=")
	f.Fuzz(func(t *testing.T, text, variable string) {
		c, err := LoadBytes("f.yaml", []byte(text), []string{"AGGREGATOR_" + variable})
		if err != nil {
			found, ok := errors.AsType[*Error](err)
			if !ok || len(found.Problems) == 0 {
				t.Fatalf("not a list of problems: %v", err)
			}
			for _, p := range found.Problems {
				if p.Detail == "" || p.Fix == "" {
					t.Errorf("problem without detail or fix: %+v", p)
				}
			}
			return
		}
		var printed strings.Builder
		if err := c.WriteYAML(&printed); err != nil {
			t.Fatal(err)
		}
		again, err := LoadBytes("printed.yaml", []byte(printed.String()), nil)
		if err != nil {
			t.Fatalf("printed configuration does not load: %v\n%s", err, printed.String())
		}
		if c.Hash() != again.Hash() {
			t.Errorf("printed configuration differs:\n%s", printed.String())
		}
	})
}

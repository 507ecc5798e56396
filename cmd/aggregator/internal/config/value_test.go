package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"
)

func TestSecretsAreNeverPrinted(t *testing.T) {
	const canary = "c4nary-secret"
	c := load(t, minimal+`
admin: {token: `+canary+`}
cache: {redis: {password: `+canary+`}}
access: {keys: [`+canary+`]}
`, "AGGREGATOR_UPSTREAM_INGRESS_KEYS_SLOTS="+canary)
	hidden := struct{ inner struct{ secret Secret } }{}
	hidden.inner.secret = c.Admin.Token

	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t", "%p"} {
		fmt.Fprintf(&out, verb+"\n", *c)
		fmt.Fprintf(&out, verb+"\n", c.Admin.Token)
		fmt.Fprintf(&out, verb+"\n", &c.Admin.Token)
		fmt.Fprintf(&out, verb+"\n", hidden)
	}
	fmt.Fprintln(&out, c.Admin.Token, c.Access.Keys)
	slog.New(slog.NewJSONHandler(&out, nil)).Info("loaded", "config", c, "token", c.Admin.Token)
	slog.New(slog.NewTextHandler(&out, nil)).Info("loaded", "config", c, "token", c.Admin.Token)
	asJSON, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	asYAML, err := yaml.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	out.Write(asJSON)
	out.Write(asYAML)
	if err := c.WriteYAML(&out); err != nil {
		t.Fatal(err)
	}

	for _, form := range []string{canary, fmt.Sprintf("%x", canary), fmt.Sprintf("%X", canary), fmt.Sprintf("%v", []byte(canary))} {
		if strings.Contains(out.String(), form) {
			t.Errorf("a secret was printed as %s", form)
		}
	}
	if !strings.Contains(out.String(), redacted) {
		t.Error("nothing says that a secret was left out")
	}
	if c.Admin.Token.Reveal() != canary || NewSecret("").IsSet() {
		t.Error("a secret does not hold what it was made of")
	}
}

func TestMistakesDoNotQuoteSecrets(t *testing.T) {
	const canary = "c4nary"
	for name, text := range map[string]string{
		"a secret that is a list":       "admin: {token: [" + canary + "]}",
		"a secret read as an alias":     "admin: {token: *" + canary + "}",
		"a secret with a tag":           "cache: {redis: {password: !!int " + canary + "}}",
		"a password inside a URL":       "upstream: {public: {url: \"ftp://user:" + canary + "@host\"}}",
		"a password inside a good URL":  "upstream: {public: {url: \"https://user:" + canary + "@host\"}}",
		"a password inside a Redis URL": "cache: {redis: {addresses: [\"redis://:" + canary + "@host:6379\"]}}",
		"a header that cannot be sent":  "access: {keys: [\"" + canary + "\\n\"]}",
		"a key that is no PEM":          "upstream: {ingress: {privateKey: " + canary + "}}",
		"a broken line":                 "admin: {token: " + canary + "\nlisten: x",
	} {
		_, err := LoadBytes("test.yaml", []byte(text), nil)
		if err == nil {
			t.Errorf("%s was accepted", name)
		} else if strings.Contains(err.Error(), canary) {
			t.Errorf("%s is quoted: %v", name, err)
		}
	}
}

func TestSizesReadAndPrint(t *testing.T) {
	for text, want := range map[string]Size{
		"0": 0, "17": 17, "512B": 512, "8KiB": 8 * KiB, "256MiB": 256 * MiB, "2 GiB": 2 * GiB, "1025": 1025,
	} {
		got, err := ParseSize(text)
		if err != nil || got != want {
			t.Errorf("ParseSize(%q) = %d, %v; want %d", text, got, err, want)
		}
		if again, err := ParseSize(got.String()); err != nil || again != got {
			t.Errorf("%d prints as %q, which reads as %d, %v", got, got, again, err)
		}
	}
	for _, text := range []string{"", "MiB", "-1", "1.5MiB", "1MB", "9223372036854775807GiB", "0x10", "1KiBKiB"} {
		if got, err := ParseSize(text); err == nil {
			t.Errorf("ParseSize(%q) = %d, want an error", text, got)
		}
	}
}

func TestDurationsReadAndPrint(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"0s": 0, "250ms": 250 * time.Millisecond, "10m": 10 * time.Minute, "14d": 14 * day, "1d12h": 36 * time.Hour,
		"-1s": -time.Second, "1h0m1s": time.Hour + time.Second, "20m": 20 * time.Minute,
	} {
		got, err := parseDuration(text)
		if err != nil || got != want {
			t.Errorf("parseDuration(%q) = %s, %v; want %s", text, got, err, want)
		}
		if again, err := parseDuration(formatDuration(got)); err != nil || again != got {
			t.Errorf("%s prints as %q, which reads as %s, %v", got, formatDuration(got), again, err)
		}
	}
	for d, want := range map[time.Duration]string{
		day: "1d", 10 * time.Minute: "10m", time.Hour: "1h", 90 * time.Minute: "1h30m", 0: "0s", 36 * time.Hour: "36h",
	} {
		if got := formatDuration(d); got != want {
			t.Errorf("%s prints as %q, want %q", d, got, want)
		}
	}
	for _, text := range []string{"", "d", "5", "1d-1h", "-1d", "3661d", "3660d1h", "1d1d", "ten seconds", "99999999h"} {
		if got, err := parseDuration(text); err == nil {
			t.Errorf("parseDuration(%q) = %s, want an error", text, got)
		}
	}
}

func TestTheRightNameIsSuggested(t *testing.T) {
	known := []string{"careDirect", "providerDirect", "careOptions", "directory"}
	for unknown, want := range map[string]string{
		"careoptions":    "did you mean careOptions?",
		"providersDirct": "did you mean providerDirect?",
		"directry":       "did you mean directory?",
		"zzzzzz":         "known here: careDirect, careOptions, directory, providerDirect",
	} {
		if got := suggest(unknown, known); got != want {
			t.Errorf("suggest(%s) = %q, want %q", unknown, got, want)
		}
	}
}

package web

import (
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var braces = regexp.MustCompile(`\{\w+\}`)

func TestAllLanguagesSayTheSame(t *testing.T) {
	en := catalogs["en"]
	for lang, words := range catalogs {
		if diff := cmp.Diff(slices.Sorted(maps.Keys(en)), slices.Sorted(maps.Keys(words))); diff != "" {
			t.Errorf("%s has other keys:\n%s", lang, diff)
		}
		for key, text := range words {
			if strings.TrimSpace(text) == "" {
				t.Errorf("%s: %s is empty", lang, key)
			}
			in := func(text string) []string { return slices.Sorted(slices.Values(braces.FindAllString(text, -1))) }
			if diff := cmp.Diff(in(en[key]), in(text)); diff != "" {
				t.Errorf("%s: %s has other things filled in:\n%s", lang, key, diff)
			}
		}
	}
	if n := len(strings.Fields(catalogs["es"]["months"])); n != 12 {
		t.Errorf("%d months in Spanish", n)
	}
	if n := len(strings.Fields(catalogs["es"]["weekdays"])); n != 7 {
		t.Errorf("%d days in Spanish", n)
	}
}

// said finds the keys in templates, modules and Go.
var said = regexp.MustCompile(`\b(?:[sS]ay|count)\(?[ (]"([a-zA-Z.]+)"`)

func TestEveryTextIsKnownAndNoneIsLeftOver(t *testing.T) {
	used := map[string]bool{"weekdays": true, "weekdays.long": true, "months": true, "months.long": true, "date": true, "date.long": true, "time.am": true, "time.pm": true}
	err := fs.WalkDir(embedded, "page", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := embedded.ReadFile(path)
		for _, at := range said.FindAllStringSubmatch(string(body), -1) {
			used[at[1]] = true
			if _, one := catalogs["en"][at[1]+".one"]; catalogs["en"][at[1]] == "" && !one {
				t.Errorf("%s says %q, which no language knows", path, at[1])
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{"busy", "offline", "failed", "refused", "clinicians", "clinics"} { // in variables
		used[kind] = true
	}
	for name := range known[FindPath] {
		used["field."+name] = true
	}
	used["field.place"], used["lost"] = true, true
	for key := range catalogs["en"] {
		if !used[key] && !used[strings.TrimSuffix(strings.TrimSuffix(key, ".one"), ".other")] {
			t.Errorf("nobody says %q", key)
		}
	}
	if len(used) < 50 {
		t.Errorf("only %d texts were found in use", len(used))
	}
}

func TestCountsKnowOne(t *testing.T) {
	v := &view{lang: "es"}
	if one, many := v.count("clinics", 1), v.count("clinics", 3); one != "Una clínica con horarios." || many != "3 clínicas con horarios." {
		t.Errorf("%q, %q", one, many)
	}
	if got := v.Say("no such text"); got != "no such text" {
		t.Errorf("an unknown text is %q", got)
	}
}

package api

import "testing"

// Whatever a client accepts, it gets each coding once, and none that it refused by name.
func FuzzAcceptEncoding(f *testing.F) {
	for _, seed := range []string{"gzip", "gzip, br;q=0.5", "*;q=0", "identity;q=0, *", "zstd;q=1.001", "gzip;q=", ",,;", "br;q=0"} {
		f.Add(seed, "")
	}
	f.Fuzz(func(t *testing.T, first, second string) {
		seen := map[coding]bool{}
		for _, c := range readPreference([]string{first, second}) {
			if seen[c] || weight([]string{first, second}, c.name()) <= 0 {
				t.Fatalf("%q %q: %s is sent (twice: %v)", first, second, c.name(), seen[c])
			}
			seen[c] = true
		}
	})
}

// A tag that is listed is found, in whatever company; another is not found in a list that does not hold it.
func FuzzIfNoneMatch(f *testing.F) {
	f.Add(`"a", W/"b"`)
	f.Add(`*`)
	f.Add(`"unterminated`)
	f.Fuzz(func(t *testing.T, list string) {
		const tag = `"0123456789abcdef-gz"`
		if matches([]string{list}, tag) != matchesTag(list, tag) {
			t.Fatalf("two answers for %q", list)
		}
		if !matches([]string{list, tag}, tag) || !matches([]string{tag + ", " + list}, tag) {
			t.Fatalf("the tag is not found beside %q", list)
		}
	})
}

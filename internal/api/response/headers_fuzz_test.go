package response

import (
	"slices"
	"strings"
	"testing"
)

// Whatever a client accepts, it gets each coding once, and none that it did not name, but gzip for "*". Repeated headers
// mean what one list does.
func FuzzAcceptEncoding(f *testing.F) {
	for _, seed := range []string{"gzip", "gzip, br;q=0.5", "*;q=0", "identity;q=0, *", "zstd;q=1.001", "gzip;q=", ",,;", "br;q=0", "x-GZIP ; Q=0.000", "*"} {
		f.Add(seed, "")
		f.Add("*;q=0.5", seed)
	}
	f.Fuzz(func(t *testing.T, first, second string) {
		seen := map[coding]bool{}
		both := readPreference([]string{first, second})
		for _, c := range both {
			lower := strings.ToLower(first + "," + second)
			if seen[c] || weight([]string{first, second}, c) <= 0 || !strings.Contains(lower, c.name()) && (c != gzipCoding || !strings.Contains(lower, "*")) {
				t.Fatalf("%q %q: %s is sent (twice: %v)", first, second, c.name(), seen[c])
			}
			seen[c] = true
		}
		if one := readPreference([]string{first + ", " + second}); !slices.Equal(one, both) {
			t.Fatalf("%q %q: %v in two headers, %v in one", first, second, both, one)
		}
	})
}

// What clients send, and how they spell it (RFC 9110 §12.5.3).
func TestAcceptEncodingAsClientsSpellIt(t *testing.T) {
	tests := map[string]string{
		"": "", "gzip": "gzip", "x-gzip": "gzip", "X-GZip": "gzip", "GZIP": "gzip", "br": "br", "zstd": "zstd", "gzip, deflate, br, zstd": "br",
		"*": "gzip", "*;q=0.1": "gzip", "* ; q=1": "gzip", "gzip;q=0, *": "", "br;q=0, *": "gzip", "identity, *;q=0": "", "*;q=0": "",
		"identity": "", "identity;q=0": "", "gzip;q=0, identity;q=0": "", "identity;q=0, gzip;q=0.1": "gzip", "identity;q=0, *": "gzip",
		"gzip;q=0.000": "", "gzip;q=0.001": "gzip", "gzip;Q=0": "", "gzip;q=1.000": "gzip", "gzip; q = 0": "", "gzip\t;\tq=0.5": "gzip",
		"gzip;q=2": "gzip", "gzip;q=": "gzip", "gzip;q=abc": "gzip", "gzip;q=NaN": "gzip", "gzip;level=9": "gzip", "gzip;level=9;q=0": "",
		"gzip;q=0.5, identity;q=0.8": "", "gzip;q=0.8, identity;q=0.5": "gzip", "br;q=0.5, gzip;q=0.8": "gzip", "br;q=0.2, *;q=0.1": "br",
		",, gzip ,": "gzip", "gzipped": "", "deflate": "", "compress, x-compress": "",
	}
	answer := NewCoded([]byte(`{"a":1}`))
	answer.CodeNow()
	for header, want := range tests {
		got := ""
		if v := answer.choose([]string{header}, nil); v.encoding != nil {
			got = v.encoding.value[0]
		}
		if got != want {
			t.Errorf("%q: %q, want %q", header, got, want)
		}
	}
}

// A tag that is listed is found, in whatever company; another is not found in a list that does not hold it.
func FuzzIfNoneMatch(f *testing.F) {
	f.Add(`"a", W/"b"`)
	f.Add(`*`)
	f.Add(`"unterminated`)
	f.Fuzz(func(t *testing.T, list string) {
		const tag = `"0123456789abcdef-gz"`
		if !strings.ContainsAny(list, "*0") && matches([]string{list}, tag) {
			t.Fatalf("the tag is found in %q", list)
		}
		if !matches([]string{list, tag}, tag) || !matches([]string{tag + ", " + list}, tag) {
			t.Fatalf("the tag is not found beside %q", list)
		}
	})
}

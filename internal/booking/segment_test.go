package booking

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// DexCare says of a code that it is not known; the person who typed it reads that, and no complaint of ours about paths.
func TestACodeTypedWithOrdinaryTypographyArrivesAsItWasSent(t *testing.T) {
	var seen string
	h := newHouse(t, newUpstream(t, func(w http.ResponseWriter, r *http.Request) {
		seen = r.RequestURI
		w.WriteHeader(http.StatusNotFound)
	}))
	for _, typed := range []string{
		"MOM’S", "10€", "“SPRING”", "SAVE…NOW", "FLU – 2030", "\U0001f469\u200d⚕\ufe0f", "½", "100%", "50% OFF", "A&B=C", "a;b", "it's", "a@b", "~^|`<>\"{}", "...", "Ünïté", "*", "-", "x\u00a0y", "日本",
	} {
		twice := url.PathEscape(url.PathEscape(typed))
		for _, segment := range []string{url.PathEscape(typed), twice, strings.ToLower(twice)} {
			path := "/api/v2/coupon/" + segment + "/verify"
			if got := get(t, h.url, "/dexcare"+path); got.status != http.StatusNotFound || got.body != "" || seen != path {
				t.Errorf("%q as %s: %d %s, upstream saw %s", typed, segment, got.status, got.body, seen)
			}
		}
	}
}

func FuzzWhatPassesIsOneSegmentInEveryDecoding(f *testing.F) {
	for _, seed := range []string{
		"MOM%25E2%2580%2599S", "A%2FB", "A%252FB", "%25-%252F", "%2e%2e;x", "..%2520", "%F0%9F%98%80", "%c0%ae", "%EF%BC%8F", "%25252F", "%2525%32F", "%5C", "%3F", "%0d",
	} {
		f.Add(seed)
	}
	route := routeOf(f, http.MethodGet, "/api/v2/coupon/:code/verify")
	f.Fuzz(func(t *testing.T, segment string) {
		u, err := url.ParseRequestURI("/dexcare/api/v2/coupon/" + segment + "/verify")
		if err != nil {
			return
		}
		located, _, refusal := route.locate(u)
		if refusal != nil {
			return
		}
		arrives := below(&url.URL{Scheme: "http", Host: "h"}, located).EscapedPath()
		if want := strings.TrimPrefix(u.EscapedPath(), mount); arrives != want {
			t.Fatalf("%q arrives as %s, want %s", segment, arrives, want)
		}
		text := strings.TrimSuffix(strings.TrimPrefix(arrives, "/api/v2/coupon/"), "/verify")
		for range len(text) + 1 {
			name, _, _ := strings.Cut(text, ";")
			if strings.ContainsAny(text, "/\\?#\x00\r\n") || text == "" || strings.HasPrefix(text, ";") || name == "." || name == ".." {
				t.Fatalf("%q is read as %q", segment, text)
			}
			strict, err := url.PathUnescape(text)
			if err != nil {
				strict = unescapeWhatCan(text)
			}
			text = strict
		}
	})
}

package timeslot

import (
	"net/url"
	"strings"
	"testing"
)

// Whatever a template says, its links stay below the base.
func FuzzParseLinkTemplate(f *testing.F) {
	for _, seed := range []string{DefaultRetailLink, "/a/{npi}?x={slotDateTime}#y", "//elsewhere", "/{npi", "/\\evil", "/%2e%2e/{npi}", "/../{brand}"} {
		f.Add(seed)
	}
	base := &url.URL{Scheme: "https", Host: "book.acme.example", Path: "/schedule"}
	f.Fuzz(func(t *testing.T, template string) {
		link, err := ParseLinkTemplate(base, template)
		if err != nil {
			return
		}
		text := link.First
		for _, part := range link.Parts {
			text += "x" + part.Text
		}
		u, err := url.Parse(text)
		if err != nil || u.Scheme != base.Scheme || u.Host != base.Host || u.User != nil || !strings.HasPrefix(u.Path, "/schedule") {
			t.Fatalf("%q leads to %q (%v)", template, text, err)
		}
	})
}

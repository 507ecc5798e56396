package slots

import (
	"strings"
	"testing"
	"time"
)

func FuzzABodyThatHasTheFormOfASearchIsOne(f *testing.F) {
	f.Add(`{"searchContext":"x"}`)
	f.Add(`{"postalCode":"98000","visitTypeNames":["Illness"],"radius":7}`)
	f.Add(`{"latitude":45.52,"longitude":-122.68,"visitTypeNames":["FluShot"]}`)
	f.Fuzz(func(t *testing.T, body string) {
		var area areaBody
		if wrong := slotsBody.Read([]byte(body), &area); wrong != nil || area.SearchContext != nil {
			return
		}
		terms := area.terms()
		if len(terms.visitTypes) == 0 || terms.radius < 1 || terms.radius > maxRadius {
			t.Fatalf("%q was read as %+v", body, terms)
		}
	})
}

func TestTheOldestSearchContextsAreForgotten(t *testing.T) {
	c, monday := newContexts(0), time.Date(2030, 3, 4, 17, 0, 0, 0, time.UTC)
	big := areaTerms{specialty: strings.Repeat("x", maxContextBytes/4-200)}
	for _, token := range []string{"a", "b", "c", "d", "e"} {
		c.remember(token, big, monday)
	}
	for token, want := range map[string]bool{"a": false, "b": true, "e": true} {
		if _, known := c.find(token, monday); known != want {
			t.Errorf("%s is known: %v", token, known)
		}
	}
	for i := range maxContexts {
		c.remember(string(rune(i))+"x", areaTerms{}, monday)
	}
	if _, known := c.find("e", monday); known || len(c.order) != maxContexts || len(c.known) != maxContexts {
		t.Errorf("%d contexts are kept", len(c.order))
	}
}

package slots

import "testing"

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

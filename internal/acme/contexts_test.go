package acme

import (
	"strings"
	"testing"
)

func TestTheOldestSearchContextsAreForgotten(t *testing.T) {
	c := newContexts(0)
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

package world

import (
	"strings"
	"testing"
)

func TestSwitchesAreReadByName(t *testing.T) {
	for text, want := range map[string]Untidy{
		"": 0, "bom": ByteOrderMark, "shared-ids, names": SharedIDs | OddNames, "untidy": Throughout,
		"untidy,unreadable": Throughout | Unreadable, strings.Join(untidyNames[:], ","): Throughout | Unreadable,
	} {
		if got, err := ParseUntidy(text); err != nil || got != want {
			t.Errorf("%q: %s %v, want %s", text, got, err, want)
		}
	}
	for _, text := range []string{"BOM", "bom,", "tidy"} {
		if got, err := ParseUntidy(text); err == nil || !strings.Contains(err.Error(), "shared-ids") {
			t.Errorf("%q: %s %v", text, got, err)
		}
	}
}

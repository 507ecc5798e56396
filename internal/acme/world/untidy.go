package world

import (
	"fmt"
	"slices"
	"strings"
)

// Untidy is a set of ways in which a tenant can be as untidy as the field. The zero value is none: the tenant of the
// samples. The package comment says what each one does.
type Untidy uint16

// The switches; their names are those of [ParseUntidy].
const (
	SharedIDs     Untidy = 1 << iota // shared-ids
	OddStarts                        // odd-starts
	Unreadable                       // unreadable
	OddDurations                     // odd-durations
	MissingZones                     // missing-zones
	LateZoneRules                    // late-zone-rules
	Crowded                          // crowded
	TwoClinics                       // two-clinics
	ByteOrderMark                    // bom
	NoContent                        // no-content
	TextBooleans                     // text-booleans
	OddNames                         // names
)

// Throughout is every switch but Unreadable, whose slots nobody can find.
const Throughout = SharedIDs | OddStarts | OddDurations | MissingZones | LateZoneRules | Crowded | TwoClinics |
	ByteOrderMark | NoContent | TextBooleans | OddNames

// everything is the name of Throughout.
const everything = "untidy"

var untidyNames = [...]string{
	"shared-ids", "odd-starts", "unreadable", "odd-durations", "missing-zones", "late-zone-rules", "crowded",
	"two-clinics", "bom", "no-content", "text-booleans", "names",
}

// ParseUntidy reads names separated by commas; "untidy" is all of them but "unreadable", and an empty text is none.
func ParseUntidy(text string) (Untidy, error) {
	var set Untidy
	if text == "" {
		return set, nil
	}
	for name := range strings.SplitSeq(text, ",") {
		name = strings.TrimSpace(name)
		i := slices.Index(untidyNames[:], name)
		switch {
		case name == everything:
			set |= Throughout
		case i >= 0:
			set |= 1 << i
		default:
			return 0, fmt.Errorf("%q is no untidiness; there are %s, and %s for all but unreadable",
				name, strings.Join(untidyNames[:], ", "), everything)
		}
	}
	return set, nil
}

// Names are the switches of the set, in the order above.
func (u Untidy) Names() []string {
	out := []string{}
	for i, name := range untidyNames {
		if u.Has(1 << i) {
			out = append(out, name)
		}
	}
	return out
}

// String is what ParseUntidy reads.
func (u Untidy) String() string { return strings.Join(u.Names(), ",") }

// Has reports whether the switch is on.
func (u Untidy) Has(one Untidy) bool { return u&one != 0 }

package timeslot

// Source is one upstream surface of DexCare, as named in metrics, configuration and answers (docs/interface.md §3.1, §5).
type Source string

// The sources. Directory stands for the public lists of departments and providers; Booking never carries fragments.
const (
	CareDirect     Source = "careDirect"
	ProviderDirect Source = "providerDirect"
	CareOptions    Source = "careOptions"
	Directory      Source = "directory"
	Booking        Source = "booking"
)

// slotSources lists the sources that offer timeslots, in the order in which answers name them.
var slotSources = [...]Source{CareDirect, ProviderDirect, CareOptions}

// SourceSet is a set of slot sources: which surfaces list a slot.
type SourceSet uint8

// With returns the set with s added. Sources that carry no slots leave it unchanged.
func (set SourceSet) With(s Source) SourceSet {
	for i, known := range slotSources {
		if known == s {
			return set | 1<<i
		}
	}
	return set
}

// Has reports whether s is in the set.
func (set SourceSet) Has(s Source) bool { return set.With(s) == set && SourceSet(0).With(s) != 0 }

// Union returns the sources of both sets.
func (set SourceSet) Union(other SourceSet) SourceSet { return set | other }

// Sources lists the set's members in a fixed order: careDirect, providerDirect, careOptions.
func (set SourceSet) Sources() []Source {
	var out []Source
	for i, s := range slotSources {
		if set&(1<<i) != 0 {
			out = append(out, s)
		}
	}
	return out
}

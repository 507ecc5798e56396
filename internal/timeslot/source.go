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

// With returns the set with s added. Sources that carry no slots leave it unchanged.
func (set SourceSet) With(s Source) SourceSet { return set | dexCare.SetOf(s) }

// Has reports whether s is in the set.
func (set SourceSet) Has(s Source) bool { return set&dexCare.SetOf(s) != 0 }

// Sources lists the set's members in a fixed order: careDirect, providerDirect, careOptions.
func (set SourceSet) Sources() []Source { return dexCare.Named(set) }

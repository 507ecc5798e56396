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

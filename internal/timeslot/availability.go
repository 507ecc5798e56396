package timeslot

// By is what the entries of GET /v1/next-available are about (docs/interface.md §3.2).
type By string

// The subjects of entries.
const (
	ByProvider   By = "provider"
	ByDepartment By = "department"
)

// Bounds and default of [Query.Per].
const (
	DefaultPer = 3
	MaxPer     = 20
)

// Availability is what is known of a clinician's or department's times.
type Availability string

// The states of availability.
const (
	AvailabilityOpen    Availability = "open"    // there are slots
	AvailabilityNone    Availability = "none"    // asked, and there are none
	AvailabilityUnknown Availability = "unknown" // the source failed, and nothing servable is left
)

// Entry is one line of a list of clinicians or departments: how many slots each has, and the next of them. Either NPI or
// Department is set.
type Entry struct {
	NPI        string
	Department string // department key

	Status Availability
	Count  int        // slots inside the window
	Days   []DayCount // ascending; days without slots are left out
	Next   []Offer    // the earliest, one for each time, at most [Query.Per]
}

// DayCount is how many slots a calendar day has, in the zone that the answer is in, and how many of them begin at a time
// that another one has already. A time is a start at one department for one visit type: several clinicians may have slots.
type DayCount struct {
	Date  Date
	Count int
	Again int
}

// Times is how many different times the day has.
func (d DayCount) Times() int { return d.Count - d.Again }

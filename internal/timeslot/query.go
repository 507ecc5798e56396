package timeslot

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Ranking is the order of an answer (docs/architecture.md §7).
type Ranking string

// The ranking profiles.
const (
	Soonest  Ranking = "soonest"  // start, then distance
	Nearest  Ranking = "nearest"  // distance, then start
	Balanced Ranking = "balanced" // a score over waiting time, distance, bookability and spread
)

// PatientKind is the value of newOrEstablishedPatient (docs/dexcare.md §5.3); empty means both.
type PatientKind string

// The patient kinds.
const (
	NewPatient         PatientKind = "newPatient"
	EstablishedPatient PatientKind = "establishedPatient"
	BothPatients       PatientKind = "bothNewAndEstablishedPatient"
)

// DefaultRadius is the radius in miles when a request names none, and MaxRadius the largest (docs/dexcare.md §6.1).
const (
	DefaultRadius = 30
	MaxRadius     = 100
)

// Query is a validated, canonical GET /v1/timeslots request (docs/interface.md §3.1). Values of one list are alternatives,
// lists narrow each other. Lists are sorted and free of duplicates; see [Query.Normalize].
type Query struct {
	NPIs        []string // 10 digits each
	Departments []string // URL names

	Point          *Point // the caller's own position
	PostalCode     string // five digits once normalised; with a table it becomes Point (see Locate)
	Radius         int    // miles, 1…100
	RadiusExplicit bool   // the caller named the radius, so it filters whatever else locates

	VisitTypes   []string // short names, compared without case
	Patient      PatientKind
	ClinicTypes  []string // the filters below are in lower case
	Specialties  []string
	Genders      []string
	EHRInstances []string
	Modalities   []string

	StartDate   Date // in each department's zone; 0: today
	PastStart   Date // what StartDate was before ForgetPast; 0 when it stayed
	EndDate     Date // inclusive; 0: the default window
	DaysOfSlots int  // only the first N dates that have slots; 0: all
	Zone        string

	Sort    Ranking
	Limit   int
	Cursor  string
	Explain bool

	By  By  // entries instead of slots: GET /v1/next-available (docs/interface.md §3.2); empty: slots
	Per int // slots of each entry, 1…20
}

// HasLocation reports whether the query names a place.
func (q *Query) HasLocation() bool { return q.Point != nil || q.PostalCode != "" }

// OnlyLocation reports whether the place is the query's only locator: then the area is searched.
func (q *Query) OnlyLocation() bool {
	return q.HasLocation() && len(q.NPIs) == 0 && len(q.Departments) == 0
}

// FiltersByRadius reports whether slots farther away than Radius are left out.
func (q *Query) FiltersByRadius() bool {
	return q.HasLocation() && (q.RadiusExplicit || q.OnlyLocation())
}

// Normalize sorts lists, drops duplicates and brings filters into lower case, so that requests which mean the same
// become equal. The lists that the query had before are left as they were.
func (q *Query) Normalize() {
	q.NPIs = sortedSet(q.NPIs)
	q.Departments = sortedSet(q.Departments)
	q.VisitTypes = foldedSet(q.VisitTypes)
	for _, list := range []*[]string{&q.ClinicTypes, &q.Specialties, &q.Genders, &q.EHRInstances, &q.Modalities} {
		*list = sortedSet(lowered(*list))
	}
	if q.Patient == BothPatients {
		q.Patient = ""
	}
	if q.Radius == 0 {
		q.Radius = DefaultRadius
	}
	q.PostalCode = q.PostalCode[:min(5, len(q.PostalCode))] // neighbours share what is fetched for them
}

// Locate puts a postal code that the table knows in the place of its point, and leaves one that it does not.
func (q *Query) Locate(codes *PostalCodes) {
	if p, ok := codes.Find(q.PostalCode); ok {
		q.Point, q.PostalCode = &p, ""
	}
}

// ForgetPast drops a start that is over everywhere: it means today, as no start does.
func (q *Query) ForgetPast(now time.Time) {
	if q.StartDate != 0 && q.StartDate <= EarliestToday(now) {
		q.PastStart, q.StartDate = q.StartDate, 0
	}
}

func lowered(list []string) []string {
	low := make([]string, len(list))
	for i, v := range list {
		low[i] = strings.ToLower(v)
	}
	return low
}

func sortedSet(list []string) []string {
	list = slices.Clone(list)
	slices.Sort(list)
	return slices.Compact(list)
}

// foldedSet sorts without regard to case and keeps one spelling, the smallest, of what differs by case only.
func foldedSet(list []string) []string {
	list = slices.Clone(list)
	slices.SortFunc(list, func(a, b string) int {
		if c := strings.Compare(strings.ToLower(a), strings.ToLower(b)); c != 0 {
			return c
		}
		return strings.Compare(a, b)
	})
	return slices.CompactFunc(list, strings.EqualFold)
}

// Canonical is the query in one line, equal for requests that mean the same. It keys the response cache.
func (q *Query) Canonical() string {
	v := parameters{}
	list, number, text := v.list, v.number, v.text
	list("npi", q.NPIs)
	list("departmentUrlName", q.Departments)
	if q.Point != nil {
		text("latitude", strconv.FormatFloat(q.Point.Latitude, 'f', -1, 64))
		text("longitude", strconv.FormatFloat(q.Point.Longitude, 'f', -1, 64))
	}
	text("postalCode", q.PostalCode)
	if q.HasLocation() {
		number("radius", q.Radius)
		if q.RadiusExplicit && !q.OnlyLocation() {
			text("radiusFilters", "true")
		}
	}
	list("visitTypeName", lowered(q.VisitTypes))
	text("newOrEstablishedPatient", string(q.Patient))
	list("clinicType", q.ClinicTypes)
	list("specialty", q.Specialties)
	list("gender", q.Genders)
	list("ehrInstance", q.EHRInstances)
	list("modality", q.Modalities)
	if q.StartDate != 0 {
		text("startDate", q.StartDate.String())
	}
	if q.EndDate != 0 {
		text("endDate", q.EndDate.String())
	}
	number("daysOfSlots", q.DaysOfSlots)
	text("userTimezone", q.Zone)
	text("sort", string(q.Sort))
	number("limit", q.Limit)
	text("cursor", q.Cursor)
	if q.Explain {
		text("explain", "true")
	}
	text("by", string(q.By))
	number("per", q.Per)
	return url.Values(v).Encode()
}

// parameters leave out what was not asked.
type parameters url.Values

func (p parameters) list(name string, values []string) {
	if len(values) > 0 {
		p[name] = values
	}
}

func (p parameters) number(name string, n int) {
	if n != 0 {
		p.text(name, strconv.Itoa(n))
	}
}

func (p parameters) text(name, s string) {
	if s != "" {
		p[name] = []string{s}
	}
}

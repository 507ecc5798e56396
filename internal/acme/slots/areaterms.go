package slots

import (
	"encoding/json"
	"errors"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"timeslots/internal/acme/form"
	"timeslots/internal/acme/wire"
	"timeslots/internal/acme/world"
)

// areaTerms are a Care Options search as it was asked, checked for form but not yet read against a clock: what a search
// context stands for.
type areaTerms struct {
	point      *world.Point
	postalCode string // wins over the point
	radius     int    // miles

	departments, instances, clinicTypes, visitTypes, npis []string

	specialty, gender, patientKind   string
	startDate, endDate, userTimezone string
	dates                            *regexp.Regexp // the form of the two

	days int    // daysOfSlots, GET only; 0: all
	who  string // the method, and the patient of a body that names one
}

func (terms *areaTerms) wantsInstance(e *world.EHR) bool {
	return len(terms.instances) == 0 || slices.Contains(terms.instances, e.System)
}

func (terms *areaTerms) wantsVisit(v *world.VisitType) bool {
	return len(terms.visitTypes) == 0 || containsFold(terms.visitTypes, v.Name)
}

// areaQuery reads the parameters of docs/dexcare.md §6.1. The error is the message of a 40001.
func areaQuery(q *wire.Request) (terms areaTerms, err error) {
	terms = areaTerms{
		postalCode:  q.Get("postalCode"),
		departments: q.CommaList("departmentEmrIds"), instances: q.CommaList("ehrInstances"),
		clinicTypes: q.CommaList("clinicTypes"), visitTypes: q.CommaList("visitTypeNames"),
		npis:      q.CommaList("npis", "npi"),
		specialty: q.Get("specialty"), gender: q.Get("gender"), patientKind: q.Get("newOrEstablishedPatient"),
		startDate: q.Get("startDate"), endDate: q.Get("endDate"), userTimezone: q.Get("userTimezone"), dates: dateForm,
		who: "GET",
	}
	if !q.Has("daysOfSlots") {
		return terms, errors.New("daysOfSlots is required")
	}
	if err = q.RequireFilled("departmentEmrIds", "ehrInstances", "endDate", "gender", "newOrEstablishedPatient", "npis",
		"postalCode", "product", "specialty", "startDate", "userTimezone"); err != nil {
		return terms, err
	}
	if terms.days, err = q.Count("daysOfSlots"); err != nil {
		return terms, err
	}
	if terms.radius, err = radiusOf(q); err != nil {
		return terms, err
	}
	terms.point, err = pointOf(q)
	return terms, err
}

func radiusOf(q *wire.Request) (int, error) {
	if !q.Has("radius") {
		return defaultRadius, nil
	}
	n, err := strconv.Atoi(q.Get("radius"))
	if err != nil || n < 1 || n > maxRadius {
		return 0, errors.New("radius must be an integer within 1 and 100")
	}
	return n, nil
}

func pointOf(q *wire.Request) (*world.Point, error) {
	if !q.Has("latitude") && !q.Has("longitude") {
		return nil, nil
	}
	lat, errLat := strconv.ParseFloat(q.Get("latitude"), 64)
	lon, errLon := strconv.ParseFloat(q.Get("longitude"), 64)
	if errLat != nil || errLon != nil || !(math.Abs(lat) <= 90 && math.Abs(lon) <= 180) {
		return nil, errors.New("latitude and longitude are required together, within -90…90 and -180…180")
	}
	return &world.Point{Latitude: lat, Longitude: lon}, nil
}

// canonical is the search in one line: two that mean the same have the same, however they are spelled.
func (terms areaTerms) canonical() string {
	var at []float64
	if terms.point != nil && terms.postalCode == "" { // the postal code wins
		at = []float64{terms.point.Latitude, terms.point.Longitude}
	}
	b, _ := json.Marshal([]any{
		terms.who, terms.days, at, terms.postalCode, terms.radius, inAnyOrder(terms.departments), inAnyOrder(terms.instances),
		inAnyOrder(lower(terms.clinicTypes)), inAnyOrder(lower(terms.visitTypes)), inAnyOrder(terms.npis),
		strings.ToLower(terms.specialty), strings.ToLower(terms.gender), terms.patientKind,
		terms.startDate, terms.endDate, terms.userTimezone,
	}) // numbers and texts only
	return string(b)
}

func inAnyOrder(list []string) []string { return slices.Compact(slices.Sorted(slices.Values(list))) }

func lower(list []string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = strings.ToLower(s)
	}
	return out
}

func containsFold(list []string, s string) bool {
	return slices.ContainsFunc(list, func(v string) bool { return strings.EqualFold(v, s) })
}

// areaBody is the body of Care Options' two POSTs (docs/dexcare.md §6.2, §6.3) in all shapes.
type areaBody struct {
	Latitude       *float64  `json:"latitude"`
	Longitude      *float64  `json:"longitude"`
	PostalCode     string    `json:"postalCode"`
	Radius         float64   `json:"radius"`
	DepartmentIDs  []string  `json:"departmentIds"`
	EHRInstances   []string  `json:"ehrInstances"`
	ClinicTypes    []string  `json:"clinicTypes"`
	ClinicType     oneOrMany `json:"clinicType"` // the SDK's spelling
	VisitTypeNames []string  `json:"visitTypeNames"`
	ClinicianNPIs  []string  `json:"clinicianNPIs"`
	Specialty      string    `json:"specialty"`
	Gender         string    `json:"gender"`
	PatientKind    string    `json:"newOrEstablishedPatient"`
	StartDate      string    `json:"startDate"`
	EndDate        string    `json:"endDate"`
	SortBy         string    `json:"sortBy"`
	SearchContext  *string   `json:"searchContext"`

	Patient json.RawMessage `json:"patient"` // as it came
}

// areaMembers are what all Care Options bodies but the replay may have.
var areaMembers = form.Members{
	"clinicTypes": form.List(form.Text(0)), "departmentIds": form.List(form.Text(0)), "ehrInstances": form.List(form.Text(0)),
	"gender": form.Text(0), "specialty": form.Text(0), "radius": form.Integer(1, maxRadius),
	"patient": form.Object("patientId patientIdType ehrInstance", form.Each("patientId patientIdType ehrInstance", form.Text(0))),
}

var (
	pointMembers = form.Members{"latitude": form.Number(-90, 90), "longitude": form.Number(-180, 180)}
	zipMembers   = form.Members{"postalCode": form.Text(0)}
	slotsMembers = form.Members{
		"clinicianNPIs": form.List(form.Text(0)), "startDate": form.Text(0), "endDate": form.Text(0), "visitTypeNames": form.FilledList(form.Text(0)),
		"newOrEstablishedPatient": form.Word("newPatient establishedPatient bothNewAndEstablishedPatient"),
	}
	providersMembers = form.Members{"sortBy": form.Word("nextAvailable mostAvailable"), "visitTypeNames": form.List(form.Text(0))}
)

// slotsBody is the body of a search for slots: exactly one way of saying where, or a search context.
var slotsBody = form.OneOf(
	form.Object("latitude longitude visitTypeNames", areaMembers, slotsMembers, pointMembers),
	form.Object("departmentIds visitTypeNames", areaMembers, slotsMembers, pointMembers, zipMembers),
	form.Object("postalCode visitTypeNames", areaMembers, slotsMembers, zipMembers),
	form.Object("searchContext", form.Members{"searchContext": form.Text(0)}),
)

var providersBody = form.OneOf(
	form.Object("latitude longitude", areaMembers, providersMembers, pointMembers),
	form.Object("departmentIds", areaMembers, providersMembers, pointMembers, zipMembers),
	form.Object("postalCode", areaMembers, providersMembers, zipMembers),
)

// oneOrMany is a text or a list of texts. Anything else is as good as absent: no document names this member.
type oneOrMany []string

// UnmarshalJSON never fails.
func (o *oneOrMany) UnmarshalJSON(b []byte) error {
	var one string
	if json.Unmarshal(b, &one) == nil && one != "" {
		*o = oneOrMany{one}
		return nil
	}
	var many []string
	if json.Unmarshal(b, &many) == nil {
		*o = many
	}
	return nil
}

// terms are what the body asks for. The patient it may be for changes nothing but the search context.
func (b areaBody) terms() areaTerms {
	terms := areaTerms{
		postalCode: b.PostalCode, radius: int(b.Radius), departments: b.DepartmentIDs, instances: b.EHRInstances,
		clinicTypes: append(b.ClinicTypes, b.ClinicType...), visitTypes: b.VisitTypeNames, npis: b.ClinicianNPIs,
		specialty: b.Specialty, gender: b.Gender, patientKind: b.PatientKind,
		startDate: utcDay(b.StartDate), endDate: utcDay(b.EndDate), dates: dateForm, who: "POST " + string(b.Patient),
	}
	if terms.radius == 0 {
		terms.radius = defaultRadius
	}
	if b.Latitude != nil && b.Longitude != nil {
		terms.point = &world.Point{Latitude: *b.Latitude, Longitude: *b.Longitude}
	}
	return terms
}

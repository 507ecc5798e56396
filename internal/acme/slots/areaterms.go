package slots

import (
	"encoding/json"
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"

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
	lat, errLat := degrees(q.Get("latitude"), 90)
	lon, errLon := degrees(q.Get("longitude"), 180)
	if errors.Join(errLat, errLon) != nil {
		return nil, errors.New("latitude and longitude are required together, within -90…90 and -180…180")
	}
	return &world.Point{Latitude: lat, Longitude: lon}, nil
}

func degrees(text string, limit float64) (float64, error) {
	x, err := strconv.ParseFloat(text, 64)
	if err != nil || !(x >= -limit && x <= limit) {
		return 0, errors.New("not within range")
	}
	return x, nil
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

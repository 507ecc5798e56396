package acme

import (
	"encoding/json"
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// areaTerms are a Care Options search as it was asked, checked for form but not yet read against a clock: what a search
// context stands for.
type areaTerms struct {
	point      *point
	postalCode string // wins over the point
	radius     int    // miles

	departments, instances, clinicTypes, visitTypes, npis []string

	specialty, gender, patientKind   string
	startDate, endDate, userTimezone string
	dates                            *regexp.Regexp // the form of the two

	days int    // daysOfSlots, GET only; 0: all
	who  string // the method, and the patient of a body that names one
}

func (terms *areaTerms) wantsInstance(e *ehr) bool {
	return len(terms.instances) == 0 || slices.Contains(terms.instances, e.system)
}

func (terms *areaTerms) wantsVisit(v *visitType) bool {
	return len(terms.visitTypes) == 0 || containsFold(terms.visitTypes, v.name)
}

// areaQuery reads the parameters of docs/dexcare.md §6.1. The error is the message of a 40001.
func areaQuery(q *request) (terms areaTerms, err error) {
	terms = areaTerms{
		postalCode:  q.get("postalCode"),
		departments: q.commaList("departmentEmrIds"), instances: q.commaList("ehrInstances"),
		clinicTypes: q.commaList("clinicTypes"), visitTypes: q.commaList("visitTypeNames"),
		npis:      q.commaList("npis", "npi"),
		specialty: q.get("specialty"), gender: q.get("gender"), patientKind: q.get("newOrEstablishedPatient"),
		startDate: q.get("startDate"), endDate: q.get("endDate"), userTimezone: q.get("userTimezone"), dates: dateForm,
		who: "GET",
	}
	if !q.has("daysOfSlots") {
		return terms, errors.New("daysOfSlots is required")
	}
	if err = q.unfilled("departmentEmrIds", "ehrInstances", "endDate", "gender", "newOrEstablishedPatient", "npis",
		"postalCode", "product", "specialty", "startDate", "userTimezone"); err != nil {
		return terms, err
	}
	if terms.days, err = q.count("daysOfSlots"); err != nil {
		return terms, err
	}
	if terms.radius, err = radiusOf(q); err != nil {
		return terms, err
	}
	terms.point, err = pointOf(q)
	return terms, err
}

func radiusOf(q *request) (int, error) {
	if !q.has("radius") {
		return defaultRadius, nil
	}
	n, err := strconv.Atoi(q.get("radius"))
	if err != nil || n < 1 || n > maxRadius {
		return 0, errors.New("radius must be an integer within 1 and 100")
	}
	return n, nil
}

func pointOf(q *request) (*point, error) {
	if !q.has("latitude") && !q.has("longitude") {
		return nil, nil
	}
	lat, errLat := degrees(q.get("latitude"), 90)
	lon, errLon := degrees(q.get("longitude"), 180)
	if errors.Join(errLat, errLon) != nil {
		return nil, errors.New("latitude and longitude are required together, within -90…90 and -180…180")
	}
	return &point{latitude: lat, longitude: lon}, nil
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
		at = []float64{terms.point.latitude, terms.point.longitude}
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

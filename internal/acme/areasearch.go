package acme

import (
	"errors"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// areaSearch is a Care Options search, read and checked.
type areaSearch struct {
	window window
	days   int
	zone   *zone // userTimezone; nil: each department's own

	located bool
	nowhere bool // a postal code that lies in no known place
	center  point
	radius  float64

	departments, instances, clinicTypes, visitTypes, npis []string
	specialty, gender                                     string
	kind                                                  func(*visitType) bool

	canonical string // equal for equal searches
}

const (
	defaultRadius  = 30
	maxRadius      = 100
	careOptionDays = 30 // "certain days" after the start when no end is given
)

var postalCodeForm = regexp.MustCompile(`^\d{5}(-\d{4})?$`)

// areaSearch reads the parameters of CONTRACT §6.1. The error is the message of a 40001.
func (t *Tenant) areaSearch(q *request) (s areaSearch, err error) {
	s = areaSearch{
		departments: q.commaList("departmentEmrIds"),
		instances:   q.commaList("ehrInstances"),
		clinicTypes: q.commaList("clinicTypes"),
		visitTypes:  q.commaList("visitTypeNames"),
		npis:        q.commaList("npis", "npi"),
		specialty:   q.get("specialty"),
		gender:      q.get("gender"),
	}
	if !q.has("daysOfSlots") {
		return s, errors.New("daysOfSlots is required")
	}
	if s.days, err = q.count("daysOfSlots"); err != nil {
		return s, err
	}
	if s.kind, err = q.patientKind(); err != nil {
		return s, err
	}
	if err = t.locate(&s, q); err != nil {
		return s, err
	}
	if err = t.areaWindow(&s, q); err != nil {
		return s, err
	}
	s.canonical = canonical(q)
	return s, nil
}

// locate reads the place: a postal code wins over a point, and without either there must be departments or clinicians.
func (t *Tenant) locate(s *areaSearch, q *request) error {
	s.radius = defaultRadius
	if q.has("radius") {
		n, err := strconv.Atoi(q.get("radius"))
		if err != nil || n < 1 || n > maxRadius {
			return errors.New("radius must be an integer within 1 and 100")
		}
		s.radius = float64(n)
	}
	switch {
	case q.has("postalCode"):
		if !postalCodeForm.MatchString(q.get("postalCode")) {
			return errors.New("postalCode must have the form 12345 or 12345-6789")
		}
		at, known := t.dir.near(q.get("postalCode"))
		s.located, s.nowhere, s.center = true, !known, at
	case q.has("latitude") || q.has("longitude"):
		lat, errLat := degrees(q.get("latitude"), 90)
		lon, errLon := degrees(q.get("longitude"), 180)
		if err := errors.Join(errLat, errLon); err != nil {
			return errors.New("latitude and longitude are required together, within -90…90 and -180…180")
		}
		s.located, s.center = true, point{lat, lon}
	case len(s.departments) == 0 && len(s.npis) == 0:
		return errors.New("one of latitude and longitude, postalCode, departmentEmrIds or npis is required")
	}
	return nil
}

func degrees(text string, limit float64) (float64, error) {
	x, err := strconv.ParseFloat(text, 64)
	if err != nil || !(x >= -limit && x <= limit) {
		return 0, errors.New("not within range")
	}
	return x, nil
}

// areaWindow reads dates and the caller's zone. The departments found may lie on both sides of midnight, so "today"
// is the earliest day anywhere, and the lookahead is counted from the latest. A start in the past is no error here.
func (t *Tenant) areaWindow(s *areaSearch, q *request) (err error) {
	if q.has("userTimezone") {
		if s.zone, err = newZone(q.get("userTimezone"), 0, 0); err != nil {
			return errors.New("userTimezone is not an IANA time zone")
		}
	}
	s.window, err = q.window(windowRule{
		form: dateForm, days: careOptionDays, today: earliestToday(q.now),
		limit: latestToday(q.now) + day(t.options.Lookahead), past: maxLookahead, zone: t.dir.departments[0].zone,
	})
	s.window.first = max(s.window.first, earliestToday(q.now))
	return err
}

// reaches tells whether the department is inside the area and the filters, and how far away it is.
func (s *areaSearch) reaches(d *department) (miles float64, ok bool) {
	switch {
	case s.nowhere, !d.active,
		len(s.departments) > 0 && !slices.Contains(s.departments, d.id),
		len(s.instances) > 0 && !slices.Contains(s.instances, d.ehr.system),
		len(s.clinicTypes) > 0 && !containsFold(s.clinicTypes, d.clinicType):
		return 0, false
	case !s.located:
		return 0, true
	}
	miles = s.center.milesTo(point{d.latitude, d.longitude})
	return miles, miles <= s.radius
}

func (s *areaSearch) wants(o *offer) bool {
	return s.kind(o.visit) &&
		(len(s.visitTypes) == 0 || containsFold(s.visitTypes, o.visit.name)) &&
		(len(s.npis) == 0 || slices.Contains(s.npis, o.who.npi)) &&
		(s.specialty == "" || containsFold(o.who.specialties, s.specialty)) &&
		(s.gender == "" || sameGender(s.gender, o.who.gender))
}

// sameGender compares by the first letter: "F", "Female" and "female" are one (CONTRACT §6.1).
func sameGender(a, b string) bool {
	return a != "" && b != "" && strings.EqualFold(a[:1], b[:1])
}

// canonical is the search in one line, without what does not belong to it.
func canonical(q *request) string {
	v := url.Values{}
	for name, values := range q.query {
		if name != "product" {
			v[name] = values
		}
	}
	return v.Encode()
}

// referred is a provider as Care Options describes it; emrId and specialties are absent for some.
type referred struct {
	EMRID       string    `json:"emrId,omitempty"`
	Name        string    `json:"name"`
	Gender      *string   `json:"gender"`
	Specialties *[]string `json:"specialties,omitempty"`
}

func referredProvider(c *clinician) referred {
	out := referred{Name: c.name}
	if c.gender != "" {
		out.Gender = &c.gender
	}
	if c.number%5 != 4 {
		out.EMRID = c.offers[0].schedules[0].who.emrID
	}
	if c.number%7 != 5 && c.specialties != nil {
		out.Specialties = &c.specialties
	}
	return out
}

// referredPlace is a department as Care Options describes it.
type referredPlace struct {
	UUID        string        `json:"departmentUuid"`
	EMRID       string        `json:"departmentEmrId"`
	EHRInstance string        `json:"ehrInstance"`
	Name        string        `json:"departmentName"`
	Distance    float64       `json:"distanceFrom"`
	Timezone    string        `json:"timezone"`
	ClinicType  string        `json:"clinicType"`
	Address     placedAddress `json:"address"`
}

// placedAddress spells the postal code twice, as upstream does.
type placedAddress struct {
	Line1      string  `json:"line1"`
	Line2      string  `json:"line2"`
	City       string  `json:"city"`
	State      string  `json:"state"`
	ZipCode    string  `json:"zipCode"`
	PostalCode string  `json:"postalCode"`
	Latitude   float64 `json:"latitude"`
	Longitude  float64 `json:"longitude"`
}

func referredDepartment(d *department, miles float64) referredPlace {
	a := d.address
	return referredPlace{
		UUID: d.uuid, EMRID: d.id, EHRInstance: d.ehr.system, Name: d.name, Distance: roundMiles(miles),
		Timezone: d.zone.name, ClinicType: d.clinicType,
		Address: placedAddress{a.Line1, a.Line2, a.City, a.State, a.PostalCode, a.PostalCode, d.latitude, d.longitude},
	}
}

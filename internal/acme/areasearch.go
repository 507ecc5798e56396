package acme

import (
	"cmp"
	"errors"
	"math"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
)

// areaSearch is a Care Options search that is ready to run: its terms, read at one moment.
type areaSearch struct {
	areaTerms
	window window
	within span  // starts outside are left out
	zone   *zone // userTimezone; nil: each department's own
	kind   func(*visitType) bool

	located bool
	nowhere bool // a postal code that lies in no known place
	center  point
}

const (
	defaultRadius  = 30
	maxRadius      = 100
	careOptionDays = 30 // "certain days" after the start when no end is given
)

var postalCodeForm = regexp.MustCompile(`^\d{5}(-\d{4})?$`)

// at reads the terms as of now. The error is the message of a 40001.
func (terms areaTerms) at(h *slotHandlers, now time.Time) (s areaSearch, err error) {
	s = areaSearch{areaTerms: terms}
	if s.kind, err = patientKind(terms.patientKind); err != nil {
		return s, err
	}
	if terms.userTimezone != "" {
		if s.zone, err = newZone(terms.userTimezone, 0, 0); err != nil {
			return s, errors.New("userTimezone is not an IANA time zone")
		}
	}
	if err = s.locate(h.world); err != nil {
		return s, err
	}
	return s, s.setWindow(h.world, now)
}

// locate finds the place: a postal code wins over a point, and without either there must be departments or clinicians.
func (s *areaSearch) locate(w *world) error {
	switch {
	case s.postalCode != "":
		if !postalCodeForm.MatchString(s.postalCode) {
			return errors.New("postalCode must have the form 12345 or 12345-6789")
		}
		at, known := w.near(s.postalCode)
		s.located, s.nowhere, s.center = true, !known, at
	case s.point != nil:
		s.located, s.center = true, *s.point
	case len(s.departments) == 0 && len(s.npis) == 0:
		return errors.New("one of latitude and longitude, postalCode, departmentEmrIds or npis is required")
	}
	return nil
}

// setWindow reads the dates. The departments found may lie on both sides of midnight, so "today" is the earliest day
// anywhere, and the lookahead is counted from the latest. A start in the past is no error here.
func (s *areaSearch) setWindow(w *world, now time.Time) (err error) {
	days := w.lookaheadOf(func(e *ehr, v *visitType) bool { return s.wantsInstance(e) && s.wantsVisit(v) })
	if days == 0 { // nothing will be found: then any visit type's will do
		days = w.lookaheadOf(func(*ehr, *visitType) bool { return true })
	}
	s.window, err = windowOf(s.startDate, s.endDate, windowRule{
		form: s.dates, days: careOptionDays, today: earliestToday(now),
		limit: latestToday(now) + day(days), past: maxLookahead, zone: cmp.Or(s.zone, w.departments[0].zone),
	})
	if err != nil {
		return err
	}
	s.within = span{from: math.MinInt64, until: math.MaxInt64}
	if len(s.startDate) > len(time.DateOnly) {
		s.within.from = s.window.within.from
	}
	if len(s.endDate) > len(time.DateOnly) {
		s.within.until = s.window.within.until
	}
	s.window.first = max(s.window.first, earliestToday(now))
	return nil
}

// reaches tells whether the department is inside the area and the filters, and how far away it is.
func (s *areaSearch) reaches(d *department) (miles float64, ok bool) {
	switch {
	case s.nowhere, !d.active,
		len(s.departments) > 0 && !slices.Contains(s.departments, d.id),
		!s.wantsInstance(d.ehr),
		len(s.clinicTypes) > 0 && !containsFold(s.clinicTypes, d.clinicType):
		return 0, false
	case !s.located:
		return 0, true
	}
	miles = s.center.milesTo(d.point())
	return miles, miles <= float64(s.radius)
}

func (s *areaSearch) wants(o *offer) bool {
	return s.kind(o.visit) && s.wantsVisit(o.visit) &&
		(len(s.npis) == 0 || slices.Contains(s.npis, o.who.npi)) &&
		(s.specialty == "" || containsFold(o.who.specialties, s.specialty)) &&
		(s.gender == "" || sameGender(s.gender, o.who.gender))
}

// sameGender compares by the first letter: "F", "Female" and "female" are one (docs/dexcare.md §6.1).
func sameGender(a, b string) bool {
	return a != "" && b != "" && strings.EqualFold(a[:1], b[:1])
}

// badAreaSearch is the 400 of all Care Options operations.
func badAreaSearch(err error) answer { return careOptionsError(http.StatusBadRequest, err.Error()) }

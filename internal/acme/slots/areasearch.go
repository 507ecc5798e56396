package slots

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"timeslots/internal/acme/wire"
	"timeslots/internal/acme/world"
)

// areaSearch is a Care Options search that is ready to run: its terms, read at one moment.
type areaSearch struct {
	areaTerms
	window window
	zone   *world.Zone // userTimezone; nil: each department's own
	kind   func(*world.VisitType) bool

	located bool
	nowhere bool // a postal code that lies in no known place
	center  world.Point
}

const (
	defaultRadius  = 30
	maxRadius      = 100
	careOptionDays = 30 // "certain days" after the start when no end is given
)

var postalCodeForm = regexp.MustCompile(`^\d{5}(-\d{4})?$`)

// resolve reads the terms as of now. The error is the message of a 40001.
func (terms areaTerms) resolve(h *Handlers, now time.Time) (s areaSearch, err error) {
	s = areaSearch{areaTerms: terms}
	if s.kind, err = patientKind(terms.patientKind); err != nil {
		return s, err
	}
	if terms.userTimezone != "" {
		if s.zone, err = world.NewZone(terms.userTimezone, 0, 0); err != nil {
			return s, errors.New("userTimezone is not an IANA time zone")
		}
	}
	if err = s.locate(h.World); err != nil {
		return s, err
	}
	return s, s.setWindow(h.World, now)
}

// locate finds the place: a postal code wins over a point, and without either there must be departments or clinicians.
func (s *areaSearch) locate(w *world.World) error {
	switch {
	case s.postalCode != "":
		if !postalCodeForm.MatchString(s.postalCode) {
			return errors.New("postalCode must have the form 12345 or 12345-6789")
		}
		at, known := w.Near(s.postalCode)
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
func (s *areaSearch) setWindow(w *world.World, now time.Time) (err error) {
	days := w.LongestLookahead(func(e *world.EHR, v *world.VisitType) bool { return s.wantsInstance(e) && s.wantsVisit(v) })
	if days == 0 { // nothing will be found: then any visit type's will do
		days = w.LongestLookahead(func(*world.EHR, *world.VisitType) bool { return true })
	}
	s.window, err = windowOf(s.startDate, s.endDate, windowRule{
		form: s.dates, days: careOptionDays, today: world.EarliestToday(now),
		limit: world.LatestToday(now) + world.Day(days), past: world.MaxLookahead, zone: cmp.Or(s.zone, w.Departments[0].Zone),
	})
	if err != nil {
		return err
	}
	s.window.first = max(s.window.first, world.EarliestToday(now))
	return nil
}

// reaches reports whether the department is inside the area and the filters, and how far away it is.
func (s *areaSearch) reaches(d *world.Department) (miles float64, ok bool) {
	switch {
	case s.nowhere, !d.Active,
		len(s.departments) > 0 && !slices.Contains(s.departments, d.ID),
		!s.wantsInstance(d.EHR),
		len(s.clinicTypes) > 0 && !containsFold(s.clinicTypes, d.ClinicType):
		return 0, false
	case !s.located:
		return 0, true
	}
	miles = s.center.MilesTo(d.Point())
	return miles, miles <= float64(s.radius)
}

func (s *areaSearch) wants(o *world.Offer) bool {
	return s.kind(o.VisitType) && s.wantsVisit(o.VisitType) &&
		(len(s.npis) == 0 || slices.Contains(s.npis, o.Clinician.NPI)) &&
		(s.specialty == "" || containsFold(o.Clinician.Specialties, s.specialty)) &&
		(s.gender == "" || sameGender(s.gender, o.Clinician.Gender))
}

// sameGender compares by the first letter: "F", "Female" and "female" are one (docs/dexcare.md §6.1).
func sameGender(a, b string) bool {
	return a != "" && b != "" && strings.EqualFold(a[:1], b[:1])
}

// careOptionsError is a body of Care Options; its 500 has none.
func careOptionsError(status int, message string) wire.Answer {
	switch status {
	case http.StatusBadRequest:
		return wire.MessageAndCode(status, 40001, message)
	case http.StatusForbidden:
		return wire.MessageAndCode(status, 40301, message)
	default:
		return wire.Answer{Status: status}
	}
}

func badAreaSearch(err error) wire.Answer {
	return careOptionsError(http.StatusBadRequest, err.Error())
}

// Bounds on the searches that are remembered: how many, and how many bytes they took as they were asked.
const (
	maxContexts     = 10_000
	maxContextBytes = 16 << 20
)

// contexts remember searches by their token (docs/dexcare.md §6.4), the oldest forgotten first.
type contexts struct {
	life time.Duration // 0: without end

	mu    sync.Mutex
	known map[string]*pastSearch
	order []string // of tokens, oldest first; each once
	bytes int
}

type pastSearch struct {
	terms areaTerms
	size  int       // of its canonical form
	asked time.Time // last
}

func newContexts(life time.Duration) *contexts {
	return &contexts{life: life, known: map[string]*pastSearch{}}
}

// remember keeps the search under its token; asking again starts its life again.
func (c *contexts) remember(token string, terms areaTerms, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if old := c.known[token]; old != nil {
		old.asked = now
		return
	}
	s := &pastSearch{terms, len(terms.canonical()), now}
	c.known[token] = s
	c.order = append(c.order, token)
	c.bytes += s.size
	for len(c.order) > 1 && (len(c.order) > maxContexts || c.bytes > maxContextBytes) {
		oldest := c.order[0]
		c.bytes -= c.known[oldest].size
		delete(c.known, oldest)
		c.order = c.order[1:]
	}
}

// find gives back the search of a token; false for one that was never given out, or whose life is over.
func (c *contexts) find(token string, now time.Time) (areaTerms, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.known[token]
	if s == nil || c.life > 0 && now.Sub(s.asked) >= c.life {
		return areaTerms{}, false
	}
	return s.terms, true
}

// token is the search's context: the same for the same search, 32 hex digits.
func (terms areaTerms) token(seed uint64) string {
	h := world.Hash(seed, world.SaltSearch, world.HashText(terms.canonical()))
	return fmt.Sprintf("%016x%016x", h, world.Mix(h))
}

// searchContext gives the search a token under which it can be run again.
func (h *Handlers) searchContext(q *wire.Request, s areaSearch) string {
	token := s.token(h.Options.Seed)
	h.contexts.remember(token, s.areaTerms, q.Now)
	return token
}

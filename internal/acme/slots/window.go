package slots

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"time"

	"timeslots/internal/acme/wire"
	"timeslots/internal/acme/world"
)

// The forms of a date: v5 takes a time as well (docs/dexcare.md §5.3); the others do not.
var (
	dateForm     = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}$`)
	dateTimeForm = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(Z|[-+]\d{2}:\d{2}))?$`)
)

// utcDay is the day of an instant as the SDK sends it to Care Options' POST against the published text (docs/dexcare.md §3). What is
// none stays as it is.
func utcDay(text string) string {
	if at, err := time.Parse(time.RFC3339Nano, text); err == nil {
		return at.UTC().Format(time.DateOnly)
	}
	return text
}

// window is the part of the calendar that a call asks for, in the days of one zone.
type window struct {
	first, last world.Day
	within      world.Span // the window as instants; a bound with a time cuts into its day
	open        bool       // no start was given
	bounded     bool       // an end was given
}

// windowRule is how an operation reads startDate and endDate.
type windowRule struct {
	form  *regexp.Regexp
	days  int // default length after the start; 0: as far as the lookahead goes
	today world.Day
	limit world.Day // the last day that may be asked for
	past  int       // days before today that are tolerated
	zone  *world.Zone
}

// readWindow reads startDate and endDate of the query.
func readWindow(q *wire.Request, rule windowRule) (window, error) {
	for _, name := range []string{"startDate", "endDate"} {
		if q.Has(name) && q.Get(name) == "" {
			return window{}, fmt.Errorf("%s must match %s", name, rule.form)
		}
	}
	return windowOf(q.Get("startDate"), q.Get("endDate"), rule)
}

// windowOf reads two dates, of which either may be empty. Asking beyond the lookahead is an error, not an empty answer
// (docs/dexcare.md §5.6).
func windowOf(startDate, endDate string, rule windowRule) (window, error) {
	first, from, err := rule.bound("startDate", startDate)
	if err != nil {
		return window{}, err
	}
	last, until, err := rule.bound("endDate", endDate)
	if err != nil {
		return window{}, err
	}
	w := window{first: first, last: last, open: startDate == "", bounded: endDate != ""}
	if w.open {
		w.first = rule.today
	}
	if !w.bounded {
		w.last = rule.limit
		if rule.days > 0 {
			w.last = min(rule.limit, w.first+world.Day(rule.days))
		}
	}
	switch {
	case !w.open && w.first < rule.today-world.Day(rule.past):
		return w, errors.New("startDate must not be in the past")
	case max(w.first, w.last) > rule.limit:
		return w, errors.New("date is beyond the maximum lookahead")
	case w.last < w.first:
		return w, errors.New("endDate must not be before startDate")
	}
	w.within = world.Span{From: rule.zone.Midnight(w.first), Until: rule.zone.Midnight(w.last + 1)}
	if from != 0 {
		w.within.From = from
	}
	if until != 0 {
		w.within.Until = until + 1
	}
	return w, nil
}

// bound reads one date; unix is zero unless it came with a time.
func (rule windowRule) bound(name, text string) (d world.Day, unix int64, err error) {
	if text == "" {
		return 0, 0, nil
	}
	if !rule.form.MatchString(text) {
		return 0, 0, fmt.Errorf("%s must match %s", name, rule.form)
	}
	if len(text) == len(time.DateOnly) {
		d, err = world.ParseDay(text)
		return d, 0, err
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return 0, 0, fmt.Errorf("%s: %q is not a date-time", name, text)
	}
	return rule.zone.DayAt(t.Unix()), t.Unix(), nil
}

// patientKind is newOrEstablishedPatient as a filter over visit types.
func patientKind(kind string) (func(*world.VisitType) bool, error) {
	switch kind {
	case "newPatient":
		return func(v *world.VisitType) bool { return v.ForNew }, nil
	case "establishedPatient":
		return func(v *world.VisitType) bool { return v.ForEstablished }, nil
	case "", "bothNewAndEstablishedPatient":
		return func(*world.VisitType) bool { return true }, nil
	default:
		return nil, errors.New("newOrEstablishedPatient must be one of newPatient, establishedPatient, bothNewAndEstablishedPatient")
	}
}

type dayOpenings struct {
	day      world.Day
	openings []world.Opening
}

// page is some days that have openings. The markers are set only when paging (docs/dexcare.md §5.3): nil means that nothing
// lies beyond.
type page struct {
	days                       []dayOpenings
	previousEndDate, nextStart *world.Day
}

// pager walks over days and picks those that have openings.
type pager struct {
	first, last world.Day // asked for
	low, high   world.Day // beyond which nothing is looked for
	count       int       // days on a page; 0: all, without markers
	backward    bool
	openings    func(world.Day) []world.Opening
}

// newPager pages through a window. Which way an end without a start goes is unsaid (docs/dexcare.md §11.10): here it takes
// the nearest days before that end, so that previousEndDate leads back page by page.
func newPager(w window, count int, today, limit world.Day) pager {
	p := pager{first: w.first, last: w.last, low: today, high: limit, count: count}
	p.backward = count > 0 && w.open && w.bounded
	if w.bounded && !p.backward {
		p.high = w.last
	}
	return p
}

func (p pager) page() page {
	var out page
	step, from := world.Day(1), p.first
	if p.backward {
		step, from = -1, p.last
	}
	for d := from; d >= p.first && d <= p.last; d += step {
		if list := p.openings(d); len(list) > 0 {
			out.days = append(out.days, dayOpenings{d, list})
		}
		if p.count > 0 && len(out.days) == p.count {
			break
		}
	}
	if p.backward {
		slices.Reverse(out.days)
	}
	if p.count > 0 && len(out.days) > 0 {
		p.mark(&out)
	}
	return out
}

// mark looks for openings on both sides of the page. A marker is the day next to the page, which need not have any.
func (p pager) mark(out *page) {
	before, after := out.days[0].day-1, out.days[len(out.days)-1].day+1
	for d := before; d >= p.low; d-- {
		if len(p.openings(d)) > 0 {
			out.previousEndDate = &before
			break
		}
	}
	for d := after; d <= p.high; d++ {
		if len(p.openings(d)) > 0 {
			out.nextStart = &after
			break
		}
	}
}

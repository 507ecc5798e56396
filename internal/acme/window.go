package acme

import (
	"errors"
	"fmt"
	"regexp"
	"time"
)

// The forms of a date: v5 takes a time as well (docs/dexcare.md §5.3), and Care Options' POST one with a fraction, as the SDK
// sends it against the published text (docs/dexcare.md §3); the others do not.
var (
	dateForm     = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}$`)
	fractionForm = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[-+]\d{2}:\d{2}))?$`)
	dateTimeForm = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(Z|[-+]\d{2}:\d{2}))?$`)
)

// window is the part of the calendar that a call asks for, in the days of one zone.
type window struct {
	first, last day
	within      span // the window as instants; a bound with a time cuts into its day
	open        bool // no start was given
	bounded     bool // an end was given
}

// windowRule is how an operation reads startDate and endDate.
type windowRule struct {
	form  *regexp.Regexp
	days  int // default length after the start; 0: as far as the lookahead goes
	today day
	limit day // the last day that may be asked for
	past  int // days before today that are tolerated
	zone  *zone
}

// readWindow reads startDate and endDate of the query.
func readWindow(q *request, rule windowRule) (window, error) {
	for _, name := range []string{"startDate", "endDate"} {
		if q.has(name) && q.get(name) == "" {
			return window{}, fmt.Errorf("%s must match %s", name, rule.form)
		}
	}
	return windowOf(q.get("startDate"), q.get("endDate"), rule)
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
			w.last = min(rule.limit, w.first+day(rule.days))
		}
	}
	switch {
	case !w.open && w.first < rule.today-day(rule.past):
		return w, errors.New("startDate must not be in the past")
	case max(w.first, w.last) > rule.limit:
		return w, errors.New("date is beyond the maximum lookahead")
	case w.last < w.first:
		return w, errors.New("endDate must not be before startDate")
	}
	w.within = span{from: rule.zone.midnight(w.first), until: rule.zone.midnight(w.last + 1)}
	if from != 0 {
		w.within.from = from
	}
	if until != 0 {
		w.within.until = until + 1
	}
	return w, nil
}

// bound reads one date; unix is zero unless it came with a time.
func (rule windowRule) bound(name, text string) (d day, unix int64, err error) {
	if text == "" {
		return 0, 0, nil
	}
	if !rule.form.MatchString(text) {
		return 0, 0, fmt.Errorf("%s must match %s", name, rule.form)
	}
	if len(text) == len(time.DateOnly) {
		d, err = parseDay(text)
		return d, 0, err
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return 0, 0, fmt.Errorf("%s: %q is not a date-time", name, text)
	}
	return rule.zone.dayAt(t.Unix()), t.Unix(), nil
}

// patientKind is newOrEstablishedPatient as a filter over visit types.
func patientKind(kind string) (func(*visitType) bool, error) {
	switch kind {
	case "newPatient":
		return func(v *visitType) bool { return v.forNew }, nil
	case "establishedPatient":
		return func(v *visitType) bool { return v.forKnown }, nil
	case "", "bothNewAndEstablishedPatient":
		return func(*visitType) bool { return true }, nil
	default:
		return nil, errors.New("newOrEstablishedPatient must be one of newPatient, establishedPatient, bothNewAndEstablishedPatient")
	}
}

package acme

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// request is a call on its way through a handler.
type request struct {
	*http.Request
	args   []string // of the path
	query  url.Values
	body   []byte
	serial uint64
	now    time.Time // when it is answered
}

func (q *request) get(name string) string { return q.query.Get(name) }

func (q *request) has(name string) bool { return q.query.Has(name) }

// token is the bearer token, empty without one.
func (q *request) token() string {
	scheme, token, _ := strings.Cut(q.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

// flag reads a boolean, with a default for an absent or unreadable one.
func (q *request) flag(name string, fallback bool) bool {
	b, err := strconv.ParseBool(q.get(name))
	if err != nil {
		return fallback
	}
	return b
}

// count reads a number of at least 1; 0 stands for an absent parameter.
func (q *request) count(name string) (int, error) {
	if !q.has(name) {
		return 0, nil
	}
	n, err := strconv.Atoi(q.get(name))
	if err != nil || n < 1 {
		return 0, fmt.Errorf("%s must be an integer of at least 1", name)
	}
	return n, nil
}

// commaList reads a list whose values are separated by commas, in one or in several parameters of that name.
func (q *request) commaList(names ...string) []string {
	var out []string
	for _, name := range names {
		for _, v := range q.query[name] {
			for part := range strings.SplitSeq(v, ",") {
				if part = strings.TrimSpace(part); part != "" {
					out = append(out, part)
				}
			}
		}
	}
	return out
}

func containsFold(list []string, s string) bool {
	return slices.ContainsFunc(list, func(v string) bool { return strings.EqualFold(v, s) })
}

// patientKind reads newOrEstablishedPatient as a filter over visit types.
func (q *request) patientKind() (func(*visitType) bool, error) {
	switch q.get("newOrEstablishedPatient") {
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

// The forms of a date in a query: v5 takes a time as well (CONTRACT §5.3), the others do not.
var (
	dateForm     = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}$`)
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

// window reads startDate and endDate. Asking beyond the lookahead is an error, not an empty answer (CONTRACT §5.6).
func (q *request) window(rule windowRule) (window, error) {
	first, from, err := q.bound("startDate", rule)
	if err != nil {
		return window{}, err
	}
	last, until, err := q.bound("endDate", rule)
	if err != nil {
		return window{}, err
	}
	w := window{first: first, last: last, open: !q.has("startDate"), bounded: q.has("endDate")}
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
	w.within = span{rule.zone.midnight(w.first), rule.zone.midnight(w.last + 1)}
	if from != 0 {
		w.within.from = from
	}
	if until != 0 {
		w.within.until = until + 1
	}
	return w, nil
}

// bound reads one date; unix is zero unless it came with a time.
func (q *request) bound(name string, rule windowRule) (d day, unix int64, err error) {
	text := q.get(name)
	if !q.has(name) {
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

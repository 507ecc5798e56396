package dropin

import (
	"cmp"
	"net/http"
	"net/url"
	"strings"

	"timeslots/internal/timeslot"
)

// Takes reports whether the path's own parameter, where the route has one, can be one: it means nothing else to a URL.
func (route *Route) Takes(item string) bool {
	return route.item == nil || segmentGrammar.MatchString(item) || compositeGrammar.MatchString(item)
}

// Question is what a request asks. With a patient or an oddity it has no key: only upstream can answer it.
type Question struct {
	Key      timeslot.FragmentKey // from what the contract lists alone
	Brackets []string             // its lists that are spelled "name[]"
	Body     []byte               // of a POST, as it came
	Context  string               // the searchContext to replay; empty: none
	Personal bool                 // it holds a patient (docs/dexcare.md §6.5)
	Oddity   Oddity               // why the cache cannot know what it asks; empty: it does
}

// Oddity is why the cache cannot know what a request asks, as Cache-Status has it (docs/interface.md §3.3).
type Oddity string

// The oddities.
const (
	UnknownParameter Oddity = "unknown-parameter" // or an unknown field of a body
	OddValue         Oddity = "odd-value"         // one that the contract does not allow, or none that can be read
)

// Read reads what a request asks of the route, with the path's own parameter. Its only error of its own is [ErrBodyTooLarge].
func (route *Route) Read(r *http.Request, item string) (q Question, err error) {
	values, err := url.ParseQuery(r.URL.RawQuery)
	q.Key, q.Brackets, q.Oddity = route.Key(item, r.Header.Get("domain"), values)
	if err != nil || len(r.Header.Values("domain")) > 1 || !route.expects(item) {
		q.Oddity = cmp.Or(q.Oddity, OddValue)
	}
	if route.asksUnknown(values) { // whatever else is odd: it is counted
		q.Oddity = UnknownParameter
	}
	if route.body == nil {
		return q, nil
	}
	ofQuery := q.Oddity
	err = route.body.read(r, &q)
	if ofQuery == UnknownParameter || q.Oddity == "" {
		q.Oddity = ofQuery
	}
	return q, err
}

// asksUnknown reports whether a query names what the contract does not list.
func (route *Route) asksUnknown(values url.Values) bool {
	for name := range values {
		plain, bracketed := strings.CutSuffix(name, "[]")
		if reader, known := route.listed[plain]; name != "product" && (!known || bracketed && !reader.list) {
			return true
		}
	}
	return false
}

// expects reports whether the path's own parameter is of the form that the contract gives it.
func (route *Route) expects(item string) bool {
	if route.item == nil {
		return true
	}
	_, ok := route.item(item)
	return ok
}

// Bare is the key before anything is known of the query or the body.
func (route *Route) Bare(item string) timeslot.FragmentKey {
	key := timeslot.FragmentKey{Operation: route.Operation, Version: route.version, Exact: true, Post: route.Post}
	if route.item != nil {
		item, _ := route.item(item)
		setItem(&key, item)
	}
	return key
}

// Key is the key of a query, for a domain (docs/dexcare.md §13), which may be empty.
func (route *Route) Key(item, domain string, values url.Values) (key timeslot.FragmentKey, brackets []string, why Oddity) {
	key = route.Bare(item)
	kept, brackets, why := canonicalQuery(values, route.listed)
	if why == "" && domain != "" && !domainGrammar.MatchString(domain) {
		why = OddValue
	}
	if why != "" {
		return key, nil, why
	}
	key.Domain, key.Params = domain, timeslot.EncodeParams(kept)
	if domain != "" {
		return key, brackets, ""
	}
	return shared(key, kept), brackets, ""
}

// setItem puts the path's own parameter where the operation has it.
func setItem(key *timeslot.FragmentKey, item string) {
	switch key.Operation {
	case timeslot.OpDepartmentInfo, timeslot.OpDepartmentTimeslots:
		key.Department = item
	case timeslot.OpProviderInfo, timeslot.OpProviderTimeslots:
		key.NPI = item
	default:
		key.Item = item
	}
}

// shared turns a read that a search makes in the same words into the search's own key, so that both use one fragment.
func shared(key timeslot.FragmentKey, kept url.Values) timeslot.FragmentKey {
	switch {
	case key.Operation == timeslot.OpDepartmentTimeslots && len(kept) == 1:
		return timeslot.FragmentKey{Operation: key.Operation, Version: key.Version, Department: key.Department, VisitType: kept.Get("visitTypeName")}
	case len(kept) > 0 || strings.Contains(key.NPI+key.Department, "|"):
		return key
	case key.Operation == timeslot.OpDepartments, key.Operation == timeslot.OpDepartmentInfo, key.Operation == timeslot.OpProviderInfo:
		key.Exact = false
	}
	return key
}

// StatusOf is the status that upstream gave with a fragment.
func StatusOf(f *timeslot.Fragment) int {
	if f.NotFound {
		return http.StatusNotFound
	}
	if len(f.Body) == 0 { // upstream had nothing to say, and said so
		return http.StatusNoContent
	}
	return http.StatusOK
}

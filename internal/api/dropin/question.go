package dropin

import (
	"net/http"
	"net/url"
	"strings"

	"timeslots/internal/timeslot"
)

// Takes reports whether the path's own parameter, where the route has one, is of its form.
func (route *Route) Takes(item string) bool {
	if route.item == nil {
		return true
	}
	_, ok := route.item(item)
	return ok
}

// Question is what a request asks.
type Question struct {
	Key      timeslot.FragmentKey // from what the contract lists alone
	Body     []byte               // of a POST, as it came
	Context  string               // the searchContext to replay; empty: none
	Personal bool                 // it holds a patient (docs/dexcare.md §6.5), and has no key
}

// RefusedError says what is wrong with a request, in words for its client.
type RefusedError struct{ Detail string }

func (e RefusedError) Error() string { return e.Detail }

// Read reads what a request asks of the route, with the path's own parameter. Its errors are [RefusedError] and
// [ErrBodyTooLarge].
func (route *Route) Read(r *http.Request, item string) (q Question, err error) {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return q, RefusedError{"the query string is not well-formed"}
	}
	refusal := ""
	if route.Post {
		q.Key = route.bareKey(item)
		refusal, err = route.body.read(r, &q)
	} else {
		q.Key, refusal = route.Key(item, values)
	}
	if err == nil && refusal != "" {
		err = RefusedError{refusal}
	}
	return q, err
}

// bareKey is the key before anything is known of the query or the body.
func (route *Route) bareKey(item string) timeslot.FragmentKey {
	key := timeslot.FragmentKey{Operation: route.Operation, Version: route.version, Exact: true, Post: route.Post}
	if route.item != nil {
		item, _ := route.item(item)
		setItem(&key, item)
	}
	return key
}

// Key is the key of a GET.
func (route *Route) Key(item string, values url.Values) (_ timeslot.FragmentKey, refusal string) {
	key := route.bareKey(item)
	kept, wrong := canonicalQuery(values, route.listed)
	if wrong != "" {
		return key, wrong + " has a wrong form"
	}
	if route.check != nil {
		refusal = route.check(kept)
	}
	key.Params = kept.Encode()
	return shared(key, kept), refusal
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

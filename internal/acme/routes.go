package acme

import (
	"net/http"
	"net/url"
	"strings"
)

// operation is what counters and faults know a call by, who may call it, and how it fails.
type operation struct {
	name   string
	groups []string
	access access
	fail   func(status int, message string) answer
}

// access is what a caller has to show (CONTRACT §1.2).
type access int

const (
	public         access = iota
	slotsKey              // 401 without
	careOptionsKey        // 403 without
	patientToken          // 401 without, 403 for another class of token
)

// route is one method and path of an operation. A pattern's "*" is one argument.
type route struct {
	op      *operation
	method  string
	pattern []string
	handle  func(*Tenant, *request) answer
}

// operations lists all of them; the package comment documents the names.
func operations() map[string]*operation {
	all := map[string]*operation{}
	add := func(access access, fail func(int, string) answer, groups []string, names ...string) {
		for _, name := range names {
			all[name] = &operation{name, groups, access, fail}
		}
	}
	add(public, messageAndStatus, []string{"directory"},
		"departments", "department-info", "providers", "provider-info", "max-lookahead")
	add(public, messageAndStatus, []string{"care-direct"}, "department-timeslots")
	add(public, messageAndStatus, []string{"provider-timeslots", "provider-direct"}, "provider-timeslots-v4")
	add(slotsKey, singleProviderError, []string{"provider-timeslots", "provider-direct"}, "provider-timeslots-v5")
	add(slotsKey, slotsError, []string{"provider-direct"}, "slots-search")
	add(careOptionsKey, careOptionsError, []string{"care-options"}, "availability-slots")
	add(slotsKey, slotsError, []string{"events"}, "slot-taken", "slot-released")
	add(patientToken, plainError, []string{"booking"},
		"retail-booking", "provider-booking", "own-visits", "cancel-visit")
	return all
}

func routes() []route {
	ops := operations()
	var table []route
	add := func(name, method, pattern string, handle func(*Tenant, *request) answer) {
		table = append(table, route{ops[name], method, strings.Split(pattern, "/"), handle})
	}
	const get, post = http.MethodGet, http.MethodPost
	add("departments", get, "/v1/departments", (*Tenant).departmentsV1)
	add("departments", get, "/v4/departments", (*Tenant).departmentsV4)
	add("department-info", get, "/v1/departments/*", (*Tenant).departmentInfoV1)
	add("department-info", get, "/v4/departments/*/departmentInfo", (*Tenant).departmentInfoV4)
	add("department-timeslots", get, "/v1/departments/*/timeslots", (*Tenant).departmentTimeslots)
	add("department-timeslots", get, "/v2/departments/*/timeslots", (*Tenant).departmentTimeslots)
	add("providers", get, "/v1/providers", (*Tenant).providers)
	add("provider-info", get, "/v1/providers/*", (*Tenant).providerInfo)
	add("max-lookahead", get, "/v2/lookups/maxLookaheadDays", (*Tenant).maxLookaheadDays)
	add("provider-timeslots-v4", get, "/v4/providers/*/timeslots", (*Tenant).providerTimeslotsV4)
	add("provider-timeslots-v5", get, "/v5/providers/*/timeslots", (*Tenant).providerTimeslotsV5)
	add("slots-search", post, "/v5/slots/search", (*Tenant).slotsSearch)
	add("slot-taken", post, "/v5/slots/slot-taken", (*Tenant).slotTaken)
	add("slot-released", post, "/v5/slots/slot-released", (*Tenant).slotReleased)
	add("availability-slots", get, "/v1/availability/slots", (*Tenant).availabilitySlots)
	add("retail-booking", post, "/api/6/visits/retail", (*Tenant).retailBooking)
	add("provider-booking", post, "/api/7/visits/providerbooking", (*Tenant).providerBooking)
	add("own-visits", get, "/api/6/visits/retail/self", (*Tenant).ownVisits)
	add("cancel-visit", post, "/api/6/visits/retail/cancel/*", (*Tenant).cancelVisit)
	return table
}

// match finds the route of a call and its arguments, unescaped: an escaped slash or pipe stays inside its argument.
func match(table []route, method, escapedPath string) (*route, []string) {
	segments := strings.Split(escapedPath, "/")
next:
	for i := range table {
		rt := &table[i]
		if rt.method != method || len(rt.pattern) != len(segments) {
			continue
		}
		var args []string
		for j, want := range rt.pattern {
			got, err := url.PathUnescape(segments[j])
			switch {
			case err != nil || got == "" && j > 0:
				continue next
			case want == "*":
				args = append(args, got)
			case want != got:
				continue next
			}
		}
		return rt, args
	}
	return nil, nil
}

// admit checks the key or token that an operation wants. A refusal comes with ok false.
func (t *Tenant) admit(q *request, op *operation) (refusal answer, ok bool) {
	key := q.Header.Get("X-Api-Key")
	switch op.access {
	case slotsKey:
		return op.fail(http.StatusUnauthorized, "API key is not valid"), key == t.options.Keys.Slots
	case careOptionsKey:
		return op.fail(http.StatusForbidden, "Forbidden"), key == t.options.Keys.CareOptions
	case patientToken:
		token := q.token()
		if strings.HasPrefix(token, "staff") {
			return op.fail(http.StatusForbidden, "Forbidden"), false
		}
		return op.fail(http.StatusUnauthorized, "Unauthorized"), token != ""
	default:
		return answer{}, true
	}
}

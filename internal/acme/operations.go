package acme

import (
	"net/http"
	"strings"
)

// operation is what counters and faults know a call by, who may call it, and how it fails.
type operation struct {
	name   string
	groups []string
	access access
	fail   func(status int, message string) answer
}

// access is what a caller has to show (docs/dexcare.md §1.2).
type access int

const (
	public         access = iota
	slotsKey              // 401 without
	careOptionsKey        // 403 without
	bookingKey            // 401 without
	patientToken          // 401 without, 403 for another class of token
	staffToken            // the same
	reportingKey          // 403 without
)

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
	add(public, plainError, []string{"directory"}, "suffixes", "cancel-reasons")
	add(public, messageAndStatus, []string{"care-direct"}, "department-timeslots")
	add(public, messageAndStatus, []string{"provider-timeslots", "provider-direct"}, "provider-timeslots-v4")
	add(slotsKey, singleProviderError, []string{"provider-timeslots", "provider-direct"}, "provider-timeslots-v5")
	add(slotsKey, slotsError, []string{"provider-direct"}, "slots-search")
	add(careOptionsKey, careOptionsError, []string{"care-options"},
		"availability-slots", "availability-slots-post", "availability-providers")
	add(slotsKey, slotsError, []string{"events"}, "slot-taken", "slot-released")
	add(patientToken, plainError, []string{"booking"},
		"retail-booking", "provider-booking", "own-visits", "cancel-visit")
	add(bookingKey, guestError, []string{"booking"}, "queued-guest-visit")
	add(patientToken, visitError, []string{"booking"}, "create-visit")
	add(public, plainError, []string{"virtual-care"}, "wait-times", "region-wait-times")
	add(public, plainError, []string{"virtual-care", "directory"}, "assignment-qualifiers", "modalities")
	add(patientToken, waitTimeError, []string{"virtual-care"}, "visit-wait-time")
	add(patientToken, bareStatus, []string{"virtual-care"}, "accept-terms")
	add(staffToken, bareStatus, []string{"virtual-care"}, "visit-summary")
	add(public, bareStatus, []string{"virtual-care"}, "tokbox-events")
	add(patientToken, plainError, []string{"patient"},
		"patient-self", "patient-by-token", "patient-find-self", "patient-find-other", "patient-delete")
	add(public, bareStatus, []string{"scheduling"}, "hand-off")
	add(reportingKey, messageOnly, []string{"reporting"},
		"report-start", "report-status", "report-download", "provider-histories")
	return all
}

// admit checks the key or token that an operation wants. A refusal comes with ok false.
func (t *Tenant) admit(q *request, op *operation) (refusal answer, ok bool) {
	key := q.Header.Get("X-Api-Key")
	switch op.access {
	case slotsKey:
		return op.fail(http.StatusUnauthorized, "API key is not valid"), key == t.options.Keys.Slots
	case careOptionsKey:
		return op.fail(http.StatusForbidden, "Forbidden"), key == t.options.Keys.CareOptions
	case bookingKey:
		return op.fail(http.StatusUnauthorized, "Unauthorized"), key == t.options.Keys.Booking
	case patientToken:
		return admitToken(q, op, false)
	case staffToken:
		return admitToken(q, op, true)
	case reportingKey:
		return op.fail(http.StatusForbidden, "Forbidden"), q.credentials("dc-token") == t.options.Keys.Reporting
	default:
		return answer{}, true
	}
}

// admitToken wants a bearer token of the right class: staff's begin with "staff", all others are patients'.
func admitToken(q *request, op *operation, staff bool) (refusal answer, ok bool) {
	token := q.token()
	if token != "" && strings.HasPrefix(token, "staff") != staff {
		return op.fail(http.StatusForbidden, "Forbidden"), false
	}
	return op.fail(http.StatusUnauthorized, "Unauthorized"), token != ""
}

package acme

import (
	"net/http"
	"strings"
)

// admit checks the key or token that a route wants. A refusal comes with ok false.
func (t *Tenant) admit(q *request, rt *route) (refusal answer, ok bool) {
	key := q.Header.Get("X-Api-Key")
	switch rt.access {
	case slotsKey:
		return rt.fail(http.StatusUnauthorized, "API key is not valid"), key == t.options.Keys.Slots
	case careOptionsKey:
		return rt.fail(http.StatusForbidden, "Forbidden"), key == t.options.Keys.CareOptions
	case bookingKey:
		return rt.fail(http.StatusUnauthorized, "Unauthorized"), key == t.options.Keys.Booking
	case patientToken:
		return admitToken(q, rt, false)
	case staffToken:
		return admitToken(q, rt, true)
	case reportingKey:
		return rt.fail(http.StatusForbidden, "Forbidden"), q.credentials("dc-token") == t.options.Keys.Reporting
	default:
		return answer{}, true
	}
}

// admitToken wants a bearer token of the right class: staff's begin with "staff", all others are patients'.
func admitToken(q *request, rt *route, staff bool) (refusal answer, ok bool) {
	token := q.token()
	if token != "" && strings.HasPrefix(token, "staff") != staff {
		return rt.fail(http.StatusForbidden, "Forbidden"), false
	}
	return rt.fail(http.StatusUnauthorized, "Unauthorized"), token != ""
}

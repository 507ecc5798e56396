package acme

import (
	"net/http"
	"strings"

	"timeslots/internal/acme/wire"
)

// admit checks the key or token that a route wants. A refusal comes with ok false.
func (t *Tenant) admit(q *wire.Request, rt *wire.Route) (refusal wire.Answer, ok bool) {
	key := q.Header.Get("X-Api-Key")
	switch rt.Access {
	case wire.SlotsKey:
		return rt.Fail(http.StatusUnauthorized, "API key is not valid"), key == t.options.Keys.Slots
	case wire.CareOptionsKey:
		return rt.Fail(http.StatusForbidden, "Forbidden"), key == t.options.Keys.CareOptions
	case wire.BookingKey:
		return rt.Fail(http.StatusUnauthorized, "Unauthorized"), key == t.options.Keys.Booking
	case wire.PatientToken:
		return admitToken(q, rt, false)
	case wire.StaffToken:
		return admitToken(q, rt, true)
	case wire.ReportingKey:
		return rt.Fail(http.StatusForbidden, "Forbidden"), q.Credentials("dc-token") == t.options.Keys.Reporting
	default:
		return wire.Answer{}, true
	}
}

// admitToken wants a bearer token of the right class: staff's begin with "staff", all others are patients'.
func admitToken(q *wire.Request, rt *wire.Route, staff bool) (refusal wire.Answer, ok bool) {
	token := q.Token()
	if token != "" && strings.HasPrefix(token, "staff") != staff {
		return rt.Fail(http.StatusForbidden, "Forbidden"), false
	}
	return rt.Fail(http.StatusUnauthorized, "Unauthorized"), token != ""
}

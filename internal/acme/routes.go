package acme

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"timeslots/internal/acme/wire"
)

// callNames are all names under which calls are counted and faults placed: operations, groups, and "*" for all.
func callNames(routes []wire.Route) []string {
	set := map[string]bool{"*": true}
	for _, rt := range routes {
		set[rt.Name] = true
		for _, group := range rt.Groups {
			set[group] = true
		}
	}
	return slices.Sorted(maps.Keys(set))
}

// match finds the route of a call and its arguments, unescaped: an escaped slash or pipe stays inside its argument.
func match(table []wire.Route, on wire.Base, method, escapedPath string) (*wire.Route, []string) {
	segments := strings.Split(escapedPath, "/")
	for i := range table {
		rt := &table[i]
		if rt.Method != method || rt.On&on == 0 || len(rt.Pattern) != len(segments) {
			continue
		}
		if args, ok := arguments(rt.Pattern, segments); ok {
			return rt, args
		}
	}
	return nil, nil
}

func arguments(pattern, segments []string) (args []string, ok bool) {
	for i, want := range pattern {
		got, err := url.PathUnescape(segments[i])
		switch {
		case err != nil || got == "" && i > 0:
			return nil, false
		case want == "*":
			args = append(args, got)
		case want != got:
			return nil, false
		}
	}
	return args, true
}

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

package wire

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"timeslots/internal/acme/form"
)

// Surface is what its routes have in common.
type Surface struct {
	On     Base
	Access Access
	Fail   func(status int, message string) Answer // the body of its errors
	Groups []string                                // under which calls are counted and faults placed
}

// Base is one of a tenant's base URLs, or several (docs/dexcare.md §1.1).
type Base int

// The bases.
const (
	PublicBase Base = 1 << iota
	IngressBase
	VisitBase
	SchedulingBase // the browser's hand-off page

	EveryBase = PublicBase | IngressBase | VisitBase | SchedulingBase
)

// Access is what a caller has to show (docs/dexcare.md §1.2).
type Access int

// What there is to show.
const (
	Public         Access = iota
	SlotsKey              // 401 without
	CareOptionsKey        // 403 without
	BookingKey            // 401 without
	PatientToken          // 401 without, 403 for another class of token
	AnyToken              // a patient's or staff's: 401 without
	ReportingKey          // 403 without
)

// Route is one method and path of an operation. A pattern's "*" is one argument.
type Route struct {
	Surface
	Name     string // of the operation
	Method   string
	Pattern  []string
	Handle   func(*Request) Answer
	BodyForm *form.Form // of the body, if it is checked
}

// NewSurface is a surface that all its routes share.
func NewSurface(on Base, access Access, fail func(int, string) Answer, groups ...string) Surface {
	return Surface{on, access, fail, groups}
}

// Route is one of the surface's, its call as "METHOD /path".
func (s Surface) Route(name, call string, handle func(*Request) Answer) Route {
	method, path, _ := strings.Cut(call, " ")
	return Route{Surface: s, Name: name, Method: method, Pattern: strings.Split(path, "/"), Handle: handle}
}

// WithBody is the route with a form for its body, which the operation reads itself.
func (rt Route) WithBody(f *form.Form) Route {
	rt.BodyForm = f
	return rt
}

// Posted is the route with an operation that is given the decoded body. One without the form is answered with 400.
func Posted[Body any](rt Route, f *form.Form, handle func(*Request, Body) Answer) Route {
	rt.BodyForm = f
	rt.Handle = func(q *Request) Answer {
		var body Body
		if wrong := f.Read(q.Payload, &body); wrong != nil {
			return rt.Fail(http.StatusBadRequest, wrong.Error())
		}
		return handle(q, body)
	}
	return rt
}

// Checked is the route with a body that must have the form, whatever the operation makes of it.
func (rt Route) Checked(f *form.Form) Route {
	handle := rt.Handle
	return Posted(rt, f, func(q *Request, _ json.RawMessage) Answer { return handle(q) })
}

// Strict is the route that refuses every parameter of the query but product, and a body for which it has no form.
func (rt Route) Strict() Route {
	handle := rt.Handle
	rt.Handle = func(q *Request) Answer {
		for _, name := range slices.Sorted(maps.Keys(q.Query)) {
			if name != "product" {
				return rt.Fail(http.StatusBadRequest, fmt.Sprintf("Unknown query parameter '%s'", name))
			}
		}
		if rt.BodyForm == nil && len(q.Payload) > 0 {
			return rt.Fail(http.StatusBadRequest, "request body must be empty")
		}
		return handle(q)
	}
	return rt
}

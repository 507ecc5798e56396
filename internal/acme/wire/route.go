package wire

import (
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
	StaffToken            // the same
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

// WithBody is the route with a form for its body.
func (rt Route) WithBody(f *form.Form) Route {
	rt.BodyForm = f
	return rt
}

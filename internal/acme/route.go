package acme

import "strings"

// surface is what its routes have in common.
type surface struct {
	on     base
	access access
	fail   func(status int, message string) answer // the body of its errors
	groups []string                                // under which calls are counted and faults placed
}

// base is one of a tenant's base URLs, or several (docs/dexcare.md §1.1).
type base int

const (
	publicBase base = 1 << iota
	ingressBase
	visitBase
	schedulingBase // the browser's hand-off page

	everyBase = publicBase | ingressBase | visitBase | schedulingBase
)

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

// route is one method and path of an operation. A pattern's "*" is one argument.
type route struct {
	surface
	name    string // of the operation
	method  string
	pattern []string
	handle  func(*request) answer
	form    *form // of the body, if it is checked
}

func newSurface(on base, access access, fail func(int, string) answer, groups ...string) surface {
	return surface{on, access, fail, groups}
}

// route is one of the surface's, its call as "METHOD /path".
func (s surface) route(name, call string, handle func(*request) answer) route {
	method, path, _ := strings.Cut(call, " ")
	return route{surface: s, name: name, method: method, pattern: strings.Split(path, "/"), handle: handle}
}

// reading is the route with a form for its body.
func (rt route) reading(f *form) route {
	rt.form = f
	return rt
}

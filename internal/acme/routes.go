package acme

import (
	"net/url"
	"strings"
)

// base is one of a tenant's base URLs, or several (docs/dexcare.md §1.1).
type base int

const (
	publicBase base = 1 << iota
	ingressBase
	visitBase
	schedulingBase // the browser's hand-off page

	everyBase = publicBase | ingressBase | visitBase | schedulingBase
)

// route is one method and path of an operation. A pattern's "*" is one argument.
type route struct {
	op      *operation
	on      base
	method  string
	pattern []string
	handle  func(*Tenant, *request) answer
}

// routeTable is the routes while they are written down.
type routeTable struct {
	ops    map[string]*operation
	on     base
	routes []route
}

// add takes a route as "METHOD /path".
func (rt *routeTable) add(name, call string, handle func(*Tenant, *request) answer) {
	method, path, _ := strings.Cut(call, " ")
	rt.routes = append(rt.routes, route{rt.ops[name], rt.on, method, strings.Split(path, "/"), handle})
}

func routes() []route {
	table := &routeTable{ops: operations()}
	table.publicRoutes()
	table.ingressRoutes()
	table.visitRoutes()
	table.on = schedulingBase
	table.add("hand-off", "GET /retail", (*Tenant).handOff)
	return table.routes
}

func (rt *routeTable) publicRoutes() {
	rt.on = publicBase
	rt.add("departments", "GET /v1/departments", (*Tenant).departmentsV1)
	rt.add("departments", "GET /v4/departments", (*Tenant).departmentsV4)
	rt.add("department-info", "GET /v1/departments/*", (*Tenant).departmentInfoV1)
	rt.add("department-info", "GET /v4/departments/*/departmentInfo", (*Tenant).departmentInfoV4)
	rt.add("department-timeslots", "GET /v1/departments/*/timeslots", (*Tenant).departmentTimeslots)
	rt.add("department-timeslots", "GET /v2/departments/*/timeslots", (*Tenant).departmentTimeslots)
	rt.add("providers", "GET /v1/providers", (*Tenant).providers)
	rt.add("provider-info", "GET /v1/providers/*", (*Tenant).providerInfo)
	rt.add("provider-timeslots-v4", "GET /v4/providers/*/timeslots", (*Tenant).providerTimeslotsV4)
	rt.add("max-lookahead", "GET /v2/lookups/maxLookaheadDays", (*Tenant).maxLookaheadDays)
	rt.add("suffixes", "GET /v1/suffixes", (*Tenant).suffixes)
	rt.add("patient-self", "GET /v1/patient", (*Tenant).patient)
	rt.add("patient-by-token", "GET /v1/emr/patient/getByToken", (*Tenant).patient)
	rt.add("patient-find-self", "POST /v1/patient/self", (*Tenant).findSelf)
	rt.add("patient-find-other", "POST /v1/patient/other", (*Tenant).findOther)
	rt.add("patient-delete", "DELETE /v1/patient/deletePatientAccount", (*Tenant).deletePatient)
}

// ingressRoutes are those of the ingress; Care Options is on the public base as well.
func (rt *routeTable) ingressRoutes() {
	rt.on = ingressBase
	rt.add("provider-timeslots-v5", "GET /v5/providers/*/timeslots", (*Tenant).providerTimeslotsV5)
	rt.add("slots-search", "POST /v5/slots/search", (*Tenant).slotsSearch)
	rt.add("slot-taken", "POST /v5/slots/slot-taken", (*Tenant).slotTaken)
	rt.add("slot-released", "POST /v5/slots/slot-released", (*Tenant).slotReleased)
	rt.add("queued-guest-visit", "POST /v1/booking/queued-guest-visit", (*Tenant).queuedGuestVisit)
	rt.on = ingressBase | publicBase
	rt.add("availability-slots", "GET /v1/availability/slots", (*Tenant).availabilitySlots)
	rt.add("availability-slots-post", "POST /v1/availability/slots", (*Tenant).postedSlots)
	rt.add("availability-providers", "POST /v1/availability/providers", (*Tenant).availabilityProviders)
}

func (rt *routeTable) visitRoutes() {
	rt.on = visitBase
	rt.add("retail-booking", "POST /api/6/visits/retail", (*Tenant).retailBooking)
	rt.add("own-visits", "GET /api/6/visits/retail/self", (*Tenant).ownVisits)
	rt.add("cancel-visit", "POST /api/6/visits/retail/cancel/*", (*Tenant).cancelVisit)
	rt.add("provider-booking", "POST /api/7/visits/providerbooking", (*Tenant).providerBooking)
	rt.add("cancel-reasons", "GET /api/7/visits/retail/cancel/reasons/*", (*Tenant).cancelReasons)
	rt.add("create-visit", "POST /api/9/visits", (*Tenant).createVisit)
	rt.add("visit-wait-time", "GET /api/9/visits/*/waittime", (*Tenant).visitWaitTime)
	rt.add("accept-terms", "PUT /api/9/visits/*/acceptTerms", (*Tenant).acceptTerms)
	rt.add("visit-summary", "GET /api/9/visits/*/summary", (*Tenant).visitSummary)
	rt.add("wait-times", "GET /api/9/regions/waittimes", (*Tenant).waitTimes)
	rt.add("region-wait-times", "GET /api/9/regions/*/waittimes", (*Tenant).waitTimes)
	rt.add("assignment-qualifiers", "GET /api/9/assignmentqualifiers", (*Tenant).assignmentQualifiers)
	rt.add("modalities", "GET /api/9/modalities", (*Tenant).modalities)
	rt.add("tokbox-events", "POST /api/9/tokbox-events", (*Tenant).tokboxEvents)
	rt.add("report-start", "POST /api/8/reporting/allvisitsreport", (*Tenant).startReport)
	rt.add("report-status", "GET /api/8/reporting/allvisitsreport/*", (*Tenant).reportStatus)
	rt.add("report-download", "GET /api/8/reporting/allvisitsreport/*/download", (*Tenant).downloadReport)
	rt.add("provider-histories", "GET /v1/reporting/providerhistories", (*Tenant).providerHistories)
}

// match finds the route of a call and its arguments, unescaped: an escaped slash or pipe stays inside its argument.
func match(table []route, on base, method, escapedPath string) (*route, []string) {
	segments := strings.Split(escapedPath, "/")
	for i := range table {
		rt := &table[i]
		if rt.method != method || rt.on&on == 0 || len(rt.pattern) != len(segments) {
			continue
		}
		if args, ok := rt.arguments(segments); ok {
			return rt, args
		}
	}
	return nil, nil
}

func (rt *route) arguments(segments []string) (args []string, ok bool) {
	for i, want := range rt.pattern {
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

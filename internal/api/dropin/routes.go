package dropin

import (
	"net/http"
	"slices"
	"sync"

	"timeslots/internal/api/query"
	"timeslots/internal/booking"
	"timeslots/internal/timeslot"
)

// Route is one cached read of docs/interface.md §3.3: where it is, and what the cache knows how to ask it.
type Route struct {
	Post      bool
	Path      string // below /dexcare; ":item" is its own parameter
	Operation timeslot.Operation
	Base      booking.Base // and the key that goes there, for what cannot be cached
	APIKey    booking.Key

	version uint8
	item    func(string) (string, bool) // of the path; nil: it has none
	listed  map[string]reader           // of the query
	body    bodyRule                    // of a POST
}

// Methods are those that the route takes.
func (r *Route) Methods() []string {
	if r.Post {
		return []string{http.MethodPost}
	}
	return []string{http.MethodGet, http.MethodHead}
}

// Routes lists every cached read. Positions keep so many decimals of a degree.
func Routes(decimals int) []*Route {
	return slices.Concat(
		at(booking.Public, booking.SlotsKey, directoryRoutes()),
		at(booking.Public, booking.SlotsKey, settingsRoutes()),
		at(booking.Ingress, booking.SlotsKey, slotsRoutes()),
		at(booking.Ingress, booking.CareOptionsKey, optionsRoutes(decimals)),
		at(booking.Visit, booking.BookingKey, visitRoutes()))
}

// Calls are the methods and patterns of all of them.
func Calls() (calls []string) {
	for _, route := range Routes(0) {
		for _, method := range route.Methods() {
			calls = append(calls, method+" "+route.Path)
		}
	}
	return calls
}

// at says where a group of routes is, and which key goes there.
func at(base booking.Base, key booking.Key, routes []*Route) []*Route {
	for _, route := range routes {
		route.Base, route.APIKey = base, key
	}
	return routes
}

// Departments is the route that lists all departments with their addresses, in version 4.
var Departments = sync.OnceValue(func() *Route {
	routes := directoryRoutes()
	return routes[slices.IndexFunc(routes, func(r *Route) bool { return r.Path == "/v4/departments" })]
})

// directoryRoutes are clinics and clinicians, and the times of each. Version 1 of a department is what older apps ask.
func directoryRoutes() []*Route {
	departments := map[string]reader{"brand": one(aName), "clinicType": one(aName), "onlyActive": one(boolean)}
	info := map[string]reader{"withProviders": one(boolean), "byId": one(boolean)}
	timeslots := map[string]reader{"visitTypeName": one(aName)}
	return []*Route{
		{Path: "/v1/departments", Operation: timeslot.OpDepartments, version: 1, listed: departments},
		{Path: "/v4/departments", Operation: timeslot.OpDepartments, version: 4, listed: departments},
		{Path: "/v1/departments/:item", Operation: timeslot.OpDepartmentInfo, version: 1, item: departmentItem, listed: info},
		{Path: "/v4/departments/:item/departmentInfo", Operation: timeslot.OpDepartmentInfo, version: 4, item: departmentItem, listed: info},
		{Path: "/v1/departments/:item/timeslots", Operation: timeslot.OpDepartmentTimeslots, version: 1, item: matching(query.URLName), listed: timeslots},
		{Path: "/v2/departments/:item/timeslots", Operation: timeslot.OpDepartmentTimeslots, version: 2, item: matching(query.URLName), listed: timeslots},
		{
			Path: "/v1/providers", Operation: timeslot.OpProviders, version: 1,
			listed: map[string]reader{"excludeInactive": one(boolean), "acceptingNewPatients": one(boolean)},
		},
		{Path: "/v1/providers/:item", Operation: timeslot.OpProviderInfo, version: 1, item: providerItem},
		{
			Path: "/v4/providers/:item/timeslots", Operation: timeslot.OpProviderTimeslots, version: 4, item: anNPI,
			listed: map[string]reader{
				"visitType": one(aName), "startDate": one(day), "endDate": one(day),
				"departmentId": one(aName), "ehrSystemName": one(aName),
			},
		},
	}
}

// settingsRoutes are what apps ask at their start (docs/dexcare.md §13).
func settingsRoutes() []*Route {
	return []*Route{
		{Path: "/v1/suffixes", Operation: timeslot.OpSuffixes, version: 1},
		{Path: "/v1/validationConfigs", Operation: timeslot.OpValidation, version: 1},
		{Path: "/v1/statuspage", Operation: timeslot.OpStatusPage, version: 1},
		{Path: "/v2/blisseyconfigs", Operation: timeslot.OpVisitSettings, version: 2},
		{
			Path: "/v2/lookups/maxLookaheadDays", Operation: timeslot.OpMaxLookahead, version: 2,
			listed: map[string]reader{"visitTypeName": one(aName), "epicInstanceName": one(aName)},
		},
	}
}

// departmentItem is a URL name or a composite identifier.
func departmentItem(v string) (string, bool) {
	return v, query.URLName.MatchString(v) || compositeGrammar.MatchString(v)
}

// providerItem is an NPI or "<ehr>|<npi>".
func providerItem(v string) (string, bool) {
	_, npi, composite := timeslot.SplitDepartmentKey(v)
	return v, query.NPI.MatchString(v) || composite && compositeGrammar.MatchString(v) && query.NPI.MatchString(npi)
}

// slotsRoutes are docs/dexcare.md §5.3 and §5.4.
func slotsRoutes() []*Route {
	return []*Route{
		{
			Path: "/v5/providers/:item/timeslots", Operation: timeslot.OpProviderTimeslots, version: 5, item: anNPI,
			listed: map[string]reader{
				"startDate": one(moment), "endDate": one(moment), "daysOfSlots": one(whole(1, 100_000)),
				"visitTypeName": many(aName), "visitTypeEmrId": many(aName), "newOrEstablishedPatient": one(patient),
				"departmentEmrId": one(aName), "departmentEmrSystemId": one(aName), "departmentUrlName": one(matching(query.URLName)),
			},
		},
		{Post: true, Path: "/v5/slots/search", Operation: timeslot.OpSlotsSearch, version: 5, body: slotsSearchBody},
	}
}

// optionsRoutes are docs/dexcare.md §6.1 to §6.3.
func optionsRoutes(decimals int) []*Route {
	return []*Route{
		{
			Path: "/v1/availability/slots", Operation: timeslot.OpAvailabilitySlots, version: 1,
			listed: map[string]reader{
				"daysOfSlots": one(whole(1, 100_000)), "latitude": one(degrees(90, decimals)), "longitude": one(degrees(180, decimals)),
				"postalCode": one(matching(query.PostalCode)), "radius": one(whole(1, timeslot.MaxRadius)),
				"departmentEmrIds": commas(aName), "ehrInstances": commas(aName), "clinicTypes": commas(folded(nameGrammar)),
				"visitTypeNames": commas(folded(nameGrammar)), "npis": commas(anNPI), "npi": many(anNPI),
				"specialty": one(aName), "gender": one(folded(nameGrammar)), "newOrEstablishedPatient": one(patient),
				"startDate": one(day), "endDate": one(day), "userTimezone": one(ianaZone),
			},
		},
		{Post: true, Path: "/v1/availability/slots", Operation: timeslot.OpAvailabilitySlots, version: 1, body: optionsBody(decimals)},
		{Post: true, Path: "/v1/availability/providers", Operation: timeslot.OpAvailabilityProviders, version: 1, body: optionsBody(decimals)},
	}
}

// visitRoutes are docs/dexcare.md §7.7 and §7.9. The order of lists may be that of the answer.
func visitRoutes() []*Route {
	waits := func() map[string]reader {
		return map[string]reader{
			"assignmentQualifiers": ordered(aName), "visitTypeNames": ordered(aName), "practiceId": one(aName), "homeMarket": one(aName),
			"includeSpecialties": one(boolean),
		}
	}
	all := waits()
	all["regionCodes"] = ordered(aName)
	archived := map[string]reader{"archived": one(boolean)}
	return []*Route{
		{Path: "/api/7/visits/retail/cancel/reasons/:item", Operation: timeslot.OpCancelReasons, version: 7, item: aSegment},
		{Path: "/api/v2/brand/:item/insuranceissuers", Operation: timeslot.OpInsurers, version: 2, item: aSegment},
		{Path: "/api/9/practices/:item", Operation: timeslot.OpPractice, version: 9, item: aSegment},
		{Path: "/api/9/regions/waittimes", Operation: timeslot.OpRegionWaitTimes, version: 9, listed: all},
		{Path: "/api/9/regions/:item/waittimes", Operation: timeslot.OpRegionWaitTimes, version: 9, item: aSegment, listed: waits()},
		{Path: "/api/9/assignmentqualifiers", Operation: timeslot.OpAssignmentQualifiers, version: 9, listed: archived},
		{Path: "/api/9/modalities", Operation: timeslot.OpModalities, version: 9, listed: archived},
	}
}

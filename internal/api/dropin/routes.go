package dropin

import (
	"net/http"
	"net/url"
	"slices"
	"sync"

	"timeslots/internal/api/query"
	"timeslots/internal/booking"
	"timeslots/internal/timeslot"
)

// Route is one cached read of docs/interface.md §3.3: where it is, what it may be asked, and how it says no.
type Route struct {
	Post      bool
	Path      string // below /dexcare; ":item" is its own parameter
	Operation timeslot.Operation
	Base      booking.Base // and the key that goes there, for what cannot be cached
	APIKey    booking.Key
	Refusal   func(detail string) any // the surface's own 400 body (docs/dexcare.md §1.6)

	version uint8
	item    func(string) (string, bool) // of the path; nil: it has none
	listed  map[string]reader           // of the query
	check   func(url.Values) string     // rules between parameters: what is wrong, empty when nothing is
	body    *bodyRule                   // of a POST
}

// Methods are those that the route takes.
func (r *Route) Methods() []string {
	if r.Post {
		return []string{http.MethodPost}
	}
	return []string{http.MethodGet, http.MethodHead}
}

// The surfaces' own error bodies.
func slotsRefusal(detail string) any {
	return struct {
		ErrorCode int    `json:"errorCode"`
		Message   string `json:"message"`
	}{500201, detail}
}

func optionsRefusal(detail string) any {
	return struct {
		Message   string `json:"message"`
		ErrorCode int    `json:"errorCode"`
	}{detail, 40001}
}

func plainRefusal(detail string) any {
	return struct {
		Error string `json:"error"`
	}{detail}
}

// Routes lists every cached read. Positions keep so many decimals of a degree.
func Routes(decimals int) []*Route {
	routes := append(directoryRoutes(), providerRoutes()...)
	routes = append(routes, optionsRoutes(decimals)...)
	return append(routes, visitRoutes()...)
}

// Departments is the route that lists all departments with their addresses, in version 4.
var Departments = sync.OnceValue(func() *Route {
	routes := directoryRoutes()
	return routes[slices.IndexFunc(routes, func(r *Route) bool { return r.Path == "/v4/departments" })]
})

func directoryRoutes() []*Route {
	departments := map[string]reader{"brand": one(aName), "clinicType": one(aName), "onlyActive": one(boolean)}
	timeslots := map[string]reader{"visitTypeName": one(aName)}
	return []*Route{
		{Path: "/v1/departments", Operation: timeslot.OpDepartments, version: 1, Base: booking.Public, APIKey: booking.SlotsKey, listed: departments, Refusal: plainRefusal},
		{Path: "/v4/departments", Operation: timeslot.OpDepartments, version: 4, Base: booking.Public, APIKey: booking.SlotsKey, listed: departments, Refusal: plainRefusal},
		{
			Path: "/v4/departments/:item/departmentInfo", Operation: timeslot.OpDepartmentInfo, version: 4, Base: booking.Public, APIKey: booking.SlotsKey, item: departmentItem,
			listed: map[string]reader{"withProviders": one(boolean), "byId": one(boolean)}, Refusal: plainRefusal,
		},
		{Path: "/v1/departments/:item/timeslots", Operation: timeslot.OpDepartmentTimeslots, version: 1, Base: booking.Public, APIKey: booking.SlotsKey, item: matching(query.URLName), listed: timeslots, Refusal: plainRefusal},
		{Path: "/v2/departments/:item/timeslots", Operation: timeslot.OpDepartmentTimeslots, version: 2, Base: booking.Public, APIKey: booking.SlotsKey, item: matching(query.URLName), listed: timeslots, Refusal: plainRefusal},
		{Path: "/v1/suffixes", Operation: timeslot.OpSuffixes, version: 1, Base: booking.Public, APIKey: booking.SlotsKey, Refusal: plainRefusal},
		{
			Path: "/v2/lookups/maxLookaheadDays", Operation: timeslot.OpMaxLookahead, version: 2, Base: booking.Public, APIKey: booking.SlotsKey,
			listed: map[string]reader{"visitTypeName": one(aName), "epicInstanceName": one(aName)}, Refusal: plainRefusal,
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

func providerRoutes() []*Route {
	return []*Route{
		{
			Path: "/v1/providers", Operation: timeslot.OpProviders, version: 1, Base: booking.Public, APIKey: booking.SlotsKey,
			listed: map[string]reader{"excludeInactive": one(boolean), "acceptingNewPatients": one(boolean)}, Refusal: plainRefusal,
		},
		{Path: "/v1/providers/:item", Operation: timeslot.OpProviderInfo, version: 1, Base: booking.Public, APIKey: booking.SlotsKey, item: providerItem, Refusal: plainRefusal},
		{
			Path: "/v4/providers/:item/timeslots", Operation: timeslot.OpProviderTimeslots, version: 4, Base: booking.Public, APIKey: booking.SlotsKey, item: anNPI, Refusal: plainRefusal,
			listed: map[string]reader{
				"visitType": one(aName), "startDate": one(day), "endDate": one(day),
				"departmentId": one(aName), "ehrSystemName": one(aName),
			},
		},
		{
			Path: "/v5/providers/:item/timeslots", Operation: timeslot.OpProviderTimeslots, version: 5, Base: booking.Ingress, APIKey: booking.SlotsKey, item: anNPI,
			check: checkV5, Refusal: slotsRefusal,
			listed: map[string]reader{
				"startDate": one(moment), "endDate": one(moment), "daysOfSlots": one(whole(1, 100_000)),
				"visitTypeName": many(aName), "visitTypeEmrId": many(aName), "newOrEstablishedPatient": one(patient),
				"departmentEmrId": one(aName), "departmentEmrSystemId": one(aName), "departmentUrlName": one(matching(query.URLName)),
			},
		},
		{
			Post: true, Path: "/v5/slots/search", Operation: timeslot.OpSlotsSearch, version: 5, Base: booking.Ingress, APIKey: booking.SlotsKey,
			body: slotsSearchBody, Refusal: slotsRefusal,
		},
	}
}

// checkV5 holds the rules between the parameters of docs/dexcare.md §5.3.
func checkV5(v url.Values) string {
	switch {
	case v.Has("departmentEmrId") != v.Has("departmentEmrSystemId"):
		return "departmentEmrId and departmentEmrSystemId must be given together"
	case v.Has("departmentUrlName") && v.Has("departmentEmrId"):
		return "departmentUrlName excludes departmentEmrId"
	}
	return ""
}

func optionsRoutes(decimals int) []*Route {
	return []*Route{
		{
			Path: "/v1/availability/slots", Operation: timeslot.OpAvailabilitySlots, version: 1, Base: booking.Ingress, APIKey: booking.CareOptionsKey,
			check: checkOptions, Refusal: optionsRefusal,
			listed: map[string]reader{
				"daysOfSlots": one(whole(1, 100_000)), "latitude": one(degrees(90, decimals)), "longitude": one(degrees(180, decimals)),
				"postalCode": one(matching(query.PostalCode)), "radius": one(whole(1, timeslot.MaxRadius)),
				"departmentEmrIds": commas(aName), "ehrInstances": commas(aName), "clinicTypes": commas(folded(nameGrammar)),
				"visitTypeNames": commas(folded(nameGrammar)), "npis": commas(anNPI), "npi": many(anNPI),
				"specialty": one(aName), "gender": one(folded(nameGrammar)), "newOrEstablishedPatient": one(patient),
				"startDate": one(day), "endDate": one(day), "userTimezone": one(ianaZone),
			},
		},
		{
			Post: true, Path: "/v1/availability/slots", Operation: timeslot.OpAvailabilitySlots, version: 1, Base: booking.Ingress, APIKey: booking.CareOptionsKey,
			body: optionsBody(decimals), Refusal: optionsRefusal,
		},
		{
			Post: true, Path: "/v1/availability/providers", Operation: timeslot.OpAvailabilityProviders, version: 1, Base: booking.Ingress, APIKey: booking.CareOptionsKey,
			body: optionsBody(decimals), Refusal: optionsRefusal,
		},
	}
}

// checkOptions holds the rules between the parameters of docs/dexcare.md §6.1.
func checkOptions(v url.Values) string {
	switch {
	case !v.Has("daysOfSlots"):
		return "daysOfSlots is required"
	case v.Has("latitude") != v.Has("longitude"):
		return "latitude and longitude must be given together"
	case !v.Has("latitude") && !v.Has("postalCode") && !v.Has("departmentEmrIds") && !v.Has("npis") && !v.Has("npi"):
		return "one of latitude and longitude, postalCode, departmentEmrIds or npis is required"
	}
	return ""
}

func visitRoutes() []*Route {
	waits := func() map[string]reader {
		return map[string]reader{
			"assignmentQualifiers": many(aName), "visitTypeNames": many(aName), "practiceId": one(aName), "homeMarket": one(aName),
		}
	}
	all := waits()
	all["regionCodes"] = many(aName)
	archived := map[string]reader{"archived": one(boolean)}
	return []*Route{
		{Path: "/api/7/visits/retail/cancel/reasons/:item", Operation: timeslot.OpCancelReasons, version: 7, Base: booking.Visit, item: aSegment, Refusal: plainRefusal},
		{Path: "/api/9/regions/waittimes", Operation: timeslot.OpRegionWaitTimes, version: 9, Base: booking.Visit, listed: all, Refusal: plainRefusal},
		{Path: "/api/9/regions/:item/waittimes", Operation: timeslot.OpRegionWaitTimes, version: 9, Base: booking.Visit, item: aSegment, listed: waits(), Refusal: plainRefusal},
		{Path: "/api/9/assignmentqualifiers", Operation: timeslot.OpAssignmentQualifiers, version: 9, Base: booking.Visit, listed: archived, Refusal: plainRefusal},
		{Path: "/api/9/modalities", Operation: timeslot.OpModalities, version: 9, Base: booking.Visit, listed: archived, Refusal: plainRefusal},
	}
}

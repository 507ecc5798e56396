package api

import (
	"net/http"
	"net/url"

	"timeslots/internal/api/query"
	"timeslots/internal/booking"
	"timeslots/internal/timeslot"
)

// readRoute is one cached read of docs/interface.md §3.3: where it is, what it may be asked, and how it says no.
type readRoute struct {
	post      bool
	path      string // below /dexcare; ":item" is its own parameter
	operation timeslot.Operation
	version   uint8
	base      booking.Base // and the key that goes there, for what cannot be cached
	key       booking.Key
	item      func(string) (string, bool) // of the path; nil: it has none
	listed    map[string]reader           // of the query
	check     func(url.Values) string     // rules between parameters: what is wrong, empty when nothing is
	body      *bodyRule                   // of a POST
	refusal   func(detail string) any     // the surface's own 400 body (docs/dexcare.md §1.6)
}

func (r *readRoute) methods() []string {
	if r.post {
		return []string{http.MethodPost}
	}
	return readMethods
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

// readRoutes lists every cached read.
func readRoutes(decimals int) []*readRoute {
	routes := append(directoryRoutes(), providerRoutes()...)
	routes = append(routes, optionsRoutes(decimals)...)
	return append(routes, visitRoutes()...)
}

func directoryRoutes() []*readRoute {
	departments := map[string]reader{"brand": one(aName), "clinicType": one(aName), "onlyActive": one(boolean)}
	timeslots := map[string]reader{"visitTypeName": one(aName)}
	return []*readRoute{
		{path: "/v1/departments", operation: timeslot.OpDepartments, version: 1, base: booking.Public, key: booking.SlotsKey, listed: departments, refusal: plainRefusal},
		{path: "/v4/departments", operation: timeslot.OpDepartments, version: 4, base: booking.Public, key: booking.SlotsKey, listed: departments, refusal: plainRefusal},
		{
			path: "/v4/departments/:item/departmentInfo", operation: timeslot.OpDepartmentInfo, version: 4, base: booking.Public, key: booking.SlotsKey, item: departmentItem,
			listed: map[string]reader{"withProviders": one(boolean), "byId": one(boolean)}, refusal: plainRefusal,
		},
		{path: "/v1/departments/:item/timeslots", operation: timeslot.OpDepartmentTimeslots, version: 1, base: booking.Public, key: booking.SlotsKey, item: matching(query.URLName), listed: timeslots, refusal: plainRefusal},
		{path: "/v2/departments/:item/timeslots", operation: timeslot.OpDepartmentTimeslots, version: 2, base: booking.Public, key: booking.SlotsKey, item: matching(query.URLName), listed: timeslots, refusal: plainRefusal},
		{path: "/v1/suffixes", operation: timeslot.OpSuffixes, version: 1, base: booking.Public, key: booking.SlotsKey, refusal: plainRefusal},
		{
			path: "/v2/lookups/maxLookaheadDays", operation: timeslot.OpMaxLookahead, version: 2, base: booking.Public, key: booking.SlotsKey,
			listed: map[string]reader{"visitTypeName": one(aName), "epicInstanceName": one(aName)}, refusal: plainRefusal,
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

func providerRoutes() []*readRoute {
	return []*readRoute{
		{
			path: "/v1/providers", operation: timeslot.OpProviders, version: 1, base: booking.Public, key: booking.SlotsKey,
			listed: map[string]reader{"excludeInactive": one(boolean), "acceptingNewPatients": one(boolean)}, refusal: plainRefusal,
		},
		{path: "/v1/providers/:item", operation: timeslot.OpProviderInfo, version: 1, base: booking.Public, key: booking.SlotsKey, item: providerItem, refusal: plainRefusal},
		{
			path: "/v4/providers/:item/timeslots", operation: timeslot.OpProviderTimeslots, version: 4, base: booking.Public, key: booking.SlotsKey, item: anNPI, refusal: plainRefusal,
			listed: map[string]reader{
				"visitType": one(aName), "startDate": one(day), "endDate": one(day),
				"departmentId": one(aName), "ehrSystemName": one(aName),
			},
		},
		{
			path: "/v5/providers/:item/timeslots", operation: timeslot.OpProviderTimeslots, version: 5, base: booking.Ingress, key: booking.SlotsKey, item: anNPI,
			check: checkV5, refusal: slotsRefusal,
			listed: map[string]reader{
				"startDate": one(moment), "endDate": one(moment), "daysOfSlots": one(whole(1, 100_000)),
				"visitTypeName": many(aName), "visitTypeEmrId": many(aName), "newOrEstablishedPatient": one(patient),
				"departmentEmrId": one(aName), "departmentEmrSystemId": one(aName), "departmentUrlName": one(matching(query.URLName)),
			},
		},
		{
			post: true, path: "/v5/slots/search", operation: timeslot.OpSlotsSearch, version: 5, base: booking.Ingress, key: booking.SlotsKey,
			body: slotsSearchBody, refusal: slotsRefusal,
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

func optionsRoutes(decimals int) []*readRoute {
	return []*readRoute{
		{
			path: "/v1/availability/slots", operation: timeslot.OpAvailabilitySlots, version: 1, base: booking.Ingress, key: booking.CareOptionsKey,
			check: checkOptions, refusal: optionsRefusal,
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
			post: true, path: "/v1/availability/slots", operation: timeslot.OpAvailabilitySlots, version: 1, base: booking.Ingress, key: booking.CareOptionsKey,
			body: optionsBody(decimals), refusal: optionsRefusal,
		},
		{
			post: true, path: "/v1/availability/providers", operation: timeslot.OpAvailabilityProviders, version: 1, base: booking.Ingress, key: booking.CareOptionsKey,
			body: optionsBody(decimals), refusal: optionsRefusal,
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

func visitRoutes() []*readRoute {
	waits := func() map[string]reader {
		return map[string]reader{
			"assignmentQualifiers": many(aName), "visitTypeNames": many(aName), "practiceId": one(aName), "homeMarket": one(aName),
		}
	}
	all := waits()
	all["regionCodes"] = many(aName)
	archived := map[string]reader{"archived": one(boolean)}
	return []*readRoute{
		{path: "/api/7/visits/retail/cancel/reasons/:item", operation: timeslot.OpCancelReasons, version: 7, base: booking.Visit, item: aSegment, refusal: plainRefusal},
		{path: "/api/9/regions/waittimes", operation: timeslot.OpRegionWaitTimes, version: 9, base: booking.Visit, listed: all, refusal: plainRefusal},
		{path: "/api/9/regions/:item/waittimes", operation: timeslot.OpRegionWaitTimes, version: 9, base: booking.Visit, item: aSegment, listed: waits(), refusal: plainRefusal},
		{path: "/api/9/assignmentqualifiers", operation: timeslot.OpAssignmentQualifiers, version: 9, base: booking.Visit, listed: archived, refusal: plainRefusal},
		{path: "/api/9/modalities", operation: timeslot.OpModalities, version: 9, base: booking.Visit, listed: archived, refusal: plainRefusal},
	}
}

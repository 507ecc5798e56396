package app

import (
	"net/http"

	"timeslots/internal/acme/sdk"
)

// call is one of the SDK's.
type call struct {
	number   string // of test/app's requests
	name     string // the SDK's function that makes it; in parentheses where it has none of its own
	method   string
	path     string // below the base, "%s" for each part that it leaves open
	token    bool   // the patient's goes with it
	personal bool   // though without a token: nothing that a cache may answer
}

// public reports whether the answer is the same for everybody.
func (c *call) public() bool { return !c.token && !c.personal }

// check says what the SDK could not read in an answer.
func (c *call) check(body []byte) error { return sdk.Check(c.number, body) }

const (
	get  = http.MethodGet
	post = http.MethodPost
)

// Settings and status.
var (
	validationSettings = &call{number: "22", name: "(start) validation settings", method: get, path: "/v1/validationConfigs"}
	status             = &call{number: "23", name: "getDexcareStatus", method: get, path: "/v1/statuspage"}
	suffixes           = &call{number: "19", name: "getSuffixes", method: get, path: "/v1/suffixes"}
	visitSettings      = &call{number: "32", name: "fetchCancellationReasons", method: get, path: "/v2/blisseyconfigs"}
	insurers           = &call{number: "20", name: "getInsurancePayers", method: get, path: "/api/v2/brand/%s/insuranceissuers"}
	clientLog          = &call{number: "43", name: "(internal) client log", method: post, path: "/v2/clientLogging", personal: true}
)

// Clinics, clinicians and their times.
var (
	departments   = &call{number: "1", name: "getRetailDepartments", method: get, path: "/v4/departments"}
	department    = &call{number: "2", name: "getRetailDepartment", method: get, path: "/v4/departments/%s/departmentInfo"}
	visitPlace    = &call{number: "2b", name: "(getRetailVisits) department", method: get, path: "/v4/departments/%s/departmentInfo"}
	clinicTimes   = &call{number: "3", name: "getTimeSlots", method: get, path: "/v2/departments/%s/timeslots"}
	clinician     = &call{number: "5", name: "getProvider", method: get, path: "/v1/providers/%s"}
	calendar      = &call{number: "6", name: "getProviderTimeSlots", method: get, path: "/v4/providers/%s/timeslots"}
	lookahead     = &call{number: "7", name: "getMaxLookaheadDays", method: get, path: "/v2/lookups/maxLookaheadDays"}
	areaProviders = &call{number: "12", name: "getProviderAvailability", method: post, path: "/v1/availability/providers"}
	areaSlots     = &call{number: "13", name: "getProviderAvailabilitySlots", method: post, path: "/v1/availability/slots"}
)

// Patients, bookings, own visits.
var (
	findSelf      = &call{number: "16", name: "findOrCreatePatient", method: post, path: "/v1/patient/self", token: true}
	patient       = &call{number: "14", name: "getPatient", method: get, path: "/v1/patient", token: true}
	bookClinic    = &call{number: "4", name: "scheduleRetailAppointment", method: post, path: "/api/6/visits/retail", token: true}
	bookClinician = &call{number: "8", name: "scheduleProviderVisit", method: post, path: "/api/7/visits/providerbooking", token: true}
	ownVisits     = &call{number: "9", name: "getRetailVisits", method: get, path: "/api/6/visits/retail/self", token: true}
	cancelReasons = &call{number: "10", name: "getCancelReasons", method: get, path: "/api/7/visits/retail/cancel/reasons/%s"}
	cancelVisit   = &call{number: "11", name: "cancelRetailAppointment", method: post, path: "/api/6/visits/retail/cancel/%s", token: true}
)

// Virtual visits.
var (
	practice     = &call{number: "24", name: "getVirtualPractice", method: get, path: "/api/9/practices/%s"}
	regionWaits  = &call{number: "25", name: "getRegionWaitTimeAvailability", method: get, path: "/api/9/regions/%s/waittimes"}
	waits        = &call{number: "26", name: "getWaitTimeAvailability", method: get, path: "/api/9/regions/waittimes"}
	qualifiers   = &call{number: "27", name: "getAssignmentQualifiers", method: get, path: "/api/9/assignmentqualifiers"}
	modalities   = &call{number: "28", name: "getModalities", method: get, path: "/api/9/modalities"}
	createVisit  = &call{number: "29", name: "createVirtualVisit", method: post, path: "/api/9/visits", token: true}
	summary      = &call{number: "30", name: "getVirtualVisit", method: get, path: "/api/9/visits/%s/summary", token: true}
	sessionToken = &call{number: "31", name: "(start) session token", method: get, path: "/api/6/visit/%s/token/%s", token: true}
	visitWait    = &call{number: "33", name: "getEstimatedWaitTime", method: get, path: "/api/9/visits/%s/waittime", token: true}
	deviceCheck  = &call{number: "34", name: "(waiting room) device check", method: post, path: "/api/8/visits/virtual/%s/waitingRoomEvents", token: true}
	cancelVideo  = &call{number: "37", name: "cancelVideoVisit", method: post, path: "/v1/visits/%s/patient-cancel-video", token: true}
)

package app

import "net/http"

// call is one of the SDK's.
type call struct {
	name     string // the SDK's function that makes it; in parentheses where it has none of its own
	method   string
	path     string // below the base, "%s" for each part that it leaves open
	token    bool   // the patient's goes with it
	personal bool   // though without a token: nothing that a cache may answer
	needs    form   // of the answer; nil: it is ignored
}

// public reports whether the answer is the same for everybody.
func (c *call) public() bool { return !c.token && !c.personal }

func (c *call) check(body []byte) *mistake {
	if c.needs == nil {
		return nil
	}
	return read(body, c.needs)
}

const (
	get  = http.MethodGet
	post = http.MethodPost
)

// Settings and status.
var (
	validationSettings = &call{name: "(start) validation settings", method: get, path: "/v1/validationConfigs", needs: validationAnswer}
	status             = &call{name: "getDexcareStatus", method: get, path: "/v1/statuspage", needs: statusAnswer}
	suffixes           = &call{name: "getSuffixes", method: get, path: "/v1/suffixes", needs: each(text)}
	visitSettings      = &call{name: "fetchCancellationReasons", method: get, path: "/v2/blisseyconfigs", needs: visitSettingsAnswer}
	insurers           = &call{name: "getInsurancePayers", method: get, path: "/api/v2/brand/%s/insuranceissuers", needs: insurersAnswer}
	clientLog          = &call{name: "(internal) client log", method: post, path: "/v2/clientLogging", personal: true}
)

// Clinics, clinicians and their times.
var (
	departments   = &call{name: "getRetailDepartments", method: get, path: "/v4/departments", needs: each(departmentAnswer)}
	department    = &call{name: "getRetailDepartment", method: get, path: "/v4/departments/%s/departmentInfo", needs: departmentAnswer}
	visitPlace    = &call{name: "(getRetailVisits) department", method: get, path: "/v4/departments/%s/departmentInfo", needs: departmentAnswer}
	clinicTimes   = &call{name: "getTimeSlots", method: get, path: "/v2/departments/%s/timeslots", needs: clinicTimesAnswer}
	clinician     = &call{name: "getProvider", method: get, path: "/v1/providers/%s", needs: clinicianAnswer}
	calendar      = &call{name: "getProviderTimeSlots", method: get, path: "/v4/providers/%s/timeslots", needs: calendarAnswer}
	lookahead     = &call{name: "getMaxLookaheadDays", method: get, path: "/v2/lookups/maxLookaheadDays", needs: lookaheadAnswer}
	areaProviders = &call{name: "getProviderAvailability", method: post, path: "/v1/availability/providers", needs: areaProvidersAnswer}
	areaSlots     = &call{name: "getProviderAvailabilitySlots", method: post, path: "/v1/availability/slots", needs: areaSlotsAnswer}
)

// Patients, bookings, own visits.
var (
	findSelf      = &call{name: "findOrCreatePatient", method: post, path: "/v1/patient/self", token: true, needs: foundAnswer}
	patient       = &call{name: "getPatient", method: get, path: "/v1/patient", token: true, needs: patientAnswer}
	bookClinic    = &call{name: "scheduleRetailAppointment", method: post, path: "/api/6/visits/retail", token: true, needs: bookedAnswer}
	bookClinician = &call{name: "scheduleProviderVisit", method: post, path: "/api/7/visits/providerbooking", token: true, needs: bookedProviderAnswer}
	ownVisits     = &call{name: "getRetailVisits", method: get, path: "/api/6/visits/retail/self", token: true, needs: each(ownVisitAnswer)}
	cancelReasons = &call{name: "getCancelReasons", method: get, path: "/api/7/visits/retail/cancel/reasons/%s", needs: cancelReasonsAnswer}
	cancelVisit   = &call{name: "cancelRetailAppointment", method: post, path: "/api/6/visits/retail/cancel/%s", token: true}
)

// Virtual visits.
var (
	practice     = &call{name: "getVirtualPractice", method: get, path: "/api/9/practices/%s", needs: practiceAnswer}
	regionWaits  = &call{name: "getRegionWaitTimeAvailability", method: get, path: "/api/9/regions/%s/waittimes", needs: each(waitAnswer)}
	waits        = &call{name: "getWaitTimeAvailability", method: get, path: "/api/9/regions/waittimes", needs: each(waitAnswer)}
	qualifiers   = &call{name: "getAssignmentQualifiers", method: get, path: "/api/9/assignmentqualifiers", needs: each(named)}
	modalities   = &call{name: "getModalities", method: get, path: "/api/9/modalities", needs: each(named)}
	createVisit  = &call{name: "createVirtualVisit", method: post, path: "/api/9/visits", token: true, needs: createdAnswer}
	summary      = &call{name: "getVirtualVisit", method: get, path: "/api/9/visits/%s/summary", token: true, needs: summaryAnswer}
	sessionToken = &call{name: "(start) session token", method: get, path: "/api/6/visit/%s/token/%s", token: true, needs: sessionAnswer}
	visitWait    = &call{name: "getEstimatedWaitTime", method: get, path: "/api/9/visits/%s/waittime", token: true, needs: visitWaitAnswer}
	deviceCheck  = &call{name: "(waiting room) device check", method: post, path: "/api/8/visits/virtual/%s/waitingRoomEvents", token: true}
	cancelVideo  = &call{name: "cancelVideoVisit", method: post, path: "/v1/visits/%s/patient-cancel-video", token: true}
)

package acme

import "sync/atomic"

// visitHandlers answer what is asked about visits and patients: bookings, slots taken elsewhere, virtual care, reports.
type visitHandlers struct {
	*world
	virtual   *virtualVisits
	patients  *patients
	reports   *reports
	visits    atomic.Uint64 // bookings and visits so far
	conflicts atomic.Uint64 // refused bookings so far
}

func newVisitHandlers(w *world) *visitHandlers {
	return &visitHandlers{world: w, virtual: newVirtualVisits(), patients: newPatients(), reports: newReports()}
}

func (h *visitHandlers) routes() []route {
	names := newSurface(publicBase, public, plainError, "directory")
	reasons := newSurface(visitBase, public, plainError, "directory")
	events := newSurface(ingressBase, slotsKey, slotsError, "events")
	booking := newSurface(visitBase, patientToken, plainError, "booking")
	guests := newSurface(ingressBase, bookingKey, guestError, "booking")
	visits := newSurface(visitBase, patientToken, visitError, "booking")
	patient := newSurface(publicBase, patientToken, plainError, "patient")
	scheduling := newSurface(schedulingBase, public, bareStatus, "scheduling")
	reporting := newSurface(visitBase, reportingKey, messageOnly, "reporting")
	return append(h.virtualCareRoutes(),
		names.route("suffixes", "GET /v1/suffixes", h.suffixes),
		reasons.route("cancel-reasons", "GET /api/7/visits/retail/cancel/reasons/*", h.cancelReasons),
		events.route("slot-taken", "POST /v5/slots/slot-taken", h.slotTaken).reading(eventForm),
		events.route("slot-released", "POST /v5/slots/slot-released", h.slotReleased).reading(eventForm),
		booking.route("retail-booking", "POST /api/6/visits/retail", h.retailBooking),
		booking.route("provider-booking", "POST /api/7/visits/providerbooking", h.providerBooking),
		booking.route("own-visits", "GET /api/6/visits/retail/self", h.ownVisits),
		booking.route("cancel-visit", "POST /api/6/visits/retail/cancel/*", h.cancelVisit),
		guests.route("queued-guest-visit", "POST /v1/booking/queued-guest-visit", h.queuedGuestVisit).reading(guestForm),
		visits.route("create-visit", "POST /api/9/visits", h.createVisit).reading(visitForm),
		patient.route("patient-self", "GET /v1/patient", h.patient),
		patient.route("patient-by-token", "GET /v1/emr/patient/getByToken", h.patient),
		patient.route("patient-find-self", "POST /v1/patient/self", h.findSelf).reading(demographicsForm),
		patient.route("patient-find-other", "POST /v1/patient/other", h.findOther).reading(demographicsForm),
		patient.route("patient-delete", "DELETE /v1/patient/deletePatientAccount", h.deletePatient),
		scheduling.route("hand-off", "GET /retail", h.handOff),
		reporting.route("report-start", "POST /api/8/reporting/allvisitsreport", h.startReport).reading(reportForm),
		reporting.route("report-status", "GET /api/8/reporting/allvisitsreport/*", h.reportStatus),
		reporting.route("report-download", "GET /api/8/reporting/allvisitsreport/*/download", h.downloadReport),
		reporting.route("provider-histories", "GET /v1/reporting/providerhistories", h.providerHistories),
	)
}

func (h *visitHandlers) virtualCareRoutes() []route {
	anyone := newSurface(visitBase, public, plainError, "virtual-care")
	lists := newSurface(visitBase, public, plainError, "virtual-care", "directory")
	waiting := newSurface(visitBase, patientToken, waitTimeError, "virtual-care")
	patient := newSurface(visitBase, patientToken, bareStatus, "virtual-care")
	staff := newSurface(visitBase, staffToken, bareStatus, "virtual-care")
	vendor := newSurface(visitBase, public, bareStatus, "virtual-care")
	return []route{
		anyone.route("wait-times", "GET /api/9/regions/waittimes", h.waitTimes),
		anyone.route("region-wait-times", "GET /api/9/regions/*/waittimes", h.waitTimes),
		lists.route("assignment-qualifiers", "GET /api/9/assignmentqualifiers", h.assignmentQualifiers),
		lists.route("modalities", "GET /api/9/modalities", h.modalities),
		waiting.route("visit-wait-time", "GET /api/9/visits/*/waittime", h.visitWaitTime),
		patient.route("accept-terms", "PUT /api/9/visits/*/acceptTerms", h.acceptTerms),
		staff.route("visit-summary", "GET /api/9/visits/*/summary", h.visitSummary),
		vendor.route("tokbox-events", "POST /api/9/tokbox-events", h.tokboxEvents).reading(object("")),
	}
}

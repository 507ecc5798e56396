// Package visits answers what becomes of slots and patients: bookings and cancelled visits, slots that the health system
// takes and releases by itself, virtual visits from the request to the waiting room, patients' accounts, and reports. Sold
// time is kept by the world's store; visits without a slot, reports and deleted accounts are remembered here, each up to a
// bound.
package visits

import (
	"fmt"
	"html"
	"net/http"
	"sync/atomic"

	"timeslots/internal/acme/form"
	"timeslots/internal/acme/wire"
	"timeslots/internal/acme/world"
)

// Handlers answer what is asked about visits and patients: bookings, slots taken elsewhere, virtual care, reports.
type Handlers struct {
	*world.World
	virtual   *memory[string, virtualVisit]
	deleted   *memory[[32]byte, struct{}] // accounts, by owner
	reports   *memory[string, report]
	visits    atomic.Uint64 // bookings and visits so far
	conflicts atomic.Uint64 // refused bookings so far
}

// New makes the handlers of a world.
func New(w *world.World) *Handlers {
	return &Handlers{World: w, deleted: newMemory[[32]byte, struct{}](maxDeleted),
		virtual: newMemory[string, virtualVisit](maxVirtualVisits), reports: newMemory[string, report](maxReports)}
}

// Routes are all of the package's.
func (h *Handlers) Routes() []wire.Route {
	names := wire.NewSurface(wire.PublicBase, wire.Public, wire.ErrorOnly, "directory")
	reasons := wire.NewSurface(wire.VisitBase, wire.Public, wire.ErrorOnly, "directory")
	events := wire.NewSurface(wire.IngressBase, wire.SlotsKey, wire.SlotsError, "events")
	booking := wire.NewSurface(wire.VisitBase, wire.PatientToken, wire.ErrorOnly, "booking")
	guests := wire.NewSurface(wire.IngressBase, wire.BookingKey, guestError, "booking")
	visits := wire.NewSurface(wire.VisitBase, wire.PatientToken, visitError, "booking")
	patient := wire.NewSurface(wire.PublicBase, wire.PatientToken, wire.ErrorOnly, "patient")
	scheduling := wire.NewSurface(wire.SchedulingBase, wire.Public, wire.BareStatus, "scheduling")
	reporting := wire.NewSurface(wire.VisitBase, wire.ReportingKey, wire.MessageOnly, "reporting")
	return append(append(h.virtualCareRoutes(), h.appRoutes()...),
		names.Route("suffixes", "GET /v1/suffixes", h.suffixes),
		reasons.Route("cancel-reasons", "GET /api/7/visits/retail/cancel/reasons/*", h.cancelReasons),
		wire.Posted(events.Route("slot-taken", "POST /v5/slots/slot-taken", nil), eventForm, h.slotTaken),
		wire.Posted(events.Route("slot-released", "POST /v5/slots/slot-released", nil), eventForm, h.slotReleased),
		booking.Route("retail-booking", "POST /api/6/visits/retail", h.retailBooking),
		booking.Route("provider-booking", "POST /api/7/visits/providerbooking", h.providerBooking),
		booking.Route("own-visits", "GET /api/6/visits/retail/self", h.ownVisits),
		booking.Route("cancel-visit", "POST /api/6/visits/retail/cancel/*", h.cancelVisit),
		guests.Route("queued-guest-visit", "POST /v1/booking/queued-guest-visit", h.queuedGuestVisit).WithBody(guestForm),
		visits.Route("create-visit", "POST /api/9/visits", h.createVisit).WithBody(visitForm),
		patient.Route("patient-self", "GET /v1/patient", h.patient),
		patient.Route("patient-by-token", "GET /v1/emr/patient/getByToken", h.patient),
		wire.Posted(patient.Route("patient-find-self", "POST /v1/patient/self", nil), demographicsForm, h.findSelf),
		wire.Posted(patient.Route("patient-find-other", "POST /v1/patient/other", nil), demographicsForm, h.findOther),
		patient.Route("patient-delete", "DELETE /v1/patient/deletePatientAccount", h.deletePatient),
		scheduling.Route("hand-off", "GET /retail", h.handOff),
		wire.Posted(reporting.Route("report-start", "POST /api/8/reporting/allvisitsreport", nil), reportForm, h.startReport),
		reporting.Route("report-status", "GET /api/8/reporting/allvisitsreport/*", h.reportStatus),
		reporting.Route("report-download", "GET /api/8/reporting/allvisitsreport/*/download", h.downloadReport),
		reporting.Route("provider-histories", "GET /v1/reporting/providerhistories", h.providerHistories),
	)
}

func (h *Handlers) virtualCareRoutes() []wire.Route {
	anyone := wire.NewSurface(wire.VisitBase, wire.Public, wire.ErrorOnly, "virtual-care")
	lists := wire.NewSurface(wire.VisitBase, wire.Public, wire.ErrorOnly, "virtual-care", "directory")
	waiting := wire.NewSurface(wire.VisitBase, wire.PatientToken, waitTimeError, "virtual-care")
	patient := wire.NewSurface(wire.VisitBase, wire.PatientToken, wire.BareStatus, "virtual-care")
	either := wire.NewSurface(wire.VisitBase, wire.AnyToken, wire.BareStatus, "virtual-care")
	vendor := wire.NewSurface(wire.VisitBase, wire.Public, wire.BareStatus, "virtual-care")
	return []wire.Route{
		anyone.Route("wait-times", "GET /api/9/regions/waittimes", h.waitTimes),
		anyone.Route("region-wait-times", "GET /api/9/regions/*/waittimes", h.waitTimes),
		lists.Route("assignment-qualifiers", "GET /api/9/assignmentqualifiers", h.assignmentQualifiers),
		lists.Route("modalities", "GET /api/9/modalities", h.modalities),
		waiting.Route("visit-wait-time", "GET /api/9/visits/*/waittime", h.visitWaitTime),
		patient.Route("accept-terms", "PUT /api/9/visits/*/acceptTerms", h.acceptTerms),
		either.Route("visit-summary", "GET /api/9/visits/*/summary", h.visitSummary),
		wire.Posted(vendor.Route("tokbox-events", "POST /api/9/tokbox-events", nil), form.Object(""), h.tokboxEvents),
	}
}

// handOff is where the health system's own booking application would open (docs/dexcare.md §9).
func (h *Handlers) handOff(q *wire.Request) wire.Answer {
	return wire.Text(http.StatusOK, "text/html; charset=utf-8", fmt.Sprintf(`<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Simulated booking application</title>
<h1>Simulated booking application</h1>
<p>Here the health system's own booking pages would open, for %s at %s.
<p>This is a demonstration: nothing can be booked here.
`, html.EscapeString(q.Query.Get("timeSlot")), html.EscapeString(q.Query.Get("departmentUrlName"))))
}

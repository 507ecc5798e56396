// Package slots renders what can be booked: the directory, and free slots in the shapes of Care Direct, of both versions
// of Provider Direct with its search, and of Care Options. They share windows of days, pages and the writer of
// documents.
//
//	Request ──▶ window, filters ──▶ Store.Calendars ──▶ pages of openings ──▶ document, spelled by the surface
package slots

import (
	"time"

	"timeslots/internal/acme/wire"
	"timeslots/internal/acme/world"
)

// Handlers answer what is asked about the directory and about free slots.
type Handlers struct {
	*world.World
	walkInDays int
	contexts   *contexts
}

// New makes the handlers of a world. Care Direct covers walkInDays; a search context is known for contextLife, or if that is
// 0 until many others came.
func New(w *world.World, walkInDays int, contextLife time.Duration) *Handlers {
	return &Handlers{World: w, walkInDays: walkInDays, contexts: newContexts(contextLife)}
}

// Routes are all of the package's.
func (h *Handlers) Routes() []wire.Route {
	directory := wire.NewSurface(wire.PublicBase, wire.Public, wire.MessageAndStatus, "directory")
	careDirect := wire.NewSurface(wire.PublicBase, wire.Public, wire.MessageAndStatus, "care-direct")
	v4 := wire.NewSurface(wire.PublicBase, wire.Public, wire.MessageAndStatus, "provider-timeslots", "provider-direct")
	v5 := wire.NewSurface(wire.IngressBase, wire.SlotsKey, singleProviderError, "provider-timeslots", "provider-direct")
	search := wire.NewSurface(wire.IngressBase, wire.SlotsKey, wire.SlotsError, "provider-direct")
	careOptions := wire.NewSurface(wire.IngressBase|wire.PublicBase, wire.CareOptionsKey, careOptionsError, "care-options")
	return []wire.Route{
		directory.Route("departments", "GET /v1/departments", h.departmentsV1),
		directory.Route("departments", "GET /v4/departments", h.departmentsV4),
		directory.Route("department-info", "GET /v1/departments/*", h.departmentInfoV1),
		directory.Route("department-info", "GET /v4/departments/*/departmentInfo", h.departmentInfoV4),
		directory.Route("providers", "GET /v1/providers", h.providers),
		directory.Route("provider-info", "GET /v1/providers/*", h.providerInfo),
		directory.Route("max-lookahead", "GET /v2/lookups/maxLookaheadDays", h.maxLookaheadDays),
		careDirect.Route("department-timeslots", "GET /v1/departments/*/timeslots", h.departmentTimeslots),
		careDirect.Route("department-timeslots", "GET /v2/departments/*/timeslots", h.departmentTimeslots),
		v4.Route("provider-timeslots-v4", "GET /v4/providers/*/timeslots", h.providerTimeslotsV4),
		v5.Route("provider-timeslots-v5", "GET /v5/providers/*/timeslots", h.providerTimeslotsV5),
		wire.Posted(search.Route("slots-search", "POST /v5/slots/search", nil), searchForm, h.slotsSearch),
		careOptions.Route("availability-slots", "GET /v1/availability/slots", h.availabilitySlots),
		wire.Posted(careOptions.Route("availability-slots-post", "POST /v1/availability/slots", nil), slotsBody, h.postedSlots),
		wire.Posted(careOptions.Route("availability-providers", "POST /v1/availability/providers", nil), providersBody, h.availabilityProviders),
	}
}

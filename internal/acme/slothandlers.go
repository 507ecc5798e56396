package acme

import "time"

// slotHandlers answer what is asked about the directory and about free slots.
type slotHandlers struct {
	*world
	walkInDays int
	contexts   *contexts
}

// newSlotHandlers are those of a world. Care Direct covers walkInDays; a search context is known for a while, or if that
// is 0 until many others came.
func newSlotHandlers(w *world, walkInDays int, contextLife time.Duration) *slotHandlers {
	return &slotHandlers{world: w, walkInDays: walkInDays, contexts: newContexts(contextLife)}
}

func (h *slotHandlers) routes() []route {
	directory := newSurface(publicBase, public, messageAndStatus, "directory")
	careDirect := newSurface(publicBase, public, messageAndStatus, "care-direct")
	v4 := newSurface(publicBase, public, messageAndStatus, "provider-timeslots", "provider-direct")
	v5 := newSurface(ingressBase, slotsKey, singleProviderError, "provider-timeslots", "provider-direct")
	search := newSurface(ingressBase, slotsKey, slotsError, "provider-direct")
	careOptions := newSurface(ingressBase|publicBase, careOptionsKey, careOptionsError, "care-options")
	return []route{
		directory.route("departments", "GET /v1/departments", h.departmentsV1),
		directory.route("departments", "GET /v4/departments", h.departmentsV4),
		directory.route("department-info", "GET /v1/departments/*", h.departmentInfoV1),
		directory.route("department-info", "GET /v4/departments/*/departmentInfo", h.departmentInfoV4),
		directory.route("providers", "GET /v1/providers", h.providers),
		directory.route("provider-info", "GET /v1/providers/*", h.providerInfo),
		directory.route("max-lookahead", "GET /v2/lookups/maxLookaheadDays", h.maxLookaheadDays),
		careDirect.route("department-timeslots", "GET /v1/departments/*/timeslots", h.departmentTimeslots),
		careDirect.route("department-timeslots", "GET /v2/departments/*/timeslots", h.departmentTimeslots),
		v4.route("provider-timeslots-v4", "GET /v4/providers/*/timeslots", h.providerTimeslotsV4),
		v5.route("provider-timeslots-v5", "GET /v5/providers/*/timeslots", h.providerTimeslotsV5),
		search.route("slots-search", "POST /v5/slots/search", h.slotsSearch).reading(searchForm),
		careOptions.route("availability-slots", "GET /v1/availability/slots", h.availabilitySlots),
		careOptions.route("availability-slots-post", "POST /v1/availability/slots", h.postedSlots).reading(slotsBody),
		careOptions.route("availability-providers", "POST /v1/availability/providers", h.availabilityProviders).reading(providersBody),
	}
}

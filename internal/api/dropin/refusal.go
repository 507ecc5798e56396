package dropin

import "timeslots/internal/timeslot"

// Refusal is the surface's own 400 body (docs/dexcare.md §1.6).
func (route *Route) Refusal(detail string) any {
	type coded struct {
		ErrorCode int    `json:"errorCode"`
		Message   string `json:"message"`
	}
	switch {
	case route.version == 5:
		return coded{500201, detail}
	case route.Operation == timeslot.OpAvailabilitySlots, route.Operation == timeslot.OpAvailabilityProviders:
		return coded{40001, detail}
	}
	return struct {
		Error string `json:"error"`
	}{detail}
}

package visits

import (
	"net/http"
	"slices"
	"time"

	"timeslots/internal/acme/form"
	"timeslots/internal/acme/wire"
	"timeslots/internal/acme/world"
)

// slotEvent is the body by which a health system says that a slot went or came back (docs/dexcare.md §7.6).
type slotEvent struct {
	NPI          string `json:"npi"`
	DepartmentID string `json:"departmentId"`
	VisitTypeID  string `json:"visitTypeId"`
	SlotDateTime string `json:"slotDateTime"`
	EHRInstance  string `json:"ehrInstance"`
}

var eventForm = form.Object("npi departmentId visitTypeId slotDateTime ehrInstance",
	form.Each("departmentId visitTypeId ehrInstance", form.FilledText()),
	form.Members{"npi": form.Text(0), "slotDateTime": form.Formatted("date-time"), "disableRefresh": form.Flag()})

func (h *Handlers) slotTaken(q *wire.Request, e slotEvent) wire.Answer {
	return h.onEvent(e, func(offers []*world.Offer, start int64) {
		for _, o := range offers {
			if h.Store.Take(o, start, q.Now) {
				return
			}
		}
	})
}

func (h *Handlers) slotReleased(q *wire.Request, e slotEvent) wire.Answer {
	return h.onEvent(e, func(offers []*world.Offer, start int64) {
		for _, o := range offers {
			h.Store.Release(o, start, q.Now)
		}
	})
}

// onEvent hands over the offers that the event may be about: several where visit types share an id.
func (h *Handlers) onEvent(e slotEvent, do func(offers []*world.Offer, start int64)) wire.Answer {
	at, err := time.Parse(time.RFC3339, e.SlotDateTime)
	if err != nil {
		return wire.SlotsError(http.StatusBadRequest, "slotDateTime is not a date-time")
	}
	c := h.ByNPI[e.NPI]
	if c == nil {
		return wire.SlotsError(http.StatusBadRequest, "npi is not known")
	}
	offers := slices.DeleteFunc(slices.Clone(c.Offers), func(o *world.Offer) bool {
		return o.Department.EHR.System != e.EHRInstance || o.Department.ID != e.DepartmentID || o.VisitType.ID != e.VisitTypeID
	})
	if len(offers) == 0 {
		return wire.SlotsError(http.StatusBadRequest, "no such provider, department and visit type")
	}
	do(offers, at.Unix())
	return wire.Answer{Status: http.StatusNoContent}
}

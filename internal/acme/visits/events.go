package visits

import (
	"net/http"
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
	return h.onEvent(e, func(o *world.Offer, start int64) (done bool) { return h.Store.Take(o, start, q.Now) })
}

func (h *Handlers) slotReleased(q *wire.Request, e slotEvent) wire.Answer {
	return h.onEvent(e, func(o *world.Offer, start int64) (done bool) {
		h.Store.Release(o, start, q.Now)
		return false
	})
}

// onEvent hands over the offers that the event may be about, until one is enough: several where visit types share an id.
func (h *Handlers) onEvent(e slotEvent, do func(o *world.Offer, start int64) (done bool)) wire.Answer {
	at, err := time.Parse(time.RFC3339, e.SlotDateTime)
	if err != nil {
		return wire.SlotsError(http.StatusBadRequest, "slotDateTime is not a date-time")
	}
	c := h.ByNPI[e.NPI]
	if c == nil {
		return wire.SlotsError(http.StatusBadRequest, "npi is not known")
	}
	known := false
	for _, o := range c.Offers {
		if o.Department.EHR.System != e.EHRInstance || o.Department.ID != e.DepartmentID || o.VisitType.ID != e.VisitTypeID {
			continue
		}
		known = true
		if do(o, at.Unix()) {
			break
		}
	}
	if !known {
		return wire.SlotsError(http.StatusBadRequest, "no such provider, department and visit type")
	}
	return wire.Answer{Status: http.StatusNoContent}
}

package visits

import (
	"errors"
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

func (h *Handlers) slotTaken(q *wire.Request) wire.Answer {
	offers, start, err := h.readEvent(q)
	if err != nil {
		return wire.SlotsError(http.StatusBadRequest, err.Error())
	}
	for _, o := range offers {
		if h.Store.Take(o, start, q.Now) {
			break
		}
	}
	return wire.Answer{Status: http.StatusNoContent}
}

func (h *Handlers) slotReleased(q *wire.Request) wire.Answer {
	offers, start, err := h.readEvent(q)
	if err != nil {
		return wire.SlotsError(http.StatusBadRequest, err.Error())
	}
	for _, o := range offers {
		h.Store.Release(o, start, q.Now)
	}
	return wire.Answer{Status: http.StatusNoContent}
}

// readEvent finds the offers that the event may be about: several where visit types share an id.
func (h *Handlers) readEvent(q *wire.Request) (offers []*world.Offer, start int64, err error) {
	var e slotEvent
	if err := q.Read(&e); err != nil {
		return nil, 0, err
	}
	at, err := time.Parse(time.RFC3339, e.SlotDateTime)
	if err != nil {
		return nil, 0, errors.New("slotDateTime is not a date-time")
	}
	c := h.ByNPI[e.NPI]
	if c == nil {
		return nil, 0, errors.New("npi is not known")
	}
	for _, o := range c.Offers {
		if o.Department.EHR.System == e.EHRInstance && o.Department.ID == e.DepartmentID && o.VisitType.ID == e.VisitTypeID {
			offers = append(offers, o)
		}
	}
	if len(offers) == 0 {
		return nil, 0, errors.New("no such provider, department and visit type")
	}
	return offers, at.Unix(), nil
}

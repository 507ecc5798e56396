package acme

import (
	"errors"
	"net/http"
	"time"
)

// slotEvent is the body by which a health system says that a slot went or came back (docs/dexcare.md §7.6).
type slotEvent struct {
	NPI          string `json:"npi"`
	DepartmentID string `json:"departmentId"`
	VisitTypeID  string `json:"visitTypeId"`
	SlotDateTime string `json:"slotDateTime"`
	EHRInstance  string `json:"ehrInstance"`
}

func (h *visitHandlers) slotTaken(q *request) answer {
	offers, start, err := h.readEvent(q)
	if err != nil {
		return slotsError(http.StatusBadRequest, err.Error())
	}
	for _, o := range offers {
		if h.store.take(o, start, q.now) {
			break
		}
	}
	return answer{status: http.StatusNoContent}
}

func (h *visitHandlers) slotReleased(q *request) answer {
	offers, start, err := h.readEvent(q)
	if err != nil {
		return slotsError(http.StatusBadRequest, err.Error())
	}
	for _, o := range offers {
		h.store.release(o, start, q.now)
	}
	return answer{status: http.StatusNoContent}
}

// readEvent finds the offers that the event may be about: several where visit types share an id.
func (h *visitHandlers) readEvent(q *request) (offers []*offer, start int64, err error) {
	var e slotEvent
	if wrong := q.read(&e); wrong.found() {
		return nil, 0, errors.New(wrong.String())
	}
	at, err := time.Parse(time.RFC3339, e.SlotDateTime)
	if err != nil {
		return nil, 0, errors.New("slotDateTime is not a date-time")
	}
	c := h.byNPI[e.NPI]
	if c == nil {
		return nil, 0, errors.New("npi is not known")
	}
	for _, o := range c.offers {
		if o.at.ehr.system == e.EHRInstance && o.at.id == e.DepartmentID && o.visit.id == e.VisitTypeID {
			offers = append(offers, o)
		}
	}
	if len(offers) == 0 {
		return nil, 0, errors.New("no such provider, department and visit type")
	}
	return offers, at.Unix(), nil
}

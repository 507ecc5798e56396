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

func (t *Tenant) slotTaken(q *request) answer {
	o, start, err := t.readEvent(q)
	if err != nil {
		return slotsError(http.StatusBadRequest, err.Error())
	}
	t.store.take(o, start, q.now)
	return answer{status: http.StatusNoContent}
}

func (t *Tenant) slotReleased(q *request) answer {
	o, start, err := t.readEvent(q)
	if err != nil {
		return slotsError(http.StatusBadRequest, err.Error())
	}
	t.store.release(o, start, q.now)
	return answer{status: http.StatusNoContent}
}

// readEvent finds the offer that the event is about.
func (t *Tenant) readEvent(q *request) (*offer, int64, error) {
	var e slotEvent
	if wrong := eventForm.read(q.body, &e); wrong.found() {
		return nil, 0, errors.New(wrong.String())
	}
	at, err := time.Parse(time.RFC3339, e.SlotDateTime)
	if err != nil {
		return nil, 0, errors.New("slotDateTime is not a date-time")
	}
	c := t.dir.byNPI[e.NPI]
	if c == nil {
		return nil, 0, errors.New("npi is not known")
	}
	for _, o := range c.offers {
		if o.at.ehr.system == e.EHRInstance && o.at.id == e.DepartmentID && o.visit.id == e.VisitTypeID {
			return o, at.Unix(), nil
		}
	}
	return nil, 0, errors.New("no such provider, department and visit type")
}

package acme

import (
	"encoding/json"
	"errors"
	"net/http"
	"time"
)

// slotEvent is the body by which a health system says that a slot went or came back (CONTRACT §7.6).
type slotEvent struct {
	NPI            string `json:"npi"`
	DepartmentID   string `json:"departmentId"`
	VisitTypeID    string `json:"visitTypeId"`
	SlotDateTime   string `json:"slotDateTime"`
	EHRInstance    string `json:"ehrInstance"`
	DisableRefresh *bool  `json:"disableRefresh"`
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
	if err := json.Unmarshal(q.body, &e); err != nil {
		return nil, 0, errors.New("request body is not a slot event")
	}
	problem := firstProblem(required("npi", e.NPI), required("departmentId", e.DepartmentID),
		required("visitTypeId", e.VisitTypeID), required("ehrInstance", e.EHRInstance))
	if problem != "" {
		return nil, 0, errors.New(problem)
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

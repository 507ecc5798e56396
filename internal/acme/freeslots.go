package acme

import (
	"net/http"
	"time"

	"timeslots/internal/acme/wire"
	"timeslots/internal/acme/world"
)

// Slot is a free slot as it is, whatever surfaces make of it: also one whose start a surface writes so that nobody can
// read it.
type Slot struct {
	NPI                   string    `json:"npi"`
	DepartmentIdentifier  string    `json:"departmentIdentifier"`
	DepartmentURLName     string    `json:"departmentUrlName"`
	VisitTypeID           string    `json:"visitTypeId"`
	VisitTypeName         string    `json:"visitTypeName"`
	Modality              string    `json:"modality"`
	ForNewPatient         bool      `json:"forNewPatient"`
	ForEstablishedPatient bool      `json:"forEstablishedPatient"`
	Bookable              bool      `json:"isBookable"`   // false: v5 alone lists it
	Start                 time.Time `json:"slotDateTime"` // UTC
	Minutes               int       `json:"duration"`
	Openings              int       `json:"openings"` // persons behind the NPI who are free
}

// Slots are a clinician's free slots now, as far as the lookahead of each visit type goes: by department and visit type,
// ascending. None for an NPI that is not known. Faults do not touch them; the booking lag does.
func (t *Tenant) Slots(npi string) []Slot {
	out := []Slot{}
	c := t.world.ByNPI[npi]
	if c == nil {
		return out
	}
	now := t.options.Now()
	for _, o := range c.Offers {
		v := o.VisitType
		within := world.Span{From: now.Unix(), Until: o.Schedules[0].Horizon(now)}
		first := len(out)
		for _, slot := range world.OpeningsOn(nil, t.world.Store.Calendars(o.Schedules, world.View{Now: now}), within) {
			start := time.Unix(slot.Start, 0).UTC()
			if n := len(out); n > first && out[n-1].Start.Equal(start) {
				out[n-1].Openings++
				continue
			}
			out = append(out, Slot{
				NPI: c.NPI, DepartmentIdentifier: o.Department.Key, DepartmentURLName: o.Department.URLName, VisitTypeID: v.ID, VisitTypeName: v.Name,
				Modality: v.Modality, ForNewPatient: v.ForNew, ForEstablishedPatient: v.ForEstablished, Bookable: o.Bookable,
				Start: start, Minutes: v.Minutes, Openings: 1,
			})
		}
	}
	return out
}

// truth answers GET /_acme/slots.
func (t *Tenant) truth(r *http.Request) wire.Answer {
	npi := r.URL.Query().Get("npi")
	if t.world.ByNPI[npi] == nil {
		return wire.ErrorOnly(http.StatusBadRequest, "npi: name a clinician of /_acme/directory")
	}
	return wire.JSON(http.StatusOK, t.Slots(npi))
}

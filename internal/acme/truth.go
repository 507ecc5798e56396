package acme

import (
	"net/http"
	"time"
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
	c := t.world.byNPI[npi]
	if c == nil {
		return out
	}
	now := t.options.Now()
	for _, o := range c.offers {
		v := o.visit
		within := span{from: now.Unix(), until: o.schedules[0].horizon(now)}
		first := len(out)
		for _, slot := range openingsOn(nil, t.world.store.calendars(o.schedules, view{now: now}), within) {
			start := time.Unix(slot.start, 0).UTC()
			if n := len(out); n > first && out[n-1].Start.Equal(start) {
				out[n-1].Openings++
				continue
			}
			out = append(out, Slot{
				NPI: c.npi, DepartmentIdentifier: o.at.key, DepartmentURLName: o.at.urlName, VisitTypeID: v.id, VisitTypeName: v.name,
				Modality: v.modality, ForNewPatient: v.forNew, ForEstablishedPatient: v.forKnown, Bookable: o.bookable,
				Start: start, Minutes: v.minutes, Openings: 1,
			})
		}
	}
	return out
}

// truth answers GET /_acme/slots.
func (t *Tenant) truth(r *http.Request) answer {
	npi := r.URL.Query().Get("npi")
	if t.world.byNPI[npi] == nil {
		return plainError(http.StatusBadRequest, "npi: name a clinician of /_acme/directory")
	}
	return jsonAnswer(http.StatusOK, t.Slots(npi))
}

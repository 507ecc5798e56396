package acme

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"timeslots/internal/acme/wire"
	"timeslots/internal/acme/world"
)

// Department is what a caller can ask a department for.
type Department struct {
	URLName    string   `json:"departmentUrlName"`
	EHRSystem  string   `json:"ehrSystemName"`
	ID         string   `json:"departmentId"`
	Name       string   `json:"name"`
	ClinicType string   `json:"clinicType"`
	Timezone   string   `json:"timezone"`
	PostalCode string   `json:"postalCode"`
	Latitude   float64  `json:"latitude"`
	Longitude  float64  `json:"longitude"`
	VisitTypes []string `json:"visitTypeNames"`
	Pool       bool     `json:"pool"` // one NPI stands for several clinicians
	NPIs       []string `json:"npis"`
}

// NPIs are the clinicians and pools at active departments, ascending: the first is NPI(1).
func (t *Tenant) NPIs() []string {
	var out []string
	for _, c := range t.world.Clinicians {
		if c.Home.Active {
			out = append(out, c.NPI)
		}
	}
	return out
}

// Departments are the active departments, the first in the middle of the first city.
func (t *Tenant) Departments() []Department {
	var out []Department
	for _, d := range t.world.Departments {
		if !d.Active {
			continue
		}
		doc := Department{
			URLName: d.URLName, EHRSystem: d.EHR.System, ID: d.ID, Name: d.Name, ClinicType: d.ClinicType,
			Timezone: d.Zone.Name, PostalCode: d.Address.PostalCode, Latitude: d.Latitude, Longitude: d.Longitude,
			Pool: d.Offers[0].Clinician.Pool,
		}
		for i, v := range d.Visits {
			if i == 0 || d.Visits[i-1].Name != v.Name {
				doc.VisitTypes = append(doc.VisitTypes, v.Name)
			}
		}
		for i, o := range d.Offers {
			if i == 0 || d.Offers[i-1].Clinician != o.Clinician {
				doc.NPIs = append(doc.NPIs, o.Clinician.NPI)
			}
		}
		out = append(out, doc)
	}
	return out
}

// admin answers what lies under /_acme/, and reports whether the call was for it.
func (t *Tenant) admin(w http.ResponseWriter, r *http.Request) bool {
	path, ok := strings.CutPrefix(r.URL.Path, "/_acme/")
	if !ok {
		return false
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	switch r.Method + " " + path {
	case "GET calls":
		send(w, wire.JSON(http.StatusOK, t.Calls()))
	case "POST calls/reset":
		t.ResetCalls()
		send(w, wire.Answer{Status: http.StatusNoContent})
	case "GET faults":
		send(w, wire.JSON(http.StatusOK, t.faults.specs()))
	case "PUT faults":
		send(w, t.putFaults(w, r))
	case "DELETE faults":
		t.ClearFaults()
		send(w, wire.Answer{Status: http.StatusNoContent})
	case "GET slots":
		send(w, t.freeSlots(r))
	case "GET sales":
		send(w, wire.JSON(http.StatusOK, t.world.Sales.Plan()))
	case "PUT sales":
		send(w, t.putSales(w, r))
	case "GET sold":
		send(w, t.soldSince(r))
	case "POST free":
		send(w, t.truths(w, r))
	case "GET untidy":
		send(w, wire.JSON(http.StatusOK, t.options.Untidy.Names()))
	case "GET directory":
		send(w, wire.JSON(http.StatusOK, struct {
			Seed        uint64       `json:"seed"`
			NPIs        []string     `json:"npis"`
			Departments []Department `json:"departments"`
		}{t.options.Seed, t.NPIs(), t.Departments()}))
	default:
		send(w, wire.ErrorOnly(http.StatusNotFound, "there are calls, calls/reset, faults, directory, slots, sales, sold, free and untidy"))
	}
	return true
}

// putFaults replaces all rules, or none when one of them is wrong.
func (t *Tenant) putFaults(w http.ResponseWriter, r *http.Request) wire.Answer {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequestBody))
	if err != nil {
		return wire.ErrorOnly(http.StatusRequestEntityTooLarge, err.Error())
	}
	var specs []string
	if err := json.Unmarshal(body, &specs); err != nil {
		return wire.ErrorOnly(http.StatusBadRequest, "want a JSON array of faults: "+err.Error())
	}
	rules := make([]*fault, len(specs))
	for i, spec := range specs {
		if rules[i], err = parseFault(t.faults.names, spec); err != nil {
			return wire.ErrorOnly(http.StatusBadRequest, err.Error())
		}
	}
	if err := t.faults.replace(rules, false); err != nil {
		return wire.ErrorOnly(http.StatusBadRequest, err.Error())
	}
	return wire.JSON(http.StatusOK, t.faults.specs())
}

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
	Openings              int       `json:"openings"` // persons of the NPI who are free
}

// Slots are a clinician's free slots now, as far as the lookahead of each visit type goes: by department and visit type,
// ascending. None for an NPI that is not known. Faults do not touch them; the booking lag does.
func (t *Tenant) Slots(npi string) []Slot {
	out := []Slot{}
	c := t.world.ByNPI[npi]
	if c == nil {
		return out
	}
	now := t.now()
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

// freeSlots answers GET /_acme/slots.
func (t *Tenant) freeSlots(r *http.Request) wire.Answer {
	npi := r.URL.Query().Get("npi")
	if t.world.ByNPI[npi] == nil {
		return wire.ErrorOnly(http.StatusBadRequest, "npi: name a clinician of /_acme/directory")
	}
	return wire.JSON(http.StatusOK, t.Slots(npi))
}

// CallCount is what one operation, or group of them, was asked so far.
type CallCount struct {
	Calls    int64 `json:"calls"`
	InFlight int64 `json:"inFlight"`
	Peak     int64 `json:"peak"` // most at once
}

// calls counts per name. One lock for all: counting is a few additions.
type calls struct {
	mu     sync.Mutex
	counts map[string]*CallCount
}

func newCalls(names []string) *calls {
	c := &calls{counts: map[string]*CallCount{}}
	for _, name := range names {
		c.counts[name] = &CallCount{}
	}
	return c
}

func (c *calls) each(rt *wire.Route, do func(*CallCount)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	do(c.counts["*"])
	do(c.counts[rt.Name])
	for _, g := range rt.Groups {
		do(c.counts[g])
	}
}

// enter counts a call in; what it returns counts it out.
func (c *calls) enter(rt *wire.Route) (leave func()) {
	c.each(rt, func(n *CallCount) {
		n.Calls++
		n.InFlight++
		n.Peak = max(n.Peak, n.InFlight)
	})
	return func() { c.each(rt, func(n *CallCount) { n.InFlight-- }) }
}

// Calls are the counts since the last reset, for every operation and group, and "*" for all.
func (t *Tenant) Calls() map[string]CallCount {
	t.calls.mu.Lock()
	defer t.calls.mu.Unlock()
	out := make(map[string]CallCount, len(t.calls.counts))
	for name, n := range t.calls.counts {
		out[name] = *n
	}
	return out
}

// ResetCalls sets calls to zero and peaks to what is in flight.
func (t *Tenant) ResetCalls() {
	t.calls.mu.Lock()
	defer t.calls.mu.Unlock()
	for _, n := range t.calls.counts {
		n.Calls, n.Peak = 0, n.InFlight
	}
}

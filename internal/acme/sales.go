package acme

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"timeslots/internal/acme/wire"
	"timeslots/internal/acme/world"
)

// SalesPlan says how slots are sold elsewhere; the package comment says how it is written.
type SalesPlan = world.SalesPlan

// ParseSalesPlan reads one from a command line.
func ParseSalesPlan(text string) (SalesPlan, error) { return world.ParseSalesPlan(text) }

// SetSales puts a plan into force from now on, in place of the one before; the zero value sells nothing.
func (t *Tenant) SetSales(p SalesPlan) error {
	if err := t.world.SetSales(p, t.options.Now()); err != nil {
		return fmt.Errorf("acme: %w", err)
	}
	return nil
}

// now is the tenant's time, up to which slots were sold elsewhere.
func (t *Tenant) now() time.Time {
	now := t.options.Now()
	t.world.Sales.Advance(now)
	return now
}

// putSales answers PUT /_acme/sales.
func (t *Tenant) putSales(w http.ResponseWriter, r *http.Request) wire.Answer {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequestBody))
	if err != nil {
		return wire.ErrorOnly(http.StatusRequestEntityTooLarge, err.Error())
	}
	p, err := world.ReadSalesPlan(body)
	if err == nil {
		err = t.world.SetSales(p, t.options.Now())
	}
	if err != nil {
		return wire.ErrorOnly(http.StatusBadRequest, err.Error())
	}
	return wire.JSON(http.StatusOK, t.world.Sales.Plan())
}

// Sold is a slot that was sold elsewhere.
type Sold struct {
	SlotRef
	At       time.Time  `json:"at"`
	Released *time.Time `json:"released,omitempty"`
}

// SlotRef names a slot, as answers of the service do: by NPI, clinic, visit type and start, or by SlotID alone.
type SlotRef struct {
	NPI                  string    `json:"npi,omitempty"`
	DepartmentIdentifier string    `json:"departmentIdentifier,omitempty"`
	DepartmentURLName    string    `json:"departmentUrlName,omitempty"` // instead of the identifier
	VisitTypeID          string    `json:"visitTypeId,omitempty"`
	VisitTypeName        string    `json:"visitTypeName,omitempty"` // with the id, or instead of it
	Start                time.Time `json:"slotDateTime,omitzero"`
	SlotID               string    `json:"slotId,omitempty"` // as bookings name it: one person's time
}

// SoldSince are the slots that were sold elsewhere after an instant, oldest first; the last 50,000 are remembered.
func (t *Tenant) SoldSince(since time.Time) []Sold {
	t.now()
	out := []Sold{}
	for _, s := range t.world.Sales.Since(since) {
		o := s.Schedule.Offer
		sold := Sold{At: s.At.UTC(), SlotRef: SlotRef{
			NPI: o.Clinician.NPI, DepartmentIdentifier: o.Department.Key, DepartmentURLName: o.Department.URLName,
			VisitTypeID: o.VisitType.ID, VisitTypeName: o.VisitType.Name, Start: time.Unix(s.Start, 0).UTC(),
			SlotID: string(t.world.SlotIDs.Append(nil, s.Schedule, s.Start)),
		}}
		if !s.Released.IsZero() {
			back := s.Released.UTC()
			sold.Released = &back
		}
		out = append(out, sold)
	}
	return out
}

// soldSince answers GET /_acme/sold.
func (t *Tenant) soldSince(r *http.Request) wire.Answer {
	var since time.Time
	if text := r.URL.Query().Get("since"); text != "" {
		var err error
		if since, err = time.Parse(time.RFC3339, text); err != nil {
			return wire.ErrorOnly(http.StatusBadRequest, "since: want an instant such as 2030-03-04T17:00:00Z")
		}
	}
	return wire.JSON(http.StatusOK, t.SoldSince(since))
}

// SlotTruth is what is really so of a slot, whatever surfaces list: no lag and no fault touches it.
type SlotTruth struct {
	Free  bool       `json:"free"`
	Why   string     `json:"why,omitempty"`   // when it is not: past, elsewhere, booked or never; "unknown" for a slot that cannot exist
	Since *time.Time `json:"since,omitempty"` // not free since; absent: since ever
}

// maxTruths bounds one question.
const maxTruths = 1_000

// Truths are those of the slots now, in their order.
func (t *Tenant) Truths(refs []SlotRef) (time.Time, []SlotTruth) {
	now := t.now()
	out := make([]SlotTruth, len(refs))
	for i, ref := range refs {
		schedules, start := t.find(ref)
		if len(schedules) == 0 {
			out[i].Why = "unknown"
			continue
		}
		is := t.world.Store.Truth(schedules, start, now)
		out[i].Free, out[i].Why = is.Free, is.Why
		if !is.Since.IsZero() {
			since := is.Since.UTC()
			out[i].Since = &since
		}
	}
	return now, out
}

// find gives the schedules that the slot may be on; none for what does not exist.
func (t *Tenant) find(ref SlotRef) (out []*world.Schedule, start int64) {
	if ref.SlotID != "" {
		slot, ok := t.world.Slot(ref.SlotID)
		if !ok {
			return nil, 0
		}
		return []*world.Schedule{slot.Schedule}, slot.Start
	}
	c := t.world.ByNPI[ref.NPI]
	if c == nil {
		return nil, 0
	}
	return world.SchedulesFor(c.Offers, func(o *world.Offer) bool {
		d, v := o.Department, o.VisitType
		return (ref.DepartmentIdentifier == "" || ref.DepartmentIdentifier == d.Key) &&
			(ref.DepartmentURLName == "" || ref.DepartmentURLName == d.URLName) &&
			cmp.Or(ref.DepartmentIdentifier, ref.DepartmentURLName) != "" &&
			(ref.VisitTypeID == "" || ref.VisitTypeID == v.ID) && (ref.VisitTypeName == "" || ref.VisitTypeName == v.Name) &&
			cmp.Or(ref.VisitTypeID, ref.VisitTypeName) != ""
	}), ref.Start.Unix()
}

// truths answers POST /_acme/free.
func (t *Tenant) truths(w http.ResponseWriter, r *http.Request) wire.Answer {
	var question struct {
		Slots []SlotRef `json:"slots"`
	}
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxRequestBody)).Decode(&question)
	if err != nil || len(question.Slots) > maxTruths {
		return wire.ErrorOnly(http.StatusBadRequest, fmt.Sprintf("want {\"slots\": [at most %d of {npi, departmentIdentifier or "+
			"departmentUrlName, visitTypeId or visitTypeName, slotDateTime}, or of {slotId}]}", maxTruths))
	}
	now, slots := t.Truths(question.Slots)
	return wire.JSON(http.StatusOK, struct {
		At    time.Time   `json:"at"`
		Slots []SlotTruth `json:"slots"`
	}{now.UTC(), slots})
}

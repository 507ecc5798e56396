package app

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
)

// Booking is an appointment that was made.
type Booking struct {
	VisitID string
	Slot    Slot
	Late    []Slot // those that others had by then
	Shown   *Slots // the screen that it was booked from, as it was last read
}

// ErrStillOffered is a slot that was refused as taken and is listed again.
var ErrStillOffered = errors.New("app: a slot that is taken is offered again")

// ErrNothingLeft is a screen without a slot that the user would book.
var ErrNothingLeft = errors.New("app: no slot is left")

// attempts is how many slots a user tries to book.
const attempts = 4

// Book books the slot that choose takes of those on a screen. When another patient was faster, the screen is read anew, the
// slot must be gone, and another one is chosen.
func (p *Phone) Book(ctx context.Context, shown *Slots, who Patient, choose func([]Slot) Slot) (Booking, error) {
	b := Booking{Shown: shown}
	for {
		if len(b.Shown.List) == 0 || len(b.Late) == attempts {
			return b, ErrNothingLeft
		}
		b.Slot = choose(b.Shown.List)
		call, body := b.Shown.book(b.Slot, who)
		var made struct {
			VisitID string `json:"visitId"`
		}
		err := p.ask(ctx, call, question{body: body}, &made)
		switch {
		case err == nil:
			b.VisitID = made.VisitID
			return b, nil
		case !Refused(err, http.StatusConflict, "SlotUnavailable"):
			return b, err
		}
		b.Late = append(b.Late, b.Slot)
		if b.Shown, err = b.Shown.Again(ctx); err != nil {
			return b, err
		}
		if i := slices.IndexFunc(b.Late, func(s Slot) bool { return b.Shown.Has(s.ID) }); i >= 0 {
			return b, fmt.Errorf("%w: %s at %s", ErrStillOffered, b.Late[i].ID, b.Late[i].Start)
		}
	}
}

// clinicBooking is the body of a booking at a walk-in clinic.
func clinicBooking(c Clinic, s Slot, who Patient) object {
	return object{
		"patient": object{"identifier": who.GUID, "address": home, "phone": digitsOf, "email": email},
		"visitDetails": object{
			"ehrSystemName": c.System, "departmentId": s.DepartmentID, "visitReason": "sore throat", "declaration": "self",
			"slotId": s.ID, "providerId": s.ProviderID,
		},
		"registrationModules": object{"documentSigning": []object{}, "billingInfo": object{"paymentMethod": "self"}},
	}
}

// clinicianBooking is the body of a booking with a clinician; NPI and visit type are the slot's.
func clinicianBooking(c Clinician, s Slot, who Patient) object {
	system := ""
	for _, d := range c.Departments {
		if d.ID == s.DepartmentID || system == "" {
			system = d.System
		}
	}
	return object{
		"patient": object{"patientGuid": who.GUID, "address": home},
		"visitDetails": object{
			"ehrSystemName": system, "departmentId": s.DepartmentID, "visitReason": "check-up", "declaration": "self",
			"slotId": s.ID, "nationalProviderId": s.NPI, "visitTypeId": s.VisitTypeID, "providerFlowPayment": true,
		},
		"billingInfo": object{"paymentMethod": "self"},
	}
}

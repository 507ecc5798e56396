package app

import (
	"cmp"
	"context"
	"slices"
	"time"
)

// Slot is an appointment that can be booked.
type Slot struct {
	ID           string    `json:"id"`
	NPI          string    `json:"providerNationalId"`
	ProviderID   string    `json:"providerId"`
	DepartmentID string    `json:"departmentId"`
	VisitTypeID  string    `json:"visitTypeId"`
	Start        time.Time `json:"slotDateTime"`
}

// Slots is a screen of them: those of a clinic, or the calendar of a clinician.
type Slots struct {
	List  []Slot
	again func(context.Context) (*Slots, error) // reads them anew
	book  func(Slot, Patient) (*call, object)   // how one of them is booked
}

// Has reports whether a slot is listed.
func (s *Slots) Has(id string) bool {
	return slices.ContainsFunc(s.List, func(slot Slot) bool { return slot.ID == id })
}

// Again reads them anew.
func (s *Slots) Again(ctx context.Context) (*Slots, error) { return s.again(ctx) }

// days are a schedule's, as answers have it.
type days struct {
	Days []struct {
		Slots []Slot `json:"timeSlots"`
	} `json:"scheduleDays"`
}

func (d days) slots() (list []Slot) {
	for _, day := range d.Days {
		list = append(list, day.Slots...)
	}
	return list
}

// Clinic shows a clinic and its slots for a visit type.
func (p *Phone) Clinic(ctx context.Context, c Clinic, visitType string) (*Slots, error) {
	var found *Slots
	err := together(
		func() error {
			return p.ask(ctx, department, question{path: []string{c.URLName}, query: []pair{{"withProviders", "true"}}}, nil)
		},
		func() (err error) {
			found, err = p.clinicSlots(ctx, c, visitType)
			return err
		})
	return found, err
}

func (p *Phone) clinicSlots(ctx context.Context, c Clinic, visitType string) (*Slots, error) {
	var got days
	if err := p.ask(ctx, clinicTimes, question{path: []string{c.URLName}, query: []pair{{"visitTypeName", visitType}}}, &got); err != nil {
		return nil, err
	}
	return &Slots{
		List:  got.slots(),
		again: func(ctx context.Context) (*Slots, error) { return p.clinicSlots(ctx, c, visitType) },
		book:  func(s Slot, who Patient) (*call, object) { return bookClinic, clinicBooking(c, s, who) },
	}, nil
}

// Clinician is somebody whose calendar the app shows.
type Clinician struct {
	NPI         string `json:"providerNationalId"`
	Departments []struct {
		ID     string `json:"departmentId"`
		System string `json:"epicInstanceName"`
	} `json:"departments"`
	VisitTypes []struct {
		ShortName string `json:"shortName"`
		Name      string `json:"name"`
	} `json:"visitTypes"`
}

// Clinician shows who somebody is, and how far ahead appointments for a visit type are made. Where the clinician does
// not have the visit type, it is the first of those there are.
func (p *Phone) Clinician(ctx context.Context, npi, visitType string) (c Clinician, offered string, err error) {
	if err := p.ask(ctx, clinician, question{path: []string{npi}}, &c); err != nil {
		return c, "", err
	}
	for i, v := range c.VisitTypes {
		if name := cmp.Or(v.ShortName, v.Name); i == 0 || name == visitType {
			offered = name
		}
	}
	if offered == "" || len(c.Departments) == 0 {
		return c, "", nil
	}
	query := p.inAnyOrder(pair{"visitTypeName", offered}, pair{"epicInstanceName", c.Departments[0].System})
	return c, offered, p.ask(ctx, lookahead, question{query: query}, nil)
}

// Calendar shows a week and a day of a clinician, from so many weeks after today on. Days are counted in UTC, so that in an
// American evening the first is tomorrow.
func (p *Phone) Calendar(ctx context.Context, c Clinician, visitType string, weeks int) (*Slots, error) {
	today := p.o.Now().UTC().AddDate(0, 0, 7*weeks)
	query := []pair{
		{"startDate", today.Format(time.DateOnly)}, {"endDate", today.AddDate(0, 0, 7).Format(time.DateOnly)}, {"visitType", visitType},
	}
	var got days
	if err := p.ask(ctx, calendar, question{path: []string{c.NPI}, query: query}, &got); err != nil {
		return nil, err
	}
	return &Slots{
		List:  got.slots(),
		again: func(ctx context.Context) (*Slots, error) { return p.Calendar(ctx, c, visitType, weeks) },
		book:  func(s Slot, who Patient) (*call, object) { return bookClinician, clinicianBooking(c, s, who) },
	}, nil
}

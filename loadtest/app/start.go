package app

import (
	"context"
	"encoding/json"
)

// Home is the first screen.
type Home struct {
	Clinics []Clinic
	Regions []Region
}

// Clinic is a walk-in clinic.
type Clinic struct {
	URLName      string  `json:"urlName"`
	DepartmentID string  `json:"departmentId"`
	System       string  `json:"ehrSystemName"`
	Latitude     float64 `json:"latitude"`
	Longitude    float64 `json:"longitude"`
	Address      struct {
		PostalCode string `json:"postalCode"`
	} `json:"address"`
	VisitTypes []struct {
		ShortName string `json:"shortName"`
	} `json:"allowedVisitTypes"`
}

// Region is where a practice sees patients by video.
type Region struct {
	Code   string `json:"regionCode"`
	Active bool   `json:"active"`
	Busy   bool   `json:"busy"`
}

// Open starts the app: settings, the status page, suffixes for forms, all clinics, the practice for virtual visits and how
// long people wait in a state, all at once.
func (p *Phone) Open(ctx context.Context, state string) (Home, error) {
	var home Home
	err := together(
		func() error { return p.ask(ctx, validationSettings, question{}, nil) },
		func() error { return p.ask(ctx, status, question{}, nil) },
		func() error { return p.ask(ctx, suffixes, question{}, nil) },
		func() (err error) {
			home.Clinics, err = p.clinics(ctx)
			return err
		},
		func() (err error) {
			home.Regions, err = p.regions(ctx)
			return err
		},
		func() error {
			lists := append(many("regionCodes", state), many("visitTypeNames", "virtual")...)
			return p.ask(ctx, waits, question{query: lists}, nil)
		})
	return home, err
}

func (p *Phone) clinics(ctx context.Context) (list []Clinic, err error) {
	query := p.inAnyOrder(pair{"brand", p.o.Brand}, pair{"clinicType", "Retail"})
	return list, p.ask(ctx, departments, question{query: query}, &list)
}

func (p *Phone) regions(ctx context.Context) ([]Region, error) {
	var got struct {
		Regions []Region `json:"practiceRegions"`
	}
	err := p.ask(ctx, practice, question{path: []string{p.o.Practice}}, &got)
	return got.Regions, err
}

// inAnyOrder is two parameters of which the SDK has a dictionary: their order changes with the starts of the app.
func (p *Phone) inAnyOrder(one, other pair) []pair {
	if p.swapped {
		one, other = other, one
	}
	return []pair{one, other}
}

// ask makes a call and decodes what a screen shows of its answer, unless to is nil.
func (p *Phone) ask(ctx context.Context, c *call, q question, to any) error {
	body, err := p.do(ctx, c, q)
	if err != nil || to == nil {
		return err
	}
	if err := json.Unmarshal(body, to); err != nil {
		return &Error{Call: c.name, Unreadable: err.Error()}
	}
	return nil
}
